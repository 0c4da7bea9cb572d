"""The records of an exam: what was asked of whom, and what they reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from runner.records.exercise import Exercise, FactResult, count


class Over(StrEnum):
    """How an exam ended."""

    HANDED_IN = "handed-in"
    TIME = "time"


class Fact(NamedTuple):
    """A fact of an exercise, as it was at the exercise's best moment."""

    id: str  # empty where it is not told yet, because it names a cause
    cause: bool
    true: bool = False
    when: str = ""  # it has been true since then; empty when it is not


@dataclass(frozen=True)
class Answer:
    """What was reached in one exercise: the most facts that were ever true at one moment."""

    exercise: str
    lesson: str
    facts: tuple[Fact, ...]
    begun: str = ""  # when the student first turned to it; empty when never
    seconds: float = 0.0

    @property
    def true(self) -> int:
        return sum(fact.true for fact in self.facts)

    @property
    def solved(self) -> bool:
        return self.true == len(self.facts)

    @property
    def state(self) -> str:
        """Return "solved", "open" or "untouched"."""
        return "solved" if self.solved else "open" if self.begun else "untouched"

    def at_best(self, results: Sequence[FactResult], since: Mapping[str, str]) -> Answer:
        """Return what is reached with these results, which count only where more is true than ever before.

        `since` tells by its id when a fact became true.
        """
        if count(results) <= self.true:
            return self
        facts = (Fact(one.id, one.cause, one.true, since.get(one.id, "")) for one in results)
        return replace(self, facts=tuple(facts))


def unanswered(exercise: Exercise) -> Answer:
    facts = tuple(Fact(fact.id, fact.cause) for fact in exercise.facts)
    return Answer(exercise.id, exercise.lesson, facts)


@dataclass(frozen=True)
class Exam:
    """One student's exam. Times are in UTC, as ISO 8601 has them."""

    version: str  # of semdocker
    host: str
    user: str
    seat: str
    seed: str
    minutes: int
    values: Mapping[str, str]  # of the variables that the student's commands have
    answers: tuple[Answer, ...]
    begun: str = ""
    starts: tuple[str, ...] = field(default=())  # when it was begun, and gone on with after an interruption
    date: str = ""  # when this was written
    ended: str = ""
    over: Over | None = None  # None: it is not

    def asks_the_same(self, other: Exam) -> bool:
        """Tell whether another exam asks the same of the same student."""
        return self._asked() == other._asked()

    def _asked(self) -> object:
        tasks = [(answer.exercise, len(answer.facts)) for answer in self.answers]
        return self.seat, self.seed, self.minutes, dict(self.values), tasks

    def going_on(self, before: Exam) -> Exam:
        """Return the same exam with all that was reached `before`. A file does not name the causes; this one does."""
        named = (
            replace(
                old, facts=tuple(there._replace(id=known.id) for there, known in zip(old.facts, new.facts, strict=True))
            )
            for old, new in zip(before.answers, self.answers, strict=True)
        )
        return replace(before, answers=tuple(named))
