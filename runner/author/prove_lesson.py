"""The proof of a lesson by running it, in two rounds, and the machine must be clean after each.

The first round tries every step in every way, sabotage included. After each sabotage it goes on in a fresh lab, where
what leaves nothing was not done again: as for a student who comes back. The second goes through the lesson as a student
does who takes each step back once.

    for event in Prover(seat).lesson(lesson): ...       # a StepProof after each step, a Round after each round
    for event in Prover(seat).exercise(exercise): ...   # a StepProof after each way through it, and one Round

Nothing is printed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import TypeVar

from runner.author.prove_exercise import ways
from runner.author.prove_step import StepProof, Trial
from runner.engine.lab_run import LabRun
from runner.engine.lesson_run import LessonRun
from runner.engine.seat import Seat
from runner.records.course import Lesson
from runner.records.errors import Dirty, ExitStatus, RunnerError
from runner.records.exercise import Exercise
from runner.records.results import Missing, Rollback

ROUNDS = 2
Run = TypeVar("Run", bound=LabRun)


@dataclass(frozen=True)
class Round:
    """One lesson or exercise from a clean machine to a clean machine."""

    lesson: str  # or the exercise
    number: int  # 1 or 2; 0 when the lesson was only run after another
    previous: str = ""  # the lesson before it, in a proof of pairs
    steps: tuple[StepProof, ...] = ()
    rollback: Rollback = field(default_factory=Rollback)
    trouble: RunnerError | None = None
    missing: tuple[Missing, ...] = ()  # capabilities without which it was skipped
    seconds: float = 0.0
    exercise: bool = False

    @property
    def proven(self) -> bool:
        clean = self.rollback.clean and not self.rollback.noticed
        return clean and not self.trouble and not self.missing and all(step.proven for step in self.steps)


Event = StepProof | Round


class Prover:
    """Proves lessons on one seat. It raises errors that no lesson is to blame for, such as Unfit, Busy and Dirty."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat

    def lesson(self, lesson: Lesson, rounds: int = ROUNDS) -> Iterator[Event]:
        """Prove every step in `rounds` rounds. Stop after a round that leaves a doubt."""
        for number in range(1, rounds + 1):
            for event in self._round(lesson, number):
                yield event
                if isinstance(event, Round) and not event.proven:
                    return

    def pairs(self, lessons: Sequence[Lesson]) -> Iterator[Event]:
        """Run each lesson right after each lesson, itself included, in one chain without repetitions."""
        yield from self.after_each_other(chain(lessons))

    def after_each_other(self, lessons: Sequence[Lesson]) -> Iterator[Event]:
        """Run the lessons in this order. The checks of each step must be red before it and green after it."""
        previous = ""
        for lesson in lessons:
            yield from self._round(lesson, 0, previous)
            previous = lesson.id

    def exercise(self, exercise: Exercise) -> Iterator[Event]:
        """Prove an exercise once: its lab is made anew for each way through it."""
        opened = self._seat.exercise(exercise, lambda _: None)
        yield from _followed(Round(exercise.id, 1, exercise=True, missing=self._seat.missing(exercise)), opened, ways)

    def _round(self, lesson: Lesson, number: int, previous: str = "") -> Iterator[Event]:
        def steps(run: LessonRun) -> Iterator[StepProof]:
            for step in lesson.steps:
                proof = Trial(run, step, number).proof()
                yield proof
                if not proof.goes_on:
                    break

        opened = self._seat.lesson(lesson, lambda _: None)
        yield from _followed(Round(lesson.id, number, previous, missing=self._seat.missing(lesson)), opened, steps)


def _followed(
    begun: Round, opened: AbstractContextManager[Run], prove: Callable[[Run], Iterator[StepProof]]
) -> Iterator[Event]:
    """Yield each proof in a lab that is opened for them, and then the round with all of them; or only with what is
    missing here."""
    if begun.missing:
        yield begun
        return
    started = time.monotonic()
    steps: list[StepProof] = []
    trouble = None
    try:
        with opened as run:
            for step in prove(run):
                steps.append(step)
                yield step
    except Dirty as dirty:
        if dirty.__context__:
            raise  # another error had ended the round already, so the proof cannot go on
    except RunnerError as error:
        if error.status is not ExitStatus.FAILED:
            raise
        trouble = error
    seconds = time.monotonic() - started
    yield replace(begun, steps=tuple(steps), rollback=run.rollback, trouble=trouble, seconds=seconds)


def chain(lessons: Sequence[Lesson]) -> list[Lesson]:
    """Return the shortest order in which each lesson follows each lesson once: a de Bruijn sequence of order 2."""
    order = [
        lesson
        for number, first in enumerate(lessons)
        for lesson in (first, *(one for other in lessons[number + 1 :] for one in (first, other)))
    ]
    return [*order, *order[:1]]
