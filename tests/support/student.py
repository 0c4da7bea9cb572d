"""A person with `semdocker learn`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from runner.course.quiz import letters
from runner.engine import machine_values
from runner.records.course import Question
from runner.records.texts import Dual
from tests.conftest import the_course
from tests.support.command import COMMAND
from tests.support.person import ENTER, LEAVE, Person, Wanted, plain
from tests.support.state import fresh_state

SEAT = "student"
VALUES = {"root": "/containers/teste", "hostname": "container-host"}

# What the student waits for, by language.
BEGIN = {"en": "Enter begins", "pt": "Enter começa"}
LIVE = {
    "en": "Enter runs it · or type, as in any shell · Esc or Ctrl-]: keys",
    "pt": "Enter roda · ou digite, como em qualquer shell · Esc ou Ctrl-]: teclas",
}
RESULT = {
    "en": "Enter goes on · or look around in the shell · Esc or Ctrl-]: keys",
    "pt": "Enter avança · ou explore à vontade no shell · Esc ou Ctrl-]: teclas",
}
BAR = {"en": "? more", "pt": "? mais"}  # the line of keys that Escape shows
PROMPT = {"en": "q quit", "pt": "q sai"}  # the end of the line of keys of plain mode
ANSWER = {"en": "q to leave)", "pt": "q para sair)"}
GUESS = {"en": "Enter alone skips", "pt": "só Enter pula"}
CHALLENGE = {"en": "y begins it, Enter goes on.", "pt": "s começa, Enter avança."}
SURE = {"en": "Undo it for real? [Y/n]", "pt": "Quer mesmo desfazer? [S/n]"}
NEXT = {"en": "[Y/n]", "pt": "[S/n]"}
PAGE = {"en": ("Enter goes on", "Enter shows more"), "pt": ("Enter avança", "Enter mostra mais")}
NOT_YET = {"en": "Try again here", "pt": "Tente de novo aqui"}
SHELL = re.compile(r":[/~]\S*[#$] ")
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
        program: Sequence[str] = COMMAND,
        seat: str = SEAT,
    ) -> None:
        self.language = language
        self.lines = "--plain" in words  # whole lines are read
        self._turned = 0  # pages
        kept = {"XDG_STATE_HOME": str(state or fresh_state()), **(environment or {})}
        told = (*words, "--lang", language)
        super().__init__("learn", *told, program=program, seat=seat, size=size, environment=kept)
        if begun:
            self.begins()

    # keys

    def begins(self) -> None:
        self.is_told(BEGIN[self.language])
        self.wait_for(PROMPT[self.language])  # the last key on the same line
        self.press("\r")

    def key(self, key: str) -> None:
        """Press a key of ours; at the live prompt the bar of keys comes first."""
        if self.at_prompt and key != ENTER:
            self.opens_bar()
        self.send(key + ENTER if self.lines and key != ENTER else key)

    @property
    def at_prompt(self) -> bool:
        """Tell whether the last that was seen is the live prompt, or the line above it."""
        ends = (*LIVE.values(), *RESULT.values())
        return not self.lines and (plain(self.seen).endswith(ends) or self._saw(SHELL))

    def opens_bar(self) -> str:
        self.send(LEAVE)
        return self.wait_for(*BAR.values())

    def lists_keys(self) -> str:
        """Have all keys listed, and go back to the prompt; the bar stays open under the list."""
        if self.at_prompt:
            self.opens_bar()
        self.send("?")
        shown = self.wait_for(*BAR.values())
        self.send(ENTER)
        return shown + self.asked()

    def asked(self) -> str:
        return self.is_told(PROMPT[self.language] if self.lines else LIVE[self.language])

    def is_told(self, *texts: Wanted) -> str:
        """Wait for one of these texts, turn the pages and skip the guesses on the way. Return all that was shown."""
        shown = self.wait_for(*texts, *self._skipped())
        while not any(map(self._saw, texts)):
            shown += self._skips() + self.wait_for(*texts, *self._skipped())
        return shown

    def settles(self) -> str:
        """Wait until what was typed is answered: by the prompt alone, or by pages, which end in the line above one.

        The prompt below a result is none to stop at: Enter is on its way there.
        """
        live = LIVE[self.language]
        shown = self.wait_for(SHELL, live, *self._skipped())
        return shown if self._saw(SHELL) or self._saw(live) else shown + self._skips() + self.is_told(live)

    def _skipped(self) -> tuple[Wanted, ...]:
        goes_on, more = PAGE[self.language]
        alone = re.compile(re.escape(goes_on) + r"(?:\x1b\[\d*m)*\r?\n")  # the line ends there
        result = goes_on if self.lines else RESULT[self.language]
        return GUESS[self.language], SURE[self.language], CHALLENGE[self.language], result, more, alone

    def _skips(self) -> str:
        """Press Enter at what was seen last."""
        goes_on, more = PAGE[self.language]
        told = ""
        if self.lines and self._saw(goes_on):
            told = self.wait_for(PROMPT[self.language])  # the last key on the same line
        self._turned += self._saw(more) or self._saw(CHALLENGE[self.language])
        self.send(ENTER)
        return told

    def _saw(self, wanted: Wanted) -> bool:
        """Tell whether this is what was seen last."""
        pattern = re.escape(wanted) if isinstance(wanted, str) else wanted.pattern
        return bool(re.search(f"(?:{pattern})\\Z", self.seen))

    def goes_to(self, number: int) -> None:
        """Press Enter until the step of this number is there."""
        while f"Step {number} of" not in self.press(ENTER):
            pass

    def types(self, command: str) -> str:
        """Type a command and wait for what is said to it."""
        self.turn()
        self.send(command.replace("\n", "\r") + "\r")
        return self.asked()

    def turn(self) -> None:
        """Wait for the shell's own prompt; in plain mode press t before."""
        if self.lines:
            self.key("t")
            self.is_told(TURN[self.language])
        self.sees_prompt()

    def sees_prompt(self) -> None:
        if not self._saw(SHELL):
            self.wait_for(SHELL)

    def copies(self) -> None:
        """Type the command just as it is shown; only plain mode shows it unfolded."""
        found: list[str] = re.findall(r"\n\w[^\n#$]* [#$] (.*?)\r\n\r\n", self.seen, re.DOTALL)
        assert found, f"no command is shown: {self.seen}"
        shown = found[-1]
        self.turn()
        self.send(shown.replace("\r\n> ", "\r") + "\r")

    def wanders(self, *commands: str) -> str:
        """Do something else in the shell; in plain mode, press f before, and come back."""
        self.shell()
        shown = ""
        for number, command in enumerate(commands):
            end = "" if command.endswith("&") else ";"
            self.send(f"{command}{end} echo mark-$((40+{number}))\r")
            shown += self.wait_for(f"mark-{40 + number}")
        if self.lines:
            self.send(LEAVE)
            return f"{shown} {self.asked()}"
        return f"{shown} {self.settles()}" if commands else shown

    def shell(self) -> None:
        """Wait for the shell's own prompt; in plain mode, press f before."""
        if self.lines:
            self.key("f")
            self.is_told("Ctrl-]")
        self.sees_prompt()

    def sees_guess(self) -> str:
        """Wait until a guess is asked for."""
        return self.wait_for(GUESS[self.language])

    def guesses(self, key: str, guess: str) -> str:
        """Press a key that asks for a guess, and answer."""
        self.key(key)
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
            assert NOT_YET[self.language] not in shown, f"{lesson}/{step.id}: {shown}"
        self.send("\r")

    def goes_on(self) -> None:
        """Turn the last pages, and leave the challenge for later."""
        more = sum(self.shown.count(one[self.language]) for one in (CHALLENGE, {self.language: PAGE[self.language][1]}))
        if more > self._turned:
            self._turned = more
            self.send(ENTER)

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


def groups() -> dict[str, str]:
    """The control groups of this seat."""
    made = machine_values.of_machine("container")
    return {f"{controller}_group": made[f"{controller}_group"] for controller in ("cpu", "memory", "pids")}
