"""What goes wrong at a student's terminal: slips, a closed window, a killed program."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path

import pytest

from runner.lab import seats
from tests.support.person import CTRL_C, LEAVE, plain
from tests.support.student import BAR, RESULT, SEAT, SHELL, Student, progress
from tests.support.waiting import runs_on

pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]


@pytest.mark.parametrize(
    ("slip", "said"),
    [
        ("exit", "has ended"),
        ("kill -9 $$", "has ended"),
        ("exec sleep 1000", "has ended"),
        ("bash --norc", "another program"),
        ("env -i /bin/bash --norc", "another program"),
    ],
)
def test_slips_at_the_prompt_are_noticed_and_mended(slip: str, said: str) -> None:
    """A shell that ended is noticed at once, and another program before Enter is pressed."""
    student = Student("hostname")
    student.press("\r")
    student.sees_prompt()
    student.send(slip + "\r")
    if "sleep" in slip:
        student.until(lambda: runs_on(SEAT, "sleep 1000"), slip)
        student.send(CTRL_C)
    if "bash" in slip:
        if slip.startswith("env"):
            student.wait_for(re.compile(r"bash-[\d.]+# "))
        student.until(lambda: runs_on(SEAT, slip.removeprefix("env -i ")), slip)
        student.wait_for(SHELL)
        time.sleep(0.5)  # the prompt of before is drawn again where the window has another size
        student.send("\r")
    student.is_told("up to here? [Y/n]")
    assert said in plain(student.shown)
    student.send("y")
    student.asked()
    assert "✓" in student.press("\r")
    student.leave()


def test_a_program_that_does_not_end_is_left_and_found_again() -> None:
    student = Student("hostname")
    student.sees_prompt()
    student.send("sleep 1000\r")
    student.until(lambda: runs_on(SEAT, "sleep 1000"), "it")
    student.send(LEAVE)
    student.wait_for(BAR["en"])
    student.send("\r")
    student.wait_for("still runs · Ctrl-C or Ctrl-Z stops most · Ctrl-], b undoes it")
    time.sleep(0.2)  # a hand is slower than the keyboard's mode
    student.send(CTRL_C)
    student.wait_for(SHELL)
    assert "✓" in student.press("\r")
    student.leave()


def test_who_wants_no_fresh_lab_is_shown_the_keys_and_asked_again() -> None:
    """There is no prompt to go back to, and no other way on."""
    student = Student("hostname")
    student.sees_prompt()
    student.send("exit\r")
    student.is_told("up to here? [Y/n]")
    student.send("n")
    student.is_told(BAR["en"])
    student.send("\r")
    student.is_told("up to here? [Y/n]")
    student.send("z")
    student.is_told("is no answer")
    student.send("y")
    student.asked()
    assert "Step 2 of" in student.press("\r")
    student.leave()


def test_the_hosts_shell_is_missed_at_once_also_by_a_step_with_a_terminal_of_its_own() -> None:
    """Its checks compare with the host's shell, and would never be true."""
    student = Student("hostname")
    student.sees_prompt()
    assert "Step 2 of" in student.press("\r")
    student.sees_prompt()
    student.send("\r")
    student.wait_for(RESULT["en"])
    student.sees_prompt()
    student.send("exit\r")
    student.is_told("The shell that the lesson was in has ended.")
    student.is_told("up to here? [Y/n]")
    assert "Step 3 of" in student.text
    student.send("y")
    student.asked()
    assert "✓" in student.press("\r")
    student.leave()


@pytest.mark.parametrize("key", ["\x04", "\x1b", "\x1b[27u"])
def test_keys_on_an_empty_line_that_lead_away_and_end_nothing(key: str) -> None:
    """Ctrl-D would end the shell that the lesson is in; Escape is a way out where there is no Ctrl-]."""
    student = Student("hostname")
    student.sees_prompt()
    student.send(key)
    student.wait_for(BAR["en"])
    student.press("\r")
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
    student.send("\r")
    student.is_told("Something done before may be in the way: Esc, then b")
    student.asked()
    assert "before you tried" in student.press("b")
    assert "✓" in student.press("\r")
    student.leave()


def test_closing_the_terminal_puts_the_machine_back(tmp_path: Path) -> None:
    student = Student("chroot", state=tmp_path)
    for _ in range(3):
        student.press("\r")
    os.kill(student.pid, signal.SIGHUP)
    student.end(129)
    assert progress(tmp_path)["place"]["lesson"] == "chroot"  # type: ignore[index]


def test_closing_the_terminal_under_a_command() -> None:
    student = Student("chroot")
    student.sees_prompt()
    student.send("sleep 1000\r")
    student.until(lambda: runs_on(SEAT, "sleep 1000"), "it")
    student.hang_up()
    with seats.hold(SEAT, wait=20):
        assert not seats.journal_of(SEAT).exists()


def test_killing_the_program_puts_the_machine_back(tmp_path: Path) -> None:
    student = Student("chroot", state=tmp_path)
    student.press("\r")
    student.press("\r")
    os.kill(student.pid, signal.SIGKILL)
    student.end(-signal.SIGKILL)
    again = Student(state=tmp_path, begun=False)
    assert "Step 3 of" in again.asked()
    again.leave()


