"""A student types at the steps of a lesson, presses every key, and looks around in the free shell."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from runner.lab import seats
from tests.conftest import the_course
from tests.support.person import LEAVE, Person
from tests.support.student import BAR, BEGIN, RESULT, SEAT, SHELL, VALUES, Student, command, groups, progress

pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]


# --- typing, well and not so well ---


def test_slips_in_typing_get_a_precise_remark() -> None:
    student = Student("hostname")
    assert "You typed “hostnam”; did you mean “hostname”?" in student.types("hostnam")
    assert "only the prompt" in student.types("host # hostname")
    student.wanders("ls /etc", "man -w ls")  # looking around is no try
    student.send("echo 'never\rclosed")
    student.wait_for("closed")
    student.send(LEAVE)
    student.wait_for(BAR["en"])
    student.press("\r")
    assert "Step 2 of" in student.types("hostname")
    student.press("\r")
    student.sees_prompt()
    assert "Missing: -u" in student.types("unshare /bin/bash --norc")  # step 3 enters a shell with a name of its own
    assert "Step 4 of" in student.types("unshare --uts /bin/bash --norc")  # any route to the effect
    assert "“production” is missing" not in student.press("\r")
    student.leave()


def test_words_that_were_edited_are_known_all_the_same() -> None:
    """History tells them, not the keys: arrows, Tab and corrections included."""
    student = Student("rootfs")
    student.press("\r")
    student.sees_prompt()
    student.send("mkdri -p /containers/test\x1b[D\x1b[D\x1b[D\x1b[D\x01\x1b[C\x1b[C\x1b[C\x1b[C\x1b[C\x7f\x7fir\r")
    shown = student.asked()
    assert "You wrote “/containers/test”; the path here is “/containers/teste/{bin" in shown
    assert "before you tried" in student.press("b")
    assert "Missing: -p" in student.types(command(the_course().lesson("rootfs").steps[1].run, **VALUES)[:5] + " /x/y")
    student.leave()


def test_a_line_that_was_typed_and_erased_is_empty() -> None:
    """Enter runs the step on an empty line only; with something on it, it is the shell's own."""
    student = Student("hostname")
    student.sees_prompt()
    student.send("wor")
    student.wait_for("wor")
    student.send("\x7f\x7f\x7f")
    assert "Step 2 of" in student.press("\r")
    student.sees_prompt()
    student.send("true\x1b[D\x1b[D\x1b[D\x1b[D\x0b")  # erased by keys whose doing only the shell knows
    student.catch_up()
    student.send("\r")
    student.wait_for(re.compile(r"\n.*" + SHELL.pattern))
    assert "Step 3 of" in student.press("\r")
    student.leave()


def test_what_was_typed_is_told_from_what_was_shown(tmp_path: Path) -> None:
    student = Student("hostname", state=tmp_path)
    student.press("h")
    student.types("hostnam")
    student.types("hostnma")
    student.types("hostname")
    student.press("\r")
    student.leave()
    steps = progress(tmp_path)["lessons"]["hostname"]["steps"]  # type: ignore[index]
    assert (steps["host-name"]["typed"], steps["host-inode"]["typed"]) == (True, False)
    assert (steps["host-name"]["attempts"], steps["host-name"]["hints"]) == (3, 1), "each hint counts once"


def test_a_plain_shell_gets_no_containers_name() -> None:
    student = Student("hostname")
    student.press("\r")
    assert "Step 3 of" in student.press("\r")
    student.sees_prompt()
    student.type("bash --norc")
    student.wait_for(re.compile(r"\n.*" + SHELL.pattern))
    assert "level 2" in student.wanders("echo level $SHLVL")
    told = seats.published(SEAT)
    assert told and "pretend" not in told.places
    student.leave()


def test_another_way_to_the_same_effect_counts() -> None:
    student = Student("hostname")
    assert "Step 2 of" in student.types("cat /proc/sys/kernel/hostname")
    student.leave()


