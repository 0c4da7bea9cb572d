"""The records that travel through the program: the course, as its authors wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from runner.records.errors import Fault


class Dual(NamedTuple):
    """A command or a text with one form per cgroup version; both are the same where it makes no difference."""

    v1: str
    v2: str

    def on(self, version: str) -> str:
        return self.v1 if version == "v1" else self.v2

    @property
    def differs(self) -> bool:
        return self.v1 != self.v2


@dataclass(frozen=True)
class Check:
    """One claim about the machine: a kind from `checks`, its parameters, and how long to wait for it (seconds)."""

    kind: str
    params: Mapping[str, Any]
    within: float = 1.0


@dataclass(frozen=True)
class Fails:
    """A step that is meant to fail: with this exit status (any but 0 if None), saying this."""

    exit: int | None = None
    says: str | None = None


@dataclass(frozen=True)
class Effect:
    """Something a step makes that outlives the lab's processes; journalled before the step is typed."""

    kind: str  # "cgroup" or "controllers"
    value: str | tuple[str, ...]


@dataclass(frozen=True)
class Undo:
    """How to take a step back: commands; none when the step changes nothing; or by replaying the lesson."""

    commands: tuple[Dual, ...] = ()
    replay: bool = False


@dataclass(frozen=True)
class Predict:
    """What the student guesses before the step runs: a kind from `prediction`, and the place whose PID it is."""

    kind: str
    of: str | None = None


@dataclass(frozen=True)
class Sabotage:
    """What breaks a fact that the step's checks look at: typed after the step, or instead of its command."""

    command: Dual
    instead: bool = False


@dataclass(frozen=True)
class Step:
    id: str
    run: Dual
    undo: Undo
    at: str = "host"
    enters: str | None = None
    binds: Mapping[str, str] = field(default_factory=dict)
    fails: Fails | None = None
    timeout: float = 10.0
    output: int = 65536
    creates: tuple[Effect, ...] = ()
    checks: tuple[Check, ...] = ()
    predict: Predict | None = None
    sabotage: tuple[Sabotage, ...] = ()  # for `prove` alone


@dataclass(frozen=True)
class Question:
    """Answered by choosing among `choices`, by a short answer (`accepts`), or by a number: exactly one of these."""

    id: str
    choices: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    accepts: tuple[Dual, ...] = ()
    number: float | None = None
    tolerance: float = 0.0


@dataclass(frozen=True)
class PredictWords:
    """The question before the step runs, and why the machine answers other than one would think."""

    ask: Dual
    why: Dual


@dataclass(frozen=True)
class StepWords:
    title: str
    explain: Dual
    hints: tuple[str, ...]
    flags: Mapping[str, str] = field(default_factory=dict)
    after: Dual | None = None
    why: Dual | None = None
    predict: PredictWords | None = None
    notes: Dual | None = None  # for whoever teaches the lesson; students do not see them


@dataclass(frozen=True)
class QuestionWords:
    """Choices with their reasons; or, for a typed answer, why it is right, why not, and remarks on known wrong ones."""

    ask: str
    choices: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    right: Dual | None = None
    wrong: Dual | None = None
    remarks: Mapping[str, Dual] = field(default_factory=dict)  # by wrong answer


@dataclass(frozen=True)
class LessonWords:
    """A lesson in one language; keys are those of the lesson's steps and questions."""

    title: str
    goal: str
    intro: Dual
    end: Dual
    steps: Mapping[str, StepWords]
    quiz: Mapping[str, QuestionWords]


@dataclass(frozen=True)
class Lesson:
    number: int
    id: str
    folder: Path
    minutes: int
    requires: tuple[str, ...]
    needs: tuple[str, ...]
    leaves: tuple[str, ...]
    steps: tuple[Step, ...]
    quiz: tuple[Question, ...]
    words: Mapping[str, LessonWords]  # by language

    def step(self, id: str) -> Step:
        return next(step for step in self.steps if step.id == id)


@dataclass(frozen=True)
class Variable:
    name: str
    type: str
    default: str


class Origin(NamedTuple):
    """A folder of lessons from elsewhere: its lessons, and the digest of all that was read there."""

    folder: Path
    lessons: tuple[str, ...]
    digest: str


@dataclass(frozen=True)
class Course:
    title: Mapping[str, str]  # by language
    variables: Mapping[str, Variable]
    lessons: tuple[Lesson, ...]
    others: tuple[Lesson, ...] = ()  # which the course does not list; they may be needed by those it does
    origins: tuple[Origin, ...] = ()
    warnings: tuple[Fault, ...] = ()  # in words that nobody must have written; they are not used

    def lesson(self, id: str) -> Lesson:
        return next(lesson for lesson in (*self.lessons, *self.others) if lesson.id == id)
