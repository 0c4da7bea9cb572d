"""The records of practice: how the lab is prepared and broken, the facts to make true, and right and wrong ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.records.course import Check, Lesson, Step, Undo
from runner.records.results import CheckResult, Finding, Outcome, worst
from runner.records.shapes import Flag, ListOf, MapOf, Named, Record, Text, key, record, same, shape
from runner.records.texts import COMMAND, HEADING, ID, LINE, NAME, PLACE_NAME, PROSE, Dual, dual

COMMANDS = ListOf(dual(COMMAND), minimum=1)


@record()
class Start:
    """Steps of one lesson that are done before the student comes."""

    lesson: str = key(ID, "The lesson whose steps these are.")
    steps: tuple[str, ...] | None = key(
        ListOf(ID, minimum=1), "Which of its steps; those that it `leaves` when not given.", default=None
    )


@record(at_least_one=(("root", "namespace", "program", "command"),))
class Finder:
    """How a process of the lab is recognized, no matter who started it. Every key that is given must fit."""

    root: str | None = key(
        Text(template=True, pattern=r"/.*", form="form-path"), "The directory that is `/` for it.", default=None
    )
    namespace: tuple[str, ...] = key(
        ListOf(Named("namespace"), minimum=1),
        "Kinds of namespace that it does not share with the lab's shell.",
        default=(),
    )
    program: str | None = key(Text(pattern=r"[^/\s]+"), "The name of the program that it runs.", default=None)
    command: str | None = key(COMMAND, "Its whole command line.", default=None)


@record()
class Fact:
    """Something that must be true for the exercise to be solved."""

    id: str = key(ID, "The fact's name; its words stand under it.")
    checks: tuple[Check, ...] = key(
        ListOf(Named("fact-check"), minimum=1),
        "Checks of any kind but `output`; the fact is true when all of them pass.",
    )
    cause: bool = key(
        Flag(),
        "Whether its title gives the diagnosis away; `practice` tells it with the first hint, or when all is true.",
        default=False,
    )


@record()
class FactWords:
    """The words of a fact in one language."""

    title: str = key(LINE, "The fact in a few words.")
    why: str = key(PROSE, "Where to look while it is not true.")


@record(kw_only=True, exactly_one=(("goal", "story"),))
class ExerciseWords:
    """The words of an exercise in one language: a goal or, where something is broken, a story and a symptom."""

    title: str = key(HEADING, "The exercise's title in the catalogue; no variables.")
    goal: str = key(PROSE, "What is to be reached (plain practice).", default="")
    story: str = key(PROSE, "What happened (where something is broken).", default="")
    symptom: str = key(PROSE, "What somebody notices of it.", default="")
    facts: Mapping[str, FactWords] = key(MapOf(NAME, shape(FactWords)), "The words of each fact, by its `id`.")
    hints: tuple[str, ...] = key(ListOf(PROSE, minimum=2), "A nudge, then the way; never the command itself.")
    explain: str = key(PROSE, "What it was about, said when all is true.")
    places: Mapping[str, str] = key(
        MapOf(NAME, PLACE_NAME), "What people read for the places of the exercise, by their ids.", default_factory=dict
    )
    partly: bool = False  # as in the words of a lesson


def _break(**values: Any) -> Step:
    return Step(id="break", undo=Undo(replay=True), **values)


_BROKEN = ("at", "run", "enters", "binds", "fails", "timeout")
BREAK = Record({name: shape(Step).fields[name] for name in _BROKEN}, make=_break)


@record(kw_only=True)
class Exercise:
    """An exercise with its facts, its solutions, and its words in every language."""

    directory: Path  # where its files are
    id: str = key(ID, "The exercise's name, as in its folder.")
    lesson: str = key(ID, "The lesson it belongs to.")
    minutes: int = same(Lesson, "minutes")
    requires: tuple[str, ...] = same(Lesson, "requires")
    start: tuple[Start, ...] = key(
        ListOf(shape(Start)),
        "Steps of lessons that are done, in this order, before the student comes.",
        default=(),
    )
    breaks: tuple[Step, ...] = key(
        ListOf(BREAK, minimum=1),
        "What breaks it: commands typed after `start` and not shown; without them it is plain practice.",
        default=(),
    )
    places: Mapping[str, Finder] = key(
        MapOf(NAME, shape(Finder)),
        "Names for processes, found by what the kernel tells of them, whoever started them.",
        default_factory=dict,
    )
    facts: tuple[Fact, ...] = key(ListOf(shape(Fact), minimum=1), "What must be true at the end, all of it at once.")
    fix: tuple[Dual, ...] = key(
        COMMANDS, "A way to the goal: what `s` shows and types, and what proves that it can be reached."
    )
    also: tuple[Dual, ...] = key(COMMANDS, "Another way, as good as the first.")
    wrong: tuple[tuple[Dual, ...], ...] = key(
        ListOf(COMMANDS, minimum=2), "Two or more ways that look right and must not be."
    )
    allow: tuple[str, ...] = key(
        ListOf(Named("hazard"), minimum=1),
        "Dangerous things that its commands do on purpose (see the end).",
        default=(),
    )
    words: Mapping[str, ExerciseWords]  # The key is the language.

    @property
    def broken(self) -> bool:
        return bool(self.breaks)


@dataclass(frozen=True)
class FactResult:
    """What the checks of a fact found at one moment."""

    id: str
    checks: tuple[CheckResult, ...]
    cause: bool = False  # as its fact says

    @property
    def outcome(self) -> Outcome:
        return worst(check.outcome for check in self.checks)

    @property
    def true(self) -> bool:
        return self.outcome is Outcome.PASSED

    @property
    def missing(self) -> tuple[Finding, ...]:
        """Return the findings that did not pass."""
        return tuple(finding for check in self.checks for finding in check.missing)


def all_true(results: Sequence[FactResult]) -> bool:
    """Say whether every fact is true. An exercise without results is not solved."""
    return bool(results) and all(result.true for result in results)


def count(results: Sequence[FactResult]) -> int:
    """Return how many facts are true."""
    return sum(result.true for result in results)