def test_a_try_that_failed_is_undone_before_the_step_before() -> None:
    student = Student("rootfs")
    steps = [step.id for step in the_course().lesson("rootfs").steps]
    while f"Step {steps.index('sysfs') + 1} of" not in student.press("\r"):
        pass
    shown = student.types("mount -t sysfs sysfs /containers/teste/sys")  # writable: not what the step is about
    assert "Missing: -o" in shown
    assert "before you tried this step" in student.press("b")
    assert "✓" in student.press("\r")
    assert "one step back" in student.press("b")
    student.leave()


# --- the free shell ---


def test_the_free_shell_is_the_same_terminal() -> None:
    student = Student("hostname")
    shown = student.wanders("word=plinth; echo $word $((6*7))")
    assert "plinth 42" in shown
    assert "again plinth" in student.wanders("echo again $word")
    student.send("echo half a line")
    student.wait_for("half a line")
    student.opens_bar()
    student.press("\r")  # back to the prompt
    student.wait_for("# echo half a line")
    student.opens_bar()
    student.send("h")
    assert "Hint" in student.asked()
    student.wait_for("# echo half a line")
    student.send(" and its end\r")  # Enter is the shell's
    student.wait_for(re.compile(r"[\r\n]half a line and its end"))
    student.wait_for(SHELL)
    assert "✓" in student.press("\r")
    student.leave()


def test_a_half_typed_line_does_not_get_into_the_way_of_the_course() -> None:
    student = Student("hostname")
    student.sees_prompt()
    student.send("half a line")
    student.wait_for("half a line")
    for _ in the_course().lesson("hostname").words["en"].steps["host-name"].hints:
        student.opens_bar()
        student.send("h")
        student.asked()
    student.opens_bar()
    student.send("h")
    student.is_told("[y/N]")
    assert "Step 2 of" in student.press("y")
    student.leave()


def test_what_is_done_in_the_free_shell_counts() -> None:
    student = Student("rootfs")
    student.press("\r")
    student.sees_prompt()
    student.type(f"cd /; {command(the_course().lesson('rootfs').steps[1].run, **VALUES)}")
    shown = student.asked()
    assert "✓" in shown
    assert "Step 3 of" in shown
    student.leave()


def test_what_is_done_in_another_terminal_counts_while_the_prompt_waits() -> None:
    """Not while a line is being typed: that is told when it is erased."""
    student = Student("rootfs")
    student.press("\r")
    student.sees_prompt()
    student.send("half a line")
    student.wait_for("half a line")
    visitor = Person("shell", "--lang", "en", seat=SEAT)
    visitor.wait_for("# ")
    visitor.type(command(the_course().lesson("rootfs").steps[1].run, **VALUES) + "; echo do''ne")
    visitor.wait_for("done")
    time.sleep(1.5)  # This is the subject: nothing is said meanwhile.
    student.read(0.2)
    assert "true already" not in student.text
    student.send("\x7f" * len("half a line"))
    shown = student.asked()
    assert "All that this step is about is true already" in shown
    assert "exit status" not in shown
    assert "Step 3 of" in shown
    visitor.type("exit")
    visitor.end()
    student.leave()


def test_what_was_done_before_its_page_counts_as_soon_as_that_is_read() -> None:
    """Enter would run it a second time, which fails."""
    student = Student("rootfs")
    student.sees_prompt()
    student.send("\r")
    student.is_told(RESULT["en"])
    student.wanders(command(the_course().lesson("rootfs").steps[1].run, **VALUES))
    assert "Step 2 of" in student.press("\r")
    assert "true already" in student.is_told("Step 3 of")
    student.asked()
    student.leave()


