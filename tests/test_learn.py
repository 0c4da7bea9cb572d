"""`semdocker learn` through a real terminal, as a student would: keys, mistakes, the free shell, leaving."""

from __future__ import annotations

import json
import re
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pexpect
import pytest

from runner import lab
from tests.conftest import the_course

pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]
CHECKOUT = Path(__file__).parent.parent
SEAT = "student"
STATE = mkdtemp(prefix="semdocker-tests.")
PROMPT = {"en": "q quit", "pt": "q sai"}
ANSWER = {"en": "q to leave)", "pt": "q para sair)"}
GUESS = {"en": "Enter alone skips", "pt": "só Enter pula"}


ENVIRONMENT = {"TERM": "xterm-256color", "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"}


class Student:
    """A person at a terminal of 80×24."""

    def __init__(self, lesson: str, language: str = "en", *arguments: str, state: str = "") -> None:
        self.language = language
        state = state or mkdtemp(dir=STATE)  # never the progress of whoever runs the tests
        self.terminal = pexpect.spawn(
            sys.executable,
            ["-m", "runner", "learn", lesson, "--lang", language, "--seat", SEAT, *arguments],
            cwd=str(CHECKOUT),
            dimensions=(24, 80),
            encoding="utf-8",
            timeout=30,
            env={**ENVIRONMENT, "XDG_STATE_HOME": state},
        )
        self.at_prompt()

    def at_prompt(self) -> str:
        return self.sees(PROMPT[self.language])

    def sees(self, text: str) -> str:
        """Wait for a text; questions on the way to it are skipped."""
        while self.terminal.expect_exact([text, GUESS[self.language]]) == 1:
            self.terminal.send("\r")
        return plain(self.terminal.before)

    def guesses(self, key: str, guess: str) -> str:
        """Press a key that asks for a guess, and answer."""
        self.terminal.send(key)
        self.terminal.expect_exact(GUESS[self.language])
        self.terminal.send(guess + "\r")
        return self.at_prompt()

    def answers(self, lesson: str) -> None:
        """Answer every question of the lesson rightly."""
        for question in the_course().lesson(lesson).quiz:
            self.sees(ANSWER[self.language])
            pairs = zip("abcdef", question.choices, strict=False)
            self.terminal.send(",".join(letter for letter, choice in pairs if choice in question.answers) + "\r")

    def press(self, key: str) -> str:
        self.terminal.send(key)
        return self.at_prompt()

    def leave(self) -> str:
        self.terminal.send("q")
        return self.end()

    def end(self) -> str:
        self.terminal.expect(pexpect.EOF)
        self.terminal.close()
        return plain(self.terminal.before)


def plain(text: str | None) -> str:
    return " ".join(re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text or "").split())


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    yield
    shutil.rmtree(STATE)
    Path(STATE).mkdir()
    with lab.seat_lock(SEAT, wait=20):
        assert not lab.journal_of(SEAT).exists()


@pytest.mark.parametrize("language", ["pt", "en"])
def test_a_whole_lesson_with_enter_only(language: str) -> None:
    lesson = the_course().lesson("hostname")
    student = Student("hostname", language)
    for step in lesson.steps[:-1]:
        shown = student.press("\r")
        assert "✓" in shown, step.id
    student.terminal.send("\r")
    student.answers("hostname")
    student.sees("/n]")
    student.terminal.send("n")
    student.end()
    assert student.terminal.exitstatus == 0


def test_typing_every_command() -> None:
    lesson = the_course().lesson("hostname")
    values = {"root": "/containers/teste", "hostname": "container-host"}
    student = Student("hostname")
    for index, step in enumerate(lesson.steps, 1):
        student.terminal.send("t")
        student.sees("Your turn")
        command = re.sub(r"\{\{ (\w+) \}\}", lambda found: values[found[1]], step.run.v2).strip()
        student.terminal.send(command + "\r")
        if index < len(lesson.steps):
            assert "Not yet" not in student.at_prompt()
    student.answers("hostname")
    student.sees("[Y/n]")
    student.terminal.send("n")
    student.end()
    assert student.terminal.exitstatus == 0


def test_leaving_and_coming_back_goes_on_at_the_same_step(tmp_path: Path) -> None:
    student = Student("hostname", state=str(tmp_path))
    for _ in range(5):
        student.press("\r")
    student.leave()
    again = Student("hostname", state=str(tmp_path))
    assert "Step 7 of" in again.press("\r")
    again.leave()
    found = json.loads((tmp_path / "semdocker" / "progress.json").read_text())
    assert found["schema"] == "semdocker/progress/1"
    assert next(iter(found["lessons"]["hostname"]["steps"].values()))["state"] == "done"


