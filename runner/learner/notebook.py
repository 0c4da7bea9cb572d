"""What `learn` writes down while a student learns: each note goes to the progress file at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from runner.learner import progress, progress_store
from runner.learner.progress import NOTHING, Place, Progress, State, StepRecord, Tally
from runner.records.course import Course, Lesson

Remark = Callable[[str, dict[str, object]], None]


class Notebook:
    """One student's progress. Trouble with the file is remarked once, and never stops a lesson."""

    def __init__(self, remark: Remark) -> None:
        self._remark = remark
        self._remarked: set[str] = set()
        self._progress: Progress = NOTHING
        self._write(lambda known: known)

    def _write(self, change: Callable[[Progress], Progress]) -> None:
        self._progress, note = progress_store.update(change, self._progress)
        if note and note.key not in self._remarked:
            self._remarked.add(note.key)
            self._remark(note.key, dict(note.values))

    @property
    def blank(self) -> bool:
        """Whether nothing was ever written in it."""
        return self._progress == NOTHING

    def where(self, course: Course) -> Place | None:
        """Where to resume, if the course still has that lesson and step."""
        place = self._progress.place
        for lesson in course.lessons if place else ():
            if place and place.lesson == lesson.id and place.step in {None, *(step.id for step in lesson.steps)}:
                return place
        return None

    def tally(self, lesson: Lesson) -> Tally:
        """What is done of a lesson, and what is missing."""
        return progress.tally(lesson, self._progress)

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

    def question(self, lesson: str, question: str, chosen: Sequence[str], *, right: bool, seconds: float) -> None:
        when = progress.now()
        self._write(
            lambda known: progress.with_quiz(
                known, lesson, question, tuple(chosen), right=right, when=when, seconds=seconds
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

    def place(self, here: Place | None) -> None:
        """Where to go on; None when the lesson is over."""
        self._write(lambda known: progress.with_place(known, here))