def test_ctrl_c_goes_to_the_running_command_first() -> None:
    student = Student("cgroups")
    while "Step 4 of" not in student.press("\r"):
        pass
    student.send("\r")
    student.until(lambda: runs_on(SEAT, "do :; done"), "the loop of this step, which spins for two seconds")
    student.send(CTRL_C)
    shown = student.asked()
    assert "130" in shown
    assert "Step 5 of" not in shown
    student.opens_bar()
    student.send(CTRL_C)  # where keys are asked for, it leaves
    assert "equal" in student.end(130)


def test_leaving_a_full_screen_program_leaves_an_ordinary_screen() -> None:
    """And coming back finds the program as it was, drawn anew."""
    student = Student("hostname", environment={"TERM": "xterm-256color"})
    student.shell()
    draws = "stty size; sleep 0.3; stty size"  # again, for its size may have changed meanwhile
    program = rf"""printf '\033[?1049h\033[?1000h\033[?25l'; trap '{draws}' WINCH; while sleep 0.1; do :; done"""
    student.send(f'bash -c "{program}"\r')
    student.until(lambda: student.shown.endswith("\x1b[?25l"), "the other screen")
    student.catch_up()
    student.send(LEAVE)
    student.wait_for(BAR["en"])
    assert student.shown.count("\x1b[?25h\x1b[?1000l\x1b[?1049l") == 1
    student.send("\r")
    student.until(lambda: student.shown.count("\x1b[?1049h\x1b[?1000h\x1b[?25l") == 2, "the program's screen again")
    student.wait_for(re.compile(r"2[34] 80"))
    student.send("\x03")
    student.wait_for(SHELL)
    assert "✓" in student.press("\r")
    student.leave()


def test_exit_with_a_job_in_the_background_is_noticed_at_once() -> None:
    """The job keeps the terminal open, so nothing is read at the end of the shell."""
    student = Student("hostname")
    student.shell()
    student.send("sleep 1000 & disown\r")
    student.wait_for(SHELL)
    student.send("exit\r")
    assert "has ended" in student.is_told("up to here? [Y/n]")
    student.send("y")
    student.asked()
    assert "✓" in student.press("\r")
    student.leave()


@pytest.mark.parametrize("slip", ["PROMPT_COMMAND=", "PS1= PROMPT_COMMAND=", "unset PROMPT_COMMAND PS0", "PS0="])
def test_a_shell_that_announces_nothing_any_more_is_mended(slip: str) -> None:
    student = Student("hostname")
    student.shell()
    for words in (f"{slip}; echo fi''rst", "echo an''swered"):
        student.send(words + "\r")
        student.wait_for("first\r\n", "answered\r\n")
    student.read(0.3)
    student.send(LEAVE)
    student.wait_for(BAR["en"])
    student.press("\r")
    began = time.monotonic()
    assert "✓" in student.press("\r")
    assert time.monotonic() - began < 5
    student.leave()


@pytest.mark.parametrize("written", ["\x1b[93;5u", "\x1b[27;5;93~"])
def test_the_shell_is_left_however_its_key_is_spelled_and_the_modes_are_as_usual(written: str) -> None:
    student = Student("hostname")
    student.shell()
    student.send(r"printf '\033[>1u\033[?1000h\033[>4;2m\033[?25l'" + "\r")
    student.wait_for("\x1b[>4;2m\x1b[?25l")
    student.send(written)
    student.wait_for(BAR["en"])
    student.press("\r")
    usual = ("\x1b[=0u\x1b[<1u", "\x1b[?25h", "\x1b[>4;0m", "\x1b[?1000l")
    assert all(mode in student.shown for mode in usual)
    student.leave()


def test_a_command_that_is_typed_where_keys_are_asked_for_does_nothing() -> None:
    student = Student("hostname")
    student.opens_bar()
    for word in ("ls -la /containers\r", "10\r", "0"):
        student.send(word)
        student.is_told(f"“{word.strip()}” is not one of the keys")
    student.press("\x1b")
    assert "✓" in student.press("\r")
    student.leave()


def test_leaving_is_an_answer_where_the_shell_is_gone() -> None:
    student = Student("hostname")
    student.shell()
    student.send("exit\r")
    student.is_told("up to here? [Y/n]")
    student.send("q")
    assert "equal" in student.end()


def letters(student: Student) -> str:
    """Return all that was shown, without the blanks and the breaks."""
    return "".join(plain(student.shown).split())


@pytest.mark.parametrize(("columns", "lines"), [(0, 0), (1, 1), (3, 24), (65535, 65535)])
def test_a_window_of_an_absurd_size_does_no_harm(columns: int, lines: int) -> None:
    student = Student("hostname")
    student.terminal.setwinsize(lines, columns)
    student.send("\r")
    student.until(lambda: "│" in student.shown, "the output")
    time.sleep(1)  # the result: in one column there is no room for its words
    student.send("\r")
    student.until(lambda: "Step2of16" in letters(student), "the next step")
    student.terminal.setwinsize(24, 80)
    time.sleep(0.5)
    student.read()
    if letters(student).endswith("Entershowsmore"):
        student.catch_up()
        student.press("\r")
    student.catch_up()
    student.send(LEAVE)
    student.wait_for(BAR["en"])
    student.lists_keys()
    if columns == 0:
        student.terminal.setwinsize(0, 0)
        student.shell()
        student.send("stty size\r")
        student.wait_for("24 80")
        student.wait_for(SHELL)
    student.leave()