def test_a_wrong_answer_is_given_its_reason_and_asked_again() -> None:
    lesson = the_course().lesson("hostname")
    student = Student("hostname")
    for _ in lesson.steps[1:]:
        student.press("\r")
    student.terminal.send("\r")
    first = lesson.quiz[0]
    wrong = next(number for number, choice in enumerate(first.choices, 1) if choice not in first.answers)
    student.sees(ANSWER["en"])
    student.terminal.send("what?\r")
    student.sees("There is no choice")
    student.sees(ANSWER["en"])
    student.terminal.send(f"{wrong}\r")
    student.sees(": no.")
    for _ in lesson.quiz[1:]:
        student.sees(ANSWER["en"])
        student.terminal.send("a\r")
    student.sees("Once more")
    student.sees(ANSWER["en"])
    student.terminal.send("q\r")
    student.end()
    assert student.terminal.exitstatus == 0


def test_a_wrong_command_is_answered_with_the_fact_that_is_missing() -> None:
    student = Student("hostname")
    student.terminal.send("t")
    student.terminal.expect_exact("Your turn")
    student.terminal.send("hostnam\r")
    shown = student.at_prompt()
    assert "Not yet" in shown
    assert "expected" in shown
    assert "✓" in student.press("\r")
    student.leave()


def test_another_way_to_the_same_effect_counts() -> None:
    student = Student("hostname")
    student.terminal.send("t")
    student.terminal.expect_exact("Your turn")
    student.terminal.send("cat /proc/sys/kernel/hostname\r")
    assert "Step 2 of" in student.at_prompt()
    student.leave()


def test_the_free_shell_is_the_same_terminal() -> None:
    student = Student("hostname")
    student.terminal.send("f")
    student.terminal.expect_exact("live terminal is yours")
    student.terminal.send("word=plinth; echo $word $((6*7))\r")
    student.terminal.expect_exact("plinth 42")
    student.terminal.send("\x1d")
    assert "Back in the lesson" in student.at_prompt()
    student.terminal.send("f")
    student.terminal.expect_exact("live terminal is yours")
    student.terminal.send("echo again $word\r")
    student.terminal.expect_exact("again plinth")
    student.terminal.send("\x1d")
    student.at_prompt()
    student.leave()


def test_leaving_the_shell_in_the_free_shell_is_noticed_and_mended() -> None:
    student = Student("hostname")
    student.press("\r")
    student.terminal.send("f")
    student.terminal.expect_exact("live terminal is yours")
    student.terminal.send("exit\r")
    student.terminal.expect_exact("fresh lab")
    student.terminal.send("y")
    student.at_prompt()
    assert "✓" in student.press("\r")
    student.leave()


def test_a_step_back_is_real_and_the_other_keys_answer() -> None:
    student = Student("hostname")
    assert "first step" in student.press("b")
    student.press("\r")
    assert "Undone" in student.press("b")
    assert "Hint 1" in student.press("h")
    assert "type it yourself" in student.press("?")
    assert "uts" in student.press("x")
    student.press("w")
    student.language = "pt"
    assert "Passo 1 de" in student.press("l")
    student.leave()


def test_a_guess_is_compared_with_the_machine_and_can_be_made_again() -> None:
    student = Student("rootfs")
    shown = student.guesses("\r", "99")
    found = re.search(r"You guessed 99; the machine answers (\d+)\.", shown)
    assert found, shown
    assert "One program, one file" in shown
    assert "Undone" in student.press("b")
    student.guesses("p", found[1])
    student.terminal.send("\r")  # not asked again
    student.terminal.expect_exact(f"You guessed {found[1]}, and the machine answers the same.")
    assert "Step 2 of" in student.at_prompt()
    assert "nothing to guess" in student.press("p")
    student.leave()


def test_ctrl_c_goes_to_the_running_command_first() -> None:
    student = Student("cgroups")
    while "Step 4 of" not in student.press("\r"):
        pass
    student.terminal.send("\r")
    time.sleep(0.5)  # the loop of this step spins for two seconds
    student.terminal.sendintr()
    shown = student.at_prompt()
    assert "130" in shown
    assert "Step 5 of" not in shown
    student.leave()


def test_leaving_puts_the_machine_back() -> None:
    student = Student("chroot")
    student.press("\r")
    assert "equal" in student.leave()
    assert student.terminal.exitstatus == 0


def test_plain_mode_reads_lines_and_shows_no_escape() -> None:
    student = Student("hostname", "en", "--plain")
    student.terminal.send("\r")
    student.at_prompt()
    assert "\x1b" not in (student.terminal.before or "")
    student.terminal.send("q\r")
    student.end()
    assert student.terminal.exitstatus == 0


def test_without_a_terminal_it_never_asks() -> None:
    import subprocess

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
