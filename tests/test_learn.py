"""`semdocker learn` through a real terminal, as a student would: keys, mistakes, the free shell, leaving."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from runner import lab
from runner.host import machine
from tests.conftest import the_course
from tests.student import (
    ANSWER,
    BEGIN,
    CHECKOUT,
    ENVIRONMENT,
    LEAVE,
    NEXT,
    NOT_YET,
    OPEN,
    PROMPT,
    SEAT,
    STATE,
    Student,
    command,
    plain,
    rightly,
)

pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]
LESSONS = [lesson.id for lesson in the_course().lessons]
VALUES = {"root": "/containers/teste", "hostname": "container-host"}


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    yield
    while OPEN:
        OPEN.pop().close()
    shutil.rmtree(STATE)
    Path(STATE).mkdir()
    with lab.seat_lock(SEAT, wait=20):
        assert not lab.journal_of(SEAT).exists()


def groups() -> dict[str, str]:
    """The control groups of this seat."""
    made = machine.variables(machine.named_for(SEAT, "container"))
    return {f"{controller}_group": made[f"{controller}_group"] for controller in ("cpu", "memory", "pids")}


def progress(state: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((state / "semdocker" / "progress.json").read_text())
    return found


# --- the whole course -------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["pt", "en"])
def test_the_whole_course_with_enter_only(language: str, tmp_path: Path) -> None:
    student = Student("rootfs", language=language, state=str(tmp_path), begun=False)
    for lesson in LESSONS:
        student.begins()
        student.enters_through(lesson)
        student.answers(lesson)
        if lesson != LESSONS[-1]:
            assert "✗" not in student.sees(NEXT[language])
            student.send("\r")
    shown = student.end()
    assert ("whole course" if language == "en" else "o curso inteiro") in shown
    again = Student(language=language, state=str(tmp_path), begun=False)
    shown = again.end()
    assert "semdocker report" in shown
    assert progress(tmp_path)["place"] is None


def test_typing_every_command_of_the_course() -> None:
    """In plain mode, which shows commands unfolded; so the whole course is done without any repaint, too."""
    student = Student("rootfs", "--plain", begun=False)
    for lesson in LESSONS:
        student.begins()
        for step in the_course().lesson(lesson).steps[:-1]:
            student.copies()
            assert NOT_YET["en"] not in student.at_prompt(), f"{lesson}/{step.id}"
        student.copies()
        student.answers(lesson)
        if lesson != LESSONS[-1]:
            student.sees(NEXT["en"])
            student.send("\r")
    assert "whole course" in student.end()
    assert not re.search("[─-╿■-◿✓✗•▸]", student.everything)


# --- questions --------------------------------------------------------------------------------


def test_leaving_in_the_questions_goes_on_with_those_that_are_open(tmp_path: Path) -> None:
    questions = the_course().lesson("hostname").quiz
    student = Student("hostname", state=str(tmp_path))
    student.enters_through("hostname")
    student.sees(ANSWER["en"])
    assert "equal" in student.everything  # the machine is back before anything is asked
    student.send(rightly(questions[0]) + "\r")
    student.sees(ANSWER["en"])
    student.send("what?\r")
    student.sees("There is no choice")
    wrong = next(number for number, one in enumerate(questions[1].choices, 1) if one not in questions[1].answers)
    student.send(f"{wrong}\r")
    student.sees(": no.")
    student.sees(ANSWER["en"])
    student.send("q\r")
    assert "place is kept" in student.end()
    assert progress(tmp_path)["place"] == {"lesson": "hostname", "step": None}

    again = Student(state=str(tmp_path), begun=False)  # no lesson said: it goes on
    for question in questions[1:]:
        shown = again.sees(ANSWER["en"])
        assert the_course().lesson("hostname").words["en"].quiz[question.id].ask[:40].replace("`", "") in shown
        again.send(rightly(question) + "\r")
    assert "Lesson hostname complete" in again.sees(NEXT["en"])
    again.send("n")
    again.end()
    assert progress(tmp_path)["place"] is None


def test_answers_that_are_typed_get_their_reason(tmp_path: Path) -> None:
    """One lesson whose steps are done already: only its questions are open."""
    steps = {
        step.id: {"state": "done", "attempts": 1, "hints": 0, "seconds": 1.0, "when": ""}
        for step in the_course().lesson("chroot").steps
    }
    lessons = {"chroot": {"steps": steps, "quiz": {}, "predictions": {}}}
    (tmp_path / "semdocker").mkdir()
    document = {"schema": "semdocker/progress/1", "place": None, "lessons": lessons}
    (tmp_path / "semdocker" / "progress.json").write_text(json.dumps(document))
    student = Student("chroot", state=str(tmp_path), begun=False)
    student.sees(NEXT["en"])
    student.send("\r")
    questions = the_course().lesson("chroot").quiz
    number = next(index for index, question in enumerate(questions) if question.number is not None)
    for question in questions[:number]:
        student.sees(ANSWER["en"])
        student.send(rightly(question) + "\r")
    assert "a number" in student.sees(ANSWER["en"])
    student.send("many\r")
    student.sees("is no number")
    student.sees(ANSWER["en"])
    student.send("l\r")
    student.language = "pt"
    assert "Com que código de saída" in student.sees(ANSWER["pt"])
    student.send("126\r")
    student.sees("“126”: não é isso.")
    student.sees("Esse é o vizinho")
    for question in questions[number + 1 :]:
        student.sees(ANSWER["pt"])
        student.send(rightly(question) + "\r")
    student.sees("1 pergunta, mais uma vez")
    student.sees(ANSWER["pt"])
    student.send("1\r")
    student.sees("A resposta é: 127")
    assert "which" not in student.sees(NEXT["pt"])
    student.send("n")
    student.end()
    quiz = progress(tmp_path)["lessons"]["chroot"]["quiz"]  # type: ignore[index]
    assert quiz["not-found"]["chosen"] == ["1"]
    assert quiz["not-found"]["right"] is False


# --- typing, well and not so well -------------------------------------------------------------


def test_slips_in_typing_get_a_precise_remark() -> None:
    student = Student("hostname")
    assert "You typed “hostnam”; did you mean “hostname”?" in student.types("hostnam")
    assert "only the prompt" in student.types("host # hostname")
    assert "about “hostname”" in student.types("ls")
    student.turn()
    student.send(LEAVE)
    assert "Nothing was typed" in student.at_prompt()
    student.turn()
    student.send("echo 'never\rclosed")
    student.terminal.expect_exact("closed")
    student.send(LEAVE)
    student.at_prompt()
    assert "Step 2 of" in student.types("hostname")
    student.press("\r")
    student.turn()  # step 3 enters a shell with a name of its own; this one has none
    student.send("unshare /bin/bash --norc\r")
    shown = student.sees("[y/N]")
    assert "Missing: -u" in shown
    assert "typed outside" in shown
    student.send("y")
    assert "fresh lab" in student.at_prompt()
    assert "Step 4 of" in student.types("unshare --uts /bin/bash --norc")  # any route to the effect
    assert "“production” is missing" not in student.press("\r")
    student.leave()


def test_words_that_were_edited_are_known_all_the_same() -> None:
    """History tells them, not the keys: arrows, Tab and corrections included."""
    student = Student("rootfs")
    student.press("\r")
    student.turn()
    student.send("mkdri -p /containers/test\x1b[D\x1b[D\x1b[D\x1b[D\x01\x1b[C\x1b[C\x1b[C\x1b[C\x1b[C\x7f\x7fir\r")
    shown = student.at_prompt()
    assert "You wrote “/containers/test”; the path here is “/containers/teste/{bin" in shown
    assert "before you tried" in student.press("b")
    assert "Missing: -p" in student.types(command(the_course().lesson("rootfs").steps[1].run, **VALUES)[:5] + " /x/y")
    student.leave()


def test_another_way_to_the_same_effect_counts() -> None:
    student = Student("hostname")
    assert "Step 2 of" in student.types("cat /proc/sys/kernel/hostname")
    student.leave()


def test_a_try_that_failed_is_undone_before_the_step_before() -> None:
    student = Student("rootfs")
    while "Step 10 of" not in student.press("\r"):
        pass
    shown = student.types("mount -t sysfs sysfs /containers/teste/sys")  # writable: not what the step is about
    assert "Missing: -o" in shown
    assert "before you tried this step" in student.press("b")
    assert "✓" in student.press("\r")
    assert "one step back" in student.press("b")
    student.leave()


# --- the free shell ---------------------------------------------------------------------------


def test_the_free_shell_is_the_same_terminal() -> None:
    student = Student("hostname")
    shown = student.wanders("word=plinth; echo $word $((6*7))")
    assert "plinth 42" in shown
    assert "Back in the lesson" in shown
    assert "again plinth" in student.wanders("echo again $word")
    student.shell()
    student.send("half a line")
    student.terminal.expect_exact("half a line")
    student.send(LEAVE)
    student.at_prompt()
    assert "✓" in student.press("\r")  # what was half typed does not get into the way
    student.leave()


def test_what_is_done_in_the_free_shell_counts() -> None:
    student = Student("rootfs")
    student.press("\r")
    shown = student.wanders(command(the_course().lesson("rootfs").steps[1].run, **VALUES))
    assert "counts as done" in shown
    assert "Step 3 of" in shown
    student.leave()


def test_looking_around_where_a_step_makes_a_control_group() -> None:
    student = Student("cgroups")
    student.press("\r")
    student.wanders("ls /sys/fs/cgroup")
    shown = student.press("\r")
    assert "Step 3 of" in shown, shown
    assert "one step back" in student.press("b")
    making = command(the_course().lesson("cgroups").steps[1].run, **groups())
    assert "counts as done" in student.wanders(making)
    student.leave()


# --- slips --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slip", "said"),
    [
        ("exit", "has ended"),
        ("kill -9 $$", "has ended"),
        ("exec sleep 1000", "another program"),
        ("bash --norc", "another program"),
        ("sleep 1000", "another program"),
        ("env -i /bin/bash --norc", "another program"),
    ],
)
def test_slips_in_the_free_shell_are_noticed_and_mended(slip: str, said: str) -> None:
    student = Student("hostname")
    student.press("\r")
    student.shell()
    student.send(slip + "\r")
    time.sleep(0.5)
    if said != "has ended":
        student.send(LEAVE)
    assert said in student.sees("[y/N]")
    student.send("y")
    student.at_prompt()
    assert "✓" in student.press("\r")
    student.leave()


@pytest.mark.parametrize("slip", ["exit", "kill -9 $$", "exec sleep 1000"])
def test_slips_where_a_command_is_typed(slip: str) -> None:
    student = Student("hostname")
    student.turn()
    student.send(slip + "\r")
    time.sleep(0.5)
    if slip.startswith("exec"):
        student.send(LEAVE)
    student.sees("[y/N]")
    student.send("n")
    student.at_prompt()
    student.key("\r")
    student.sees("[y/N]")
    student.send("z")
    student.sees("is no answer")
    student.send("y")
    student.at_prompt()
    assert "Step 2 of" in student.press("\r")
    student.leave()


def test_a_ruined_tree_is_made_again() -> None:
    """rm -rf of everything inside, and a mount taken away; then back to a machine in which the step works."""
    student = Student("chroot")
    while "jail #" not in student.press("\r"):
        pass
    student.wanders("rm() { :; }; for f in /bin/ls /bin/ps /lib/*; do : > $f/x; done 2>/dev/null; /bin/mount --version")
    student.press("b")
    student.press("b")
    student.wanders("umount /containers/teste/proc; rm -rf --one-file-system /containers/teste/bin")
    student.key("\r")
    student.sees(NOT_YET["en"])
    student.at_prompt()
    assert "before you tried" in student.press("b")
    assert "✓" in student.press("\r")
    student.leave()


def test_closing_the_terminal_puts_the_machine_back(tmp_path: Path) -> None:
    student = Student("chroot", state=str(tmp_path))
    for _ in range(3):
        student.press("\r")
    os.kill(student.terminal.pid, signal.SIGHUP)
    student.end(129)
    assert progress(tmp_path)["place"]["lesson"] == "chroot"  # type: ignore[index]


@pytest.mark.parametrize("where", ["t", "f"])
def test_closing_the_terminal_under_a_live_shell(where: str) -> None:
    student = Student("chroot")
    student.turn() if where == "t" else student.shell()
    student.terminal.close()  # the keyboard is gone, and SIGHUP comes
    with lab.seat_lock(SEAT, wait=20):
        assert not lab.journal_of(SEAT).exists()


def test_killing_the_program_puts_the_machine_back(tmp_path: Path) -> None:
    student = Student("chroot", state=str(tmp_path))
    student.press("\r")
    student.press("\r")
    os.kill(student.terminal.pid, signal.SIGKILL)
    student.terminal.expect(pexpect.EOF)
    student.terminal.close()
    again = Student(state=str(tmp_path), begun=False)
    assert "Step 3 of" in again.at_prompt()
    again.leave()


def test_ctrl_c_goes_to_the_running_command_first() -> None:
    student = Student("cgroups")
    while "Step 4 of" not in student.press("\r"):
        pass
    student.key("\r")
    time.sleep(0.5)  # the loop of this step spins for two seconds
    student.terminal.sendintr()
    shown = student.at_prompt()
    assert "130" in shown
    assert "Step 5 of" not in shown
    student.terminal.sendintr()  # with nothing running, it leaves
    assert "equal" in student.end(130)


# --- every key at every kind of step ------------------------------------------------------------


def every_key(student: Student, *, has_question: bool = False) -> None:
    """Each key answers and none of them loses the step."""
    assert "Hint 1" in student.press("h")
    student.press("w")
    assert "uts" in student.press("x")
    assert "type it yourself" in student.press("?")
    student.key("z")
    student.sees("not one of the keys")
    student.send("\x1b[A")  # an arrow means nothing
    student.language = "pt"
    assert "Passo" in student.press("l")
    student.language = "en"
    assert "Step" in student.press("l")
    if has_question:
        student.guesses("p", "1")
    else:
        assert "nothing to guess" in student.press("p")
    student.turn()
    student.send(LEAVE)
    assert "Nothing was typed" in student.at_prompt()
    assert "Back in the lesson" in student.wanders()


def test_every_key_at_every_kind_of_step() -> None:
    """The first, one that fails on purpose, one that enters, one inside; each also after stepping back to it."""
    student = Student("chroot")
    assert "first step" in student.press("b")
    every_key(student)
    student.press("\r")
    every_key(student, has_question=True)  # fails on purpose
    student.press("\r")
    assert "one step back" in student.press("b")
    while "Step 9 of" not in student.press("\r"):
        pass
    every_key(student, has_question=True)  # enters
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
    every_key(student)  # takes two seconds
    assert "Step 5 of" in student.press("\r")
    assert "one step back" in student.press("b")
    student.leave()


def test_hints_end_with_having_it_done() -> None:
    student = Student("hostname")
    hints = the_course().lesson("hostname").words["en"].steps["host-name"].hints
    for number in range(len(hints)):
        assert f"Hint {number + 1} of {len(hints)}" in student.press("h")
    student.key("h")
    student.sees("[y/N]")
    student.send("n")
    student.at_prompt()
    student.key("h")
    student.sees("[y/N]")
    assert "Step 2 of" in student.press("y")
    student.leave()


def test_a_guess_is_compared_with_the_machine_and_can_be_made_again() -> None:
    student = Student("rootfs")
    student.key("\r")
    student.sees_guess()
    student.send("unshare -p\r")  # a command, typed too early
    assert "is no number" in student.sees_guess()
    student.send("99\r")
    shown = student.at_prompt()
    found = re.search(r"You guessed 99; the machine answers (\d+)\.", shown)
    assert found, shown
    assert "One program, one file" in shown
    assert "Undone" in student.press("b")
    student.guesses("p", found[1])
    student.key("\r")  # not asked again
    student.terminal.expect_exact(f"You guessed {found[1]}, and the machine answers the same.")
    assert "Step 2 of" in student.at_prompt()
    student.leave()


# --- leaving, and coming back -------------------------------------------------------------------


def test_leaving_and_coming_back_goes_on_at_the_same_step(tmp_path: Path) -> None:
    student = Student("hostname", state=str(tmp_path))
    for _ in range(5):
        student.press("\r")
    assert "equal" in student.leave()
    again = Student(state=str(tmp_path), begun=False)
    assert "Step 6 of" in again.at_prompt()
    assert "Step 7 of" in again.press("\r")
    again.leave()
    found = progress(tmp_path)
    assert found["schema"] == "semdocker/progress/1"
    assert found["lessons"]["hostname"]["steps"]["host-name"]["state"] == "done"  # type: ignore[index]


def test_a_new_student_is_told_of_the_other_language_once(tmp_path: Path) -> None:
    def opening(*arguments: str, **environment: str) -> str:
        terminal = pexpect.spawn(
            sys.executable,
            ["-m", "runner", *arguments],
            cwd=str(CHECKOUT),
            dimensions=(24, 80),
            encoding="utf-8",
            timeout=30,
            env={**ENVIRONMENT, "XDG_STATE_HOME": str(tmp_path), **environment},
        )
        terminal.expect_exact([*BEGIN.values(), *PROMPT.values()])
        shown = plain(str(terminal.before))
        terminal.send("q")
        terminal.expect(pexpect.EOF)
        terminal.close()
        return shown

    assert "português" not in opening("learn", "--seat", SEAT, "--lang", "en")
    assert "Em português: tecle l, ou comece com --lang pt" in opening("learn", "--seat", SEAT)
    assert "In English: press l, or start with --lang en" in opening(
        "learn", "--seat", SEAT, LANG="pt_BR.UTF-8", LC_ALL=""
    )
    (tmp_path / "semdocker").mkdir(exist_ok=True)
    document = {"schema": "semdocker/progress/1", "place": {"lesson": "rootfs", "step": "tree"}, "lessons": {}}
    (tmp_path / "semdocker" / "progress.json").write_text(json.dumps(document))
    assert "português:" not in opening("learn", "--seat", SEAT)


# --- screens --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["pt", "en"])
def test_what_is_seen_at_80_by_24(language: str) -> None:
    """No line of ours is broken by the terminal, the keys fit on one line, and the step is in view."""
    student = Student("hostname", language=language, begun=False)
    student.sees(BEGIN[language])
    student.at_prompt()
    assert any(BEGIN[language] in line for line in student.display)
    assert any("4" in line and "6" in line and "━" in line for line in student.display)
    student.press("\r")
    keys = next(line for line in student.display if PROMPT[language] in line)
    assert keys.startswith("  Enter")
    assert "host # hostname" in "\n".join(student.display)
    assert any(line.startswith("▸ ") and "1" in line and "16" in line for line in student.display)
    student.press("\r")
    shown = "\n".join(student.display)
    assert "▸ " in shown  # the next step's title has not scrolled away
    assert "│ " in student.everything
    assert all(PROMPT[language] in line for line in student.display if line.startswith("  Enter"))
    student.leave()


def test_every_line_of_keys_fits() -> None:
    from runner.language import REQUIRED, install
    from runner.messages import text

    names = ("enter", "type", "hint", "free", "undo", "why", "keys", "quit")
    try:
        for language in REQUIRED:
            install(language)
            for last, other in (("undo", "back"), ("why", "xray")):
                shown = [other if name == last else name for name in names]
                assert len(" · ".join(text("learn.press." + name) for name in shown)) <= 78
    finally:
        install("en")


def test_a_terminal_without_unicode_and_a_wide_one() -> None:
    student = Student("hostname", environment={"PYTHONIOENCODING": "ascii"})
    assert "ok exit status: 0" in student.press("\r")
    assert student.everything.isascii()
    student.leave()
    wide = Student("hostname", size=(200, 50))
    wide.press("\r")
    assert max(map(len, wide.display)) <= 102  # prose stays readable
    wide.leave()


def test_plain_mode_takes_numbers_and_shows_no_escape() -> None:
    student = Student("hostname", "--plain")
    shown = student.press("1")
    assert "Step 2 of" in shown
    assert "Hint 1" in student.press("3")
    assert "type it yourself" in student.press("?")
    for typed in ("77", "hostname"):
        student.key(typed)
        student.sees(f"“{typed}” is not one of the keys")
    student.language = "pt"
    assert "Passo 2 de" in student.press("9")
    student.send("0\r")
    student.end()
    assert "\x1b" not in student.everything


def lab_size() -> tuple[int, int]:
    """Columns and lines of the live terminal, as the kernel has them."""
    told = lab.published(SEAT)
    assert told
    shell = next(shell for name, shell in told.places.items() if name == "host")
    fd = os.open(f"/proc/{shell.pid}/fd/0", os.O_RDWR | os.O_NOCTTY)
    try:
        lines, columns, _, _ = struct.unpack("HHHH", fcntl.ioctl(fd, termios.TIOCGWINSZ, b"\0" * 8))
    finally:
        os.close(fd)
    return columns, lines


def await_size(columns: int, lines: int) -> None:
    deadline = time.monotonic() + 5
    while lab_size() != (columns, lines) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert lab_size() == (columns, lines)


def test_the_live_terminal_follows_the_window() -> None:
    student = Student("cgroups")
    await_size(76, 24)
    student.terminal.setwinsize(30, 100)  # at the keys
    await_size(96, 30)
    student.shell()
    await_size(100, 30)
    student.terminal.setwinsize(20, 60)  # in the free shell
    await_size(60, 20)
    student.send(LEAVE)
    student.sees("Back in the lesson")
    await_size(56, 20)
    student.terminal.setwinsize(20, 90)
    student.press("?")
    while "Step 4 of" not in student.press("\r"):
        pass
    student.key("\r")
    time.sleep(0.3)
    student.terminal.setwinsize(24, 80)  # while a command runs
    await_size(76, 24)
    student.at_prompt()
    student.leave()


@pytest.mark.parametrize("where", ["t", "f"])
def test_a_flood_is_stopped_by_ctrl_c(where: str) -> None:
    student = Student("hostname")
    student.turn() if where == "t" else student.shell()
    student.send("yes\r")
    student.terminal.expect_exact("y\r\ny\r\n")
    student.terminal.sendintr()
    if where == "f":
        student.terminal.expect_exact("^C")
        student.send(LEAVE)
    shown = student.at_prompt()
    if where == "t":
        assert "You typed the command “yes”" in shown
    assert "Step 2 of" in student.press("\r")
    student.leave()


def test_a_slow_command_is_waited_for() -> None:
    student = Student("hostname")
    assert "Step 2 of" in student.types("sleep 2; hostname")
    assert "slow 42" in student.wanders("sleep 1; echo slow $((6*7))")
    student.leave()


# --- beginning ------------------------------------------------------------------------------------


def test_without_a_terminal_it_never_asks() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "runner", "learn", "--lang", "en"],
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "semdocker run" in done.stderr


def test_learn_is_what_happens_at_a_terminal_when_nothing_is_said(seat: int, tmp_path: Path) -> None:
    """The seat is held by us, so that it says so instead of starting."""
    terminal = pexpect.spawn(
        sys.executable,
        ["-m", "runner"],
        cwd=str(CHECKOUT),
        encoding="utf-8",
        timeout=30,
        env={**ENVIRONMENT, "XDG_STATE_HOME": str(tmp_path)},
    )
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert "Another run" in str(terminal.before)
    assert terminal.exitstatus == 6
