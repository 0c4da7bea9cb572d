"""The proof of a lesson by running it: every step is tried in every way, and the machine must be clean, twice in a row.

    for event in Prover(seat).lesson(lesson): ...   # a StepProof after each step, a Round after each round

Nothing is printed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from runner.author.prove_step import StepProof, Trial
from runner.engine.seat import Seat
from runner.records.course import Lesson
from runner.records.errors import Dirty, ExitStatus, RunnerError
from runner.records.results import Missing, Rollback

ROUNDS = 2


@dataclass(frozen=True)
class Round:
    """One lesson from a clean machine to a clean machine."""

    lesson: str
    number: int  # 1 or 2; 0 when the lesson was only run after another
    previous: str = ""  # the lesson before it, in a proof of pairs
    steps: tuple[StepProof, ...] = ()
    rollback: Rollback = field(default_factory=Rollback)
    trouble: RunnerError | None = None
    missing: tuple[Missing, ...] = ()  # capabilities without which it was skipped
    seconds: float = 0.0

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
        """Prove every step in every way, in `rounds` rounds. Stop after a round that leaves a doubt."""
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

    def _round(self, lesson: Lesson, number: int, previous: str = "") -> Iterator[Event]:
        started = time.monotonic()
        lacks = self._seat.missing(lesson)
        if lacks:
            yield Round(lesson.id, number, previous, missing=lacks)
            return
        steps: list[StepProof] = []
        trouble = None
        try:
            with self._seat.lesson(lesson, lambda _: None) as run:
                for step in lesson.steps:
                    trial = Trial(run, step, number)
                    steps.append(trial.whole() if number else trial.short())
                    yield steps[-1]
                    if not steps[-1].goes_on:
                        break
        except Dirty as dirty:
            if dirty.__context__:
                raise  # another error had ended the round already, so the proof cannot go on
        except RunnerError as error:
            if error.status is not ExitStatus.FAILED:
                raise
            trouble = error
        seconds = time.monotonic() - started
        yield Round(lesson.id, number, previous, tuple(steps), run.rollback, trouble, seconds=seconds)


def chain(lessons: Sequence[Lesson]) -> list[Lesson]:
    """Return the shortest order in which each lesson follows each lesson once: a de Bruijn sequence of order 2."""
    order = [
        lesson
        for number, first in enumerate(lessons)
        for lesson in (first, *(one for other in lessons[number + 1 :] for one in (first, other)))
    ]
    return [*order, *order[:1]]
