"""The records of practice: a lab prepared (and broken) without a word, facts to make true, ways there and astray."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from runner.records.course import Check, Dual, Effect, Step
from runner.records.results import CheckResult, Finding, Outcome, worst


@dataclass(frozen=True)
class Start:
    """Steps of a lesson that are done before the student comes: those named, else those that the lesson leaves."""

    lesson: str
    steps: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Finder:
    """How a process of the lab is known, whoever started it: everything that is said must fit."""

    root: str | None = None  # its root directory, as the lab's shell names it
    namespace: tuple[str, ...] = ()  # kinds that it does not share with the lab's shell
    program: str | None = None  # the name of the file that it executes
    command: str | None = None  # its whole command line


@dataclass(frozen=True)
class Fact:
    """One thing to make true: all its checks pass."""

    id: str
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class FactWords:
    title: str
    why: str  # where to look while it is not true


@dataclass(frozen=True)
class ExerciseWords:
    """An exercise in one language: what to reach, or what happened and what is seen of it."""

    title: str
    goal: str  # of plain practice; else empty
    story: str  # of something broken; else empty
    symptom: str
    facts: Mapping[str, FactWords]
    hints: tuple[str, ...]
    explain: str


@dataclass(frozen=True)
class Exercise:
    id: str
    folder: Path
    lesson: str
    minutes: int
    requires: tuple[str, ...]
    start: tuple[Start, ...]
    breaks: tuple[Step, ...]
    creates: tuple[Effect, ...]  # what the student may make that outlives the lab's processes
    places: Mapping[str, Finder]
    facts: tuple[Fact, ...]
    fix: tuple[Dual, ...]
    also: tuple[Dual, ...]  # another way that is as good
    wrong: tuple[tuple[Dual, ...], ...]  # ways that look like it and are not
    words: Mapping[str, ExerciseWords]  # by language

    @property
    def broken(self) -> bool:
        return bool(self.breaks)


@dataclass(frozen=True)
class FactResult:
    """A fact at one moment."""

    id: str
    checks: tuple[CheckResult, ...]

    @property
    def outcome(self) -> Outcome:
        return worst(check.outcome for check in self.checks)

    @property
    def true(self) -> bool:
        return self.outcome is Outcome.PASSED

    @property
    def missing(self) -> tuple[Finding, ...]:
        """What is not as it should be."""
        return tuple(one for check in self.checks for one in check.findings if one.outcome is not Outcome.PASSED)


def all_true(results: Sequence[FactResult]) -> bool:
    return bool(results) and all(result.true for result in results)


def count(results: Sequence[FactResult]) -> int:
    return sum(result.true for result in results)
