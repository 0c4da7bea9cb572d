"""A person with `semdocker practice`, and the same student in a second terminal."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.support import command
from tests.support.person import ENTER, LEAVE, Person
from tests.support.state import STATE, fresh_state

SEAT = "practiser"
PROMPT = {"en": "q quit", "pt": "q sai"}
SHELL = "# "  # the end of the prompt of the lab's shell


class AtAnExercise(Person):
    """Somebody who is at an exercise, in practice or in an exam. `prompt` is the end of the line of keys there."""

    language: str
    prompt: Mapping[str, str]

    def asked(self) -> str:
        return self.wait_for(self.prompt[self.language])

    def shell(self) -> None:
        """Enter the lab's shell."""
        self.send(ENTER)
        self.wait_for("Ctrl-]")
        self.wait_for(SHELL)

    def back(self) -> str:
        self.send(LEAVE)
        return self.asked()


class Practiser(AtAnExercise):
    """Begins an exercise and waits for its keys."""

    prompt = PROMPT

    def __init__(self, *words: str, language: str = "en", state: Path | None = None) -> None:
        self.language = language
        self.state = state or fresh_state()
        super().__init__(
            "practice", *words, "--lang", language, seat=SEAT, environment={"XDG_STATE_HOME": str(self.state)}
        )
        self.opened = self.asked()

    def leave(self) -> str:
        self.send("q")
        return self.end()

    def record(self, exercise: str) -> dict[str, object]:
        """Return what is kept of an exercise."""
        found = json.loads((self.state / "semdocker" / f"progress-{SEAT}.json").read_text())
        return dict(found["practice"][exercise])


def semdocker(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a second terminal."""
    return command.semdocker(*arguments, XDG_STATE_HOME=str(STATE))


def looked(seat: str = SEAT) -> tuple[int, dict[str, bool]]:
    """What a second terminal sees: the exit status of `check`, and which facts are true."""
    done = semdocker("check", "--json", "--lang", "en", "--seat", seat)
    document = json.loads(done.stdout)
    assert document["schema"] == "semdocker/check/1"
    return done.returncode, {fact["id"]: fact["outcome"] == "passed" for fact in document["facts"]}
