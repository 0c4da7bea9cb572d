"""What `learn` writes down while a student learns: each note goes to the progress file at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from runner import progress
from runner.model import Course
from runner.progress import NOTHING, Place, Progress, State, StepRecord, store

Remark = Callable[[str, dict[str, object]], None]


class Notebook:
    """One student's progress. Trouble with the file is remarked once, and never stops a lesson."""

    def __init__(self, remark: Remark) -> None:
        self._remark = remark
        self._remarked: set[str] = set()
        self._progress: Progress = NOTHING
        self._write(lambda known: known)

    def _write(self, change: Callable[[Progress], Progress]) -> None:
        self._progress, note = store.update(change, self._progress)
        if note and note.key not in self._remarked:
            self._remarked.add(note.key)
            self._remark(note.key, dict(note.values))

    def where(self, course: Course) -> tuple[str, str] | None:
        """The lesson and step to resume at, if the course still has them."""
        place = self._progress.place
        for lesson in course.lessons if place else ():
            if place and place.lesson == lesson.id and place.step in {step.id for step in lesson.steps}:
                return lesson.id, place.step
        return None

    def step(self, lesson: str, step: str, *, assisted: bool, hints: int, seconds: float) -> None:
        when, state = progress.now(), State.ASSISTED if assisted else State.DONE
        self._write(
            lambda known: progress.with_step(known, lesson, step, state, when=when, hints=hints, seconds=seconds)
        )

    def attempt(self, lesson: str, step: str, *, hints: int, seconds: float) -> None:
        """A try that did not get there."""
        when = progress.now()
        self._write(
            lambda known: progress.with_step(known, lesson, step, State.OPEN, when=when, hints=hints, seconds=seconds)
        )

    def question(self, lesson: str, question: str, chosen: Sequence[str], *, right: bool) -> None:
        when = progress.now()
        self._write(
            lambda known: progress.with_quiz(
                known, lesson, question, tuple(chosen), right=right, when=when, seconds=0.0
            )
        )

    def guess(self, lesson: str, step: str, guess: str, answer: str, *, right: bool) -> None:
        self._write(lambda known: progress.with_prediction(known, lesson, step, guess, answer, right=right))

    def practice(self, exercise: str, state: State, *, hints: int, seconds: float) -> None:
        """How an attempt at an exercise ended."""
        when = progress.now()
        self._write(
            lambda known: progress.with_practice(known, exercise, state, when=when, hints=hints, seconds=seconds)
        )

    def practised(self, exercise: str) -> StepRecord | None:
        return self._progress.practice.get(exercise)

    def place(self, lesson: str, step: str | None) -> None:
        """Where to go on; None when the lesson is over."""
        here = Place(lesson, step) if step else None
        self._write(lambda known: progress.with_place(known, here))
