"""A person at a real terminal with `semdocker learn`, and the screen that this person sees."""

from __future__ import annotations

import atexit
import json
import re
import shutil
import sys
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pexpect
import pyte

from runner.course.quiz import letters
from runner.engine import run_values
from runner.records.course import Dual, Question
from tests.command import CHECKOUT
from tests.conftest import the_course

SEAT = "student"
STATE = mkdtemp(prefix="semdocker-tests.")
atexit.register(shutil.rmtree, STATE, ignore_errors=True)
LEAVE = "\x1d"  # Ctrl-]
ENVIRONMENT = {"TERM": "xterm-256color", "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"}

# What the student waits for, by language.
BEGIN = {"en": "Enter begins", "pt": "Enter começa"}
PROMPT = {"en": "q quit", "pt": "q sai"}
ANSWER = {"en": "q to leave)", "pt": "q para sair)"}
GUESS = {"en": "Enter alone skips", "pt": "só Enter pula"}
NEXT = {"en": "[Y/n]", "pt": "[S/n]"}
NOT_YET = {"en": "tries again", "pt": "tenta de novo"}
SHELL = r":[/~]\S*# "
TURN = {"en": "Your turn", "pt": "Sua vez"}

OPEN: list[Any] = []  # terminals, so that a test that fails leaves none behind


class Screen(pyte.HistoryScreen):
    """What is seen, and what has scrolled away."""

    def write_process_input(self, data: str) -> None:
        """A terminal would answer questions; nobody asks any."""


class Student:
    """Types fast and forgets nothing. `state` is where the progress is kept; `begun` waits for the first step."""

    def __init__(
        self,
        *arguments: str,
        language: str = "en",
        state: str = "",
        size: tuple[int, int] = (80, 24),
        environment: dict[str, str] | None = None,
        begun: bool = True,
    ) -> None:
        self.language = language
        self.seen = ""  # with the last that was waited for
        self.lines = "--plain" in arguments  # whole lines are read
        columns, lines = size
        self.screen = Screen(columns, lines, history=10_000)
        self._stream = pyte.Stream(self.screen)
        self.terminal: Any = pexpect.spawn(
            sys.executable,
            ["-m", "runner", "learn", *arguments, "--lang", language, "--seat", SEAT],
            cwd=str(CHECKOUT),
            dimensions=(lines, columns),
            encoding="utf-8",
            timeout=20,
            env={**ENVIRONMENT, "XDG_STATE_HOME": state or mkdtemp(dir=STATE), **(environment or {})},
        )
        self.terminal.delaybeforesend = None
        OPEN.append(self.terminal)
        self.terminal.logfile_read = self
        if begun:
            self.begins()

    # pexpect hands over what it reads

    def write(self, text: str) -> None:
        self._stream.feed(text)

    def flush(self) -> None:
        pass

    # keys

    def begins(self) -> None:
        self.sees(BEGIN[self.language])
        self.at_prompt()
        self.press("\r")

    def press(self, key: str) -> str:
        """Press a key and wait until the next one is asked for. Returns what was shown in between."""
        self.key(key)
        return self.at_prompt()

    def key(self, key: str) -> None:
        self.send(key + "\r" if self.lines and key != "\r" else key)

    def send(self, text: str) -> None:
        self.terminal.send(text)

    def at_prompt(self) -> str:
        return self.sees(PROMPT[self.language])

    def sees(self, *texts: str) -> str:
        """Wait for one of these texts; guesses asked for on the way are skipped."""
        while self.terminal.expect_exact([*texts, GUESS[self.language]]) == len(texts):
            self.send("\r")
        self.seen = self.terminal.before + self.terminal.after
        return plain(self.seen)

    def types(self, command: str) -> str:
        """Press t, type a command and wait for what is said to it."""
        self.turn()
        self.send(command.replace("\n", "\r") + "\r")
        return self.at_prompt()

    def turn(self) -> None:
        """Press t and wait for the shell's own prompt."""
        self.key("t")
        self.sees(TURN[self.language])
        self.terminal.expect(SHELL)

    def copies(self) -> None:
        """Press t and type the command just as it is shown; only plain mode shows it unfolded."""
        shown: str = re.findall(r"\n\w+ # (.*?)\r\n\r\n", self.seen, re.DOTALL)[-1]
        self.turn()
        self.send(shown.replace("\r\n> ", "\r") + "\r")

    def wanders(self, *commands: str) -> str:
        """Do something in the free shell, and come back."""
        self.shell()
        shown = ""
        for number, command in enumerate(commands):
            self.send(command + f"; echo mark-$((40+{number}))\r")
            self.terminal.expect_exact(f"mark-{40 + number}")
            shown += plain(self.terminal.before)
        self.send(LEAVE)
        return f"{shown} {self.at_prompt()}"

    def shell(self) -> None:
        """Press f and wait for the shell's own prompt."""
        self.key("f")
        self.sees("Ctrl-]")
        self.terminal.expect(SHELL)

    def sees_guess(self) -> str:
        """Wait until a guess is asked for."""
        self.terminal.expect_exact(GUESS[self.language])
        return plain(self.terminal.before)

    def guesses(self, key: str, guess: str) -> str:
        """Press a key that asks for a guess, and answer."""
        self.send(key)
        self.terminal.expect_exact(GUESS[self.language])
        self.send(guess + "\r")
        return self.at_prompt()

    def answers(self, lesson: str) -> None:
        """Answer every question of the lesson rightly."""
        for question in the_course().lesson(lesson).quiz:
            self.sees(ANSWER[self.language])
            self.send(rightly(question) + "\r")

    def enters_through(self, lesson: str) -> None:
        """Every step of a lesson with Enter only, up to the first question."""
        steps = the_course().lesson(lesson).steps
        for step in steps[:-1]:
            shown = self.press("\r")
            assert "✓" in shown, f"{lesson}/{step.id}: {shown}"
            assert NOT_YET[self.language] not in shown
        self.send("\r")

    def leave(self) -> str:
        self.key("q")
        return self.end()

    def end(self, status: int = 0) -> str:
        self.terminal.expect(pexpect.EOF)
        self.terminal.close()
        assert self.terminal.exitstatus == status, plain(self.terminal.before)
        return plain(self.terminal.before)

    # eyes

    @property
    def display(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display]

    @property
    def everything(self) -> str:
        """The whole session as lines of the screen, scrolled away or not."""
        width = self.screen.columns
        gone = ["".join(line[column].data for column in range(width)).rstrip() for line in self.screen.history.top]
        return "\n".join([*gone, *self.display])


def progress(state: Path) -> dict[str, object]:
    """What is kept of a student's way so far."""
    found: dict[str, object] = json.loads((state / "semdocker" / "progress.json").read_text())
    return found


def plain(text: str | None) -> str:
    return " ".join(re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text or "").split())


def rightly(question: Question) -> str:
    """What a student types who knows, on this machine."""
    if question.number is not None:
        return f"{question.number:g}"
    if question.accepts:
        return question.accepts[0].on(version())
    return ",".join(letters(question)[answer] for answer in question.answer)


def version() -> str:

    return run_values.of_machine("container")["cgroup_version"]


def command(words: Dual, **values: str) -> str:
    """A command of the course as it is typed."""
    return re.sub(r"\{\{ (\w+) \}\}", lambda found: values[found[1]], words.on(version())).strip()
