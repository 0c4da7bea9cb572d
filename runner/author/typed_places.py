"""Follow the shells of a lesson from step to step, and find the steps that cannot be typed where they say.

The host's shell is always there. What is entered from it has a terminal of its own; what is entered from another place
covers that place until it is left. After a command that may end shells in a way that text does not show (`kill`,
`exec`), nothing is known until they are entered again: lint says only what `prove` is sure to find.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from runner.lab.published_state import HOST
from runner.records.course import Step

_LEAVES = re.compile(r"exit(?: \d+)?")
_MAY_END = re.compile(r"\b(?:exit|logout|exec|\w*kill\w*|fuser|reboot)\b")


class Typed(NamedTuple):
    """A step, as far as it concerns the shells."""

    id: str
    at: str
    enters: str | None
    commands: tuple[str, ...]  # one form, or one for each cgroup version
    fails: bool
    ends: frozenset[str]  # its checks say that these are no longer alive


class Obstacle(NamedTuple):
    """Why a step cannot be typed: its shell was left in that step, or it is covered by what that step entered."""

    key: str
    values: Mapping[str, str]


class Shells:
    """The shells that are known to be open, and those that are known to be left."""

    def __init__(self) -> None:
        self._terminals: list[list[str]] = []  # the shells in each terminal besides the host's, the innermost last
        self._since: dict[str, str] = {}  # the step that entered or left a shell

    def obstacle(self, step: Typed) -> Obstacle | None:
        """Return why this step cannot be typed now; None when nothing is known against it."""
        known = {"step": step.id, "place": step.at}
        terminal = self._terminal(step.at)
        if terminal is None and step.at in self._since:
            return Obstacle("shell-left", {**known, "other": self._since[step.at]})
        if terminal and terminal[-1] != step.at:
            return Obstacle("shell-covered", {**known, "inner": terminal[-1], "other": self._since[terminal[-1]]})
        return None

    def follow(self, step: Typed) -> None:
        """Take a step as done."""
        if all(map(_LEAVES.fullmatch, step.commands)) and step.commands and not step.fails:
            self._leave(step.at, step.id)
        elif any(map(_MAY_END.search, step.commands)):
            self._terminals, self._since = [], {}
        for place in step.ends:
            self._leave(place, step.id)
        if step.enters and not step.fails:
            self._enter(step.enters, step)

    def _terminal(self, place: str) -> list[str] | None:
        return next((terminal for terminal in self._terminals if place in terminal), None)

    def _leave(self, place: str, step: str) -> None:
        terminal = self._terminal(place)
        if terminal:
            for inner in terminal[terminal.index(place) :]:
                self._since[inner] = step
            del terminal[terminal.index(place) :]

    def _enter(self, place: str, step: Typed) -> None:
        self._leave(place, step.id)
        around = self._terminal(step.at)
        if around is not None:
            around.append(place)
        elif step.at == HOST:
            self._terminals.append([place])
        self._since[place] = step.id
        if self._terminal(place) is None:  # entered from a shell of which nothing is known
            del self._since[place]


def obstacles(steps: Iterable[Typed]) -> list[Obstacle | None]:
    """Return for each step why it cannot be typed; after one that cannot, nothing more is known."""
    shells, found = Shells(), []
    for step in steps:
        found.append(shells.obstacle(step))
        if found[-1]:
            shells = Shells()
        else:
            shells.follow(step)
    return found


def of(step: Mapping[str, Any]) -> Typed:
    """Return a step of a file as far as it was understood."""
    run = step.get("run") or ""
    ends = (
        check["process"].get("of", HOST)
        for check in step.get("checks") or ()
        if check and (check.get("process") or {}).get("alive") is False
    )
    return Typed(
        step.get("id", ""),
        step.get("at", HOST),
        step.get("enters"),
        tuple(text.strip() for text in ((run,) if isinstance(run, str) else run.values()) if text),
        "fails" in step,
        frozenset(ends),
    )


def of_record(step: Step) -> Typed:
    """Return a step of a lesson that was loaded."""
    ends = (check.params.get("of", HOST) for check in step.checks if check.params.get("alive") is False)
    commands = tuple(dict.fromkeys(text.strip() for text in step.run))
    return Typed(step.id, step.at, step.enters, commands, step.fails is not None, frozenset(ends))
