"""A person with `semdocker learn`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from runner.course.quiz import letters
from runner.engine import machine_values
from runner.records.course import Dual, Question
from tests.conftest import the_course
from tests.support.person import ENTER, LEAVE, Person
from tests.support.state import fresh_state

SEAT = "student"

# What the student waits for, by language.
BEGIN = {"en": "Enter begins", "pt": "Enter começa"}
PROMPT = {"en": "q quit", "pt": "q sai"}
ANSWER = {"en": "q to leave)", "pt": "q para sair)"}
GUESS = {"en": "Enter alone skips", "pt": "só Enter pula"}
NEXT = {"en": "[Y/n]", "pt": "[S/n]"}
PAGE = {"en": ("Enter goes on", "Enter shows more"), "pt": ("Enter continua", "Enter mostra mais")}
NOT_YET = {"en": "tries again", "pt": "tenta de novo"}
SHELL = re.compile(r":[/~]\S*# ")
TURN = {"en": "Your turn", "pt": "Sua vez"}


class Student(Person):
    """Types fast and forgets nothing. `state` is where the progress is kept; `begun` waits for the first step."""

    def __init__(
        self,
        *words: str,
        language: str = "en",
        state: Path | None = None,
        begun: bool = True,
        size: tuple[int, int] = (80, 24),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.language = language
        self.lines = "--plain" in words  # whole lines are read
        self._turned = 0  # pages
        kept = {"XDG_STATE_HOME": str(state or fresh_state()), **(environment or {})}
        super().__init__("learn", *words, "--lang", language, seat=SEAT, size=size, environment=kept)
        if begun:
            self.begins()

    # keys

    def begins(self) -> None:
        self.is_told(BEGIN[self.language])
        self.asked()
        self.press("\r")

    def key(self, key: str) -> None:
        self.send(key + ENTER if self.lines and key != ENTER else key)

    def asked(self) -> str:
        return self.is_told(PROMPT[self.language])

    def is_told(self, *texts: str) -> str:
        """Wait for one of these texts, turn the pages and skip the guesses on the way. Return all that was shown."""
        skipped = (GUESS[self.language], *PAGE[self.language])
        shown = self.wait_for(*texts, *skipped)
        while self.seen.endswith(skipped):
            if self.lines and self.seen.endswith(skipped[1]):
                self.wait_for(PROMPT[self.language])  # the last key on the same line
            self._turned += self.seen.endswith(skipped[2])
            self.key(ENTER)
            shown += self.wait_for(*texts, *skipped)
        return shown

    def types(self, command: str) -> str:
        """Press t, type a command and wait for what is said to it."""
        self.turn()
        self.send(command.replace("\n", "\r") + "\r")
        return self.asked()

    def turn(self) -> None:
        """Press t and wait for the shell's own prompt."""
        self.key("t")
        self.is_told(TURN[self.language])
        self.wait_for(SHELL)

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
            end = "" if command.endswith("&") else ";"
            self.send(f"{command}{end} echo mark-$((40+{number}))\r")
            shown += self.wait_for(f"mark-{40 + number}")
        self.send(LEAVE)
        return f"{shown} {self.asked()}"

    def shell(self) -> None:
        """Press f and wait for the shell's own prompt."""
        self.key("f")
        self.is_told("Ctrl-]")
        self.wait_for(SHELL)

    def sees_guess(self) -> str:
        """Wait until a guess is asked for."""
        return self.wait_for(GUESS[self.language])

    def guesses(self, key: str, guess: str) -> str:
        """Press a key that asks for a guess, and answer."""
        self.send(key)
        self.wait_for(GUESS[self.language])
        self.send(guess + "\r")
        return self.asked()

    def answers(self, lesson: str) -> None:
        """Answer every question of the lesson rightly."""
        for question in the_course().lesson(lesson).quiz:
            self.is_told(ANSWER[self.language])
            self.send(rightly(question) + "\r")

    def enters_through(self, lesson: str) -> None:
        """Every step of a lesson with Enter only, up to the first question."""
        steps = the_course().lesson(lesson).steps
        for step in steps[:-1]:
            shown = self.press("\r")
            assert "✓" in shown, f"{lesson}/{step.id}: {shown}"
            assert NOT_YET[self.language] not in shown
        self.send("\r")

    def goes_on(self) -> None:
        """Turn the last pages."""
        more = self.shown.count(PAGE[self.language][1])
        if more > self._turned:
            self._turned = more
            self.key(ENTER)

    def leave(self) -> str:
        self.key("q")
        return self.end()


def progress(state: Path) -> dict[str, object]:
    """Return what is kept of a student's way so far."""
    found: dict[str, object] = json.loads((state / "semdocker" / f"progress-{SEAT}.json").read_text())
    return found


def rightly(question: Question) -> str:
    """Return what a student types who knows this machine."""
    if question.number is not None:
        return f"{question.number:g}"
    if question.accepts:
        return question.accepts[0].on(version())
    return ",".join(letters(question)[answer] for answer in question.answer)


def version() -> str:
    return machine_values.of_machine("container")["cgroup_version"]


def command(words: Dual, **values: str) -> str:
    """Return a command of the course as it is typed."""
    return re.sub(r"\{\{ (\w+) \}\}", lambda found: values[found[1]], words.on(version())).strip()