def test_looking_around_where_a_step_makes_a_control_group() -> None:
    student = Student("cgroups")
    student.press("\r")
    student.wanders("ls /sys/fs/cgroup")
    shown = student.press("\r")
    assert "Step 3 of" in shown, shown
    assert "one step back" in student.press("b")
    making = command(the_course().lesson("cgroups").steps[1].run, **groups())
    student.sees_prompt()
    student.type(f"true; {making}")
    assert "Step 3 of" in student.asked()
    student.leave()


# --- every key at every kind of step ---


def every_key(student: Student, *, guess: str = "") -> None:
    """Each key answers and none of them loses the step."""
    assert "Hint 1" in student.press("h")
    student.press("w")
    assert "uts" in student.press("x")
    assert "h a hint" in student.lists_keys()
    student.key("z")
    student.is_told("not one of the keys")
    student.send("\x1b[A")  # an arrow means nothing
    time.sleep(0.3)  # else both keys come as one
    student.press("\x1b")  # Escape leads back
    student.language = "pt"
    assert "Passo" in student.press("l")
    student.language = "en"
    assert "Step" in student.press("l")
    if guess:
        student.guesses("p", guess)
    else:
        assert "nothing to guess" in student.press("p")
    student.press("o")  # the other terminal, where one may look around, too
    student.wanders("true")
    student.opens_bar()
    student.send("o")
    assert "in the other terminal now, at “" in student.asked()


def test_every_key_at_every_kind_of_step() -> None:
    """The first, one that fails on purpose, one that enters, one inside; each also after stepping back to it."""
    student = Student("chroot")
    assert "first step" in student.press("b")
    every_key(student)
    student.press("\r")
    every_key(student, guess="1")  # fails on purpose
    student.press("\r")
    assert "one step back" in student.press("b")
    while "Step 9 of" not in student.press("\r"):
        pass
    every_key(student, guess="y")  # enters
    student.press("\r")
    every_key(student)  # inside
    student.press("\r")
    assert "Step 10 of" in student.press("b")
    assert "Step 9 of" in student.press("b")
    assert "Step 10 of" in student.press("\r")
    student.leave()


def test_every_key_where_a_step_leaves_and_where_one_takes_long() -> None:
    student = Student("hostname")
    while "Step 7 of" not in student.press("\r"):
        pass
    every_key(student)  # leaves the container
    assert "Step 8 of" in student.press("\r")
    assert "one step back" in student.press("b")  # into the container again
    assert "✓" in student.press("\r")
    student.leave()
    student = Student("cgroups")
    while "Step 4 of" not in student.press("\r"):
        pass
    every_key(student, guess="yes")  # takes two seconds
    assert "Step 5 of" in student.press("\r")
    assert "one step back" in student.press("b")
    student.leave()


def test_hints_end_with_having_it_done() -> None:
    student = Student("hostname")
    hints = the_course().lesson("hostname").words["en"].steps["host-name"].hints
    for number in range(len(hints)):
        assert f"Hint {number + 1} of {len(hints)}" in student.press("h")
    student.key("h")
    student.is_told("[y/N]")
    student.send("n")
    student.asked()
    student.key("h")
    student.is_told("[y/N]")
    assert "Step 2 of" in student.press("y")
    student.leave()


def test_a_guess_is_compared_with_the_machine_and_can_be_made_again() -> None:
    student = Student("rootfs", begun=False)
    student.is_told(BEGIN["en"])
    student.send("\r")
    student.sees_guess()
    student.send("unshare -p\r")  # a command, typed too early
    assert "is no number" in student.sees_guess()
    student.send("99\r")
    student.asked()
    shown = student.press("\r")
    found = re.search(r"You guessed 99; the machine answers (\d+)\.", shown)
    assert found, shown
    assert "One program, one file" in shown
    assert "Undone" in student.press("b")
    student.guesses("p", found[1])
    student.send("\r")  # not asked again
    student.wait_for(f"You guessed {found[1]}, and the machine answers the same.")
    assert "Step 2 of" in student.asked()
    student.leave()
