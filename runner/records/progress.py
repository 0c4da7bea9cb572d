"""What a student did: the parts of a progress file, and a file of progress as a teacher gets it.

Of a whole class there are some hundred thousand records. Those are tuples, which are made and read in half the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    """How far a student came with a step, from less to more. A later attempt never makes it less."""

    OPEN = "open"  # the student tried, and the checks have not passed yet
    ASSISTED = "assisted"  # the course did it for the student
    DONE = "done"


class StepRecord(NamedTuple):
    """The attempts of a student at a step or at an exercise."""

    state: State = State.OPEN
    attempts: int = 0
    hints: int = 0
    seconds: float = 0.0  # the time of all attempts together
    when: str = ""  # the time when the state was reached; while open, of the last attempt (UTC, ISO 8601)
    typed: bool = False  # whether the student's own words did it, once at least: Enter only shows it
    missed: tuple[str, ...] = ()  # the facts that were not true after the last attempt that failed


class AnswerRecord(NamedTuple):
    """The answers to a question. `chosen` is the last one, or the first right one: right stays right."""

    chosen: tuple[str, ...] = ()  # ids of choices
    right: bool = False
    asked: int = 0
    seconds: float = 0.0
    when: str = ""


class PredictionRecord(NamedTuple):
    """The student's last guess at a step, what the machine answered, and whether they agree."""

    guess: str
    answer: str
    right: bool


@dataclass(frozen=True)
class LessonRecord:
    """What a student did in one lesson. The keys are the ids of steps and questions."""

    steps: Mapping[str, StepRecord] = field(default_factory=dict)
    quiz: Mapping[str, AnswerRecord] = field(default_factory=dict)
    predictions: Mapping[str, PredictionRecord] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        return sum([step.seconds for step in self.steps.values()]) + sum([one.seconds for one in self.quiz.values()])


@dataclass(frozen=True)
class Place:
    """Where to resume: at a step, or at the questions when `step` is None."""

    lesson: str
    step: str | None


class Who(NamedTuple):
    """A student of a class. The seat is empty where it says no more than the name does."""

    name: str
    seat: str = ""


class HandedIn(NamedTuple):
    """A file of progress that a teacher was given: whose it is, and what they did."""

    file: str
    changed: float  # when the file was written, as its file system says
    who: Who
    lessons: Mapping[str, LessonRecord]
    practice: Mapping[str, StepRecord]
    place: Place | None = None
    not_told: tuple[str, ...] = ()  # lessons that were done, too, but of which the file has nothing but their ids


class LeftOut(NamedTuple):
    """A file that is not counted: the key of the sentence that says why, and a detail for it."""

    file: str
    reason: str
    detail: str = ""
