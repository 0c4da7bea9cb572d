"""The bar of keys, and what the page says when something is other than the step wants it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.person import CTRL_C, plain
from tests.support.student import BAR, BEGIN, GUESS, LIVE, PROMPT, RESULT, SHELL, SURE, Student, progress

pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]
ESCAPE = "\x1b"
ASTRAY = "Enter offers a fresh start of this step"
NAMES = {"container": "container|contêiner", "cafe": "cafe|café"}
PLACE = {name: re.compile(rf"\[({shown})\] \S+:/\S*# ") for name, shown in NAMES.items()}


def test_the_bar_stays_open_under_the_list_of_keys_and_a_half_typed_line_waits() -> None:
    student = Student("hostname")
    student.sees_prompt()
    student.send("echo ha''lf")
    student.wait_for("ha''lf")
    student.send(ESCAPE)
    student.wait_for(PROMPT["en"])
    student.send("?")
    listed = student.wait_for(PROMPT["en"])
    assert "Enter, Esc back to the shell" in listed and "q, Ctrl-D leave" in listed
    assert " p " not in listed, "there is nothing to guess at this step"
    student.send(ESCAPE)
    student.wait_for("echo ha''lf")
    student.send(" again\r")
    student.wait_for("half again")
    student.wait_for(SHELL)
    student.leave()


def test_the_bar_under_a_result_offers_to_leave_and_what_is_done_stays_done(tmp_path: Path) -> None:
    student = Student("hostname", state=tmp_path)
    student.sees_prompt()
    student.send("\r")
    student.wait_for(RESULT["en"])
    student.wait_for(SHELL)
    student.send(ESCAPE)
    student.wait_for(PROMPT["en"])
    student.send("q")
    assert "place is kept" in student.end()
    assert progress(tmp_path)["place"]["step"] == "host-inode"  # type: ignore[index]
    again = Student("hostname", state=tmp_path, begun=False)
    shown = again.is_told(LIVE["en"])
    assert "A sealed lab opens for it" in shown and "Step 2 of" in shown
    again.leave()


def test_after_what_is_no_answer_the_line_that_asks_stands_there_again() -> None:
    student = Student("hostname")
    student.press("\r")
    student.opens_bar()
    student.send("z")
    student.wait_for("“z” is not one of the keys")
    student.wait_for(BAR["en"])
    student.send("b")
    student.wait_for(SURE["en"])
    student.send("z")
    student.wait_for("“z” is no answer")
    student.wait_for(SURE["en"])
    student.send("n")
    student.asked()
    student.leave()


def test_who_guesses_again_sees_the_question_and_enter_alone_keeps_the_guess() -> None:
    student = Student("rootfs", begun=False)
    student.is_told(BEGIN["en"])
    student.send("\r")
    student.sees_guess()
    student.send("99\r")
    student.asked()
    student.key("p")
    shown = student.sees_guess()
    assert "How many lines will ldd print?" in shown and "Your guess so far: 99." in shown
    student.send("\r")
    student.asked()
    student.send("\r")
    student.wait_for("You guessed 99")
    student.asked()
    student.leave()


def test_a_shell_that_ends_at_a_result_is_told_before_the_page_turns() -> None:
    student = Student("hostname")
    student.sees_prompt()
    student.send("\r")
    student.wait_for(RESULT["en"])
    student.wait_for(SHELL)
    student.send("kill -9 $$\r")
    assert "Step 2 of" not in student.wait_for("has ended.")
    student.wait_for("Enter goes on")
    student.send("\r")
    student.wait_for("Step 2 of")
    student.is_told("Start a fresh lab")
    student.send("\r")
    student.asked()
    student.leave()


def test_a_command_that_failed_does_not_pass_by_its_output() -> None:
    student = Student("hostname")
    shown = student.types("hostname; false")
    assert "Your command goes on too far" in shown and "Step 2 of" not in shown
    assert "Step 2 of" in student.types("hostname")
    student.leave()


def test_sudo_is_told_to_be_superfluous_in_the_first_shell_too() -> None:
    student = Student("hostname")
    student.wanders('sudo() { "$@"; }')  # not every machine has it
    for command in ("sudo ls", "sudo hostnam", "sudo hostname"):
        student.send(f"{command}\r")
        student.is_told("type the command without it.")
        student.sees_prompt()
    assert "Step 2 of" in student.press("\r"), "it counts all the same"
    student.leave()


def test_who_leaves_the_shell_of_a_step_is_told_and_may_begin_again() -> None:
    student = Student("hostname")
    while "Step 4 of" not in student.press("\r"):
        pass
    student.sees_prompt()
    student.send("exit\r")
    assert "the terminal is outside" in student.wait_for(ASTRAY)
    student.wait_for(SHELL)
    student.send("\r")
    student.is_told("up to here? [Y/n]")
    student.send("y")
    assert "A fresh lab" in student.asked()
    assert "Step 5 of" in student.press("\r")
    student.leave()


def test_a_guess_has_a_way_to_the_keys() -> None:
    student = Student("network")
    while "Step 5 of" not in student.press("\r"):
        pass
    student.sees_prompt()
    student.send("\r")
    student.wait_for(RESULT["en"])
    student.wait_for(SHELL)
    student.send("\r")
    for away in (ESCAPE, CTRL_C):
        student.wait_for(GUESS["en"])
        student.wait_for("> ")  # before that, a Ctrl-C leaves
        student.send(away)
        assert "Enter back to the question" in student.wait_for(BAR["en"])
        student.send("\r")
    student.wait_for(GUESS["en"])
    student.send(ESCAPE)
    student.wait_for(PROMPT["en"])
    student.send("b")
    student.wait_for("[Y/n]")
    student.send("y")
    assert "one step back" in student.asked() and "Step 5 of" in plain(student.shown)
    student.leave()


@pytest.mark.parametrize("language", ["en", "pt"])
def test_an_earlier_try_that_is_in_the_way_is_told_with_its_key(language: str) -> None:
    """The cable is there already, with another name at its end."""
    told = {"en": "Something done before may be in the way: Esc, then b", "pt": "Algo feito antes pode estar"}
    looks = {"en": "Looking at what that did", "pt": "Vendo o que isso fez"}
    begun = {"en": "Step {} of", "pt": "Passo {} de"}
    student = Student("network", language=language)
    while begun[language].format(5) not in student.press("\r"):
        pass
    student.wait_for(PLACE["container"])
    student.types("busybox httpd -f -p 81 -h /www &")
    assert looks[language] in student.shown, "while the port is waited for"
    while begun[language].format(9) not in student.press("\r"):
        pass
    student.types("ip link add ve-shop type veth peer name plugg && ip -brief link")
    student.sees_prompt()
    student.send("\r")
    student.is_told(told[language])
    student.asked()
    student.press("b")
    assert begun[language].format(10) in student.press("\r")
    while not PLACE["cafe"].search(student.shown):
        assert begun[language].format(20) not in student.press("\r")
    student.leave()
