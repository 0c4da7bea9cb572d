"""The notebook of a session: it saves each event to the progress file at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from runner.learner import progress, progress_file
from runner.learner.progress import NOTHING, Progress, Tally
from runner.messages import documents
from runner.records.course import Course, Lesson
from runner.records.progress import Place, State, StepRecord

Remark = Callable[[str, Mapping[str, str | float]], None]


class Notebook:
    """One student's progress on one seat. A problem with the file is told once, and never stops a lesson."""

    def __init__(self, seat: str, remark: Remark) -> None:
        self._seat = seat
        self._remark = remark
        self._remarked: set[str] = set()
        self._progress: Progress = NOTHING
        self._write(lambda before: before)

    def _write(self, change: Callable[[Progress], Progress]) -> None:
        self._progress, note = progress_file.update(self._seat, change, self._progress)
        if note and note.key not in self._remarked:
            self._remarked.add(note.key)
            self._remark(note.key, dict(note.values))

    @property
    def blank(self) -> bool:
        """Return whether nothing was ever saved."""
        return self._progress == NOTHING

    def places(self, course: Course) -> list[Place]:
        """Return where to resume, the newest place first, at most one in a lesson."""
        return progress.places(course, self._progress)

    def tally(self, lesson: Lesson) -> Tally:
        """Return what is done of a lesson, and what is missing."""
        return progress.tally(lesson, self._progress)

    def step(self, lesson: str, step: str, *, assisted: bool, hints: int, seconds: float, typed: bool) -> None:
        when, state = documents.now(), State.ASSISTED if assisted else State.DONE
        self._write(
            lambda before: progress.with_step(
                before, lesson, step, state, when=when, hints=hints, seconds=seconds, typed=typed
            )
        )

    def attempt(self, lesson: str, step: str, *, hints: int, seconds: float, missed: Sequence[str]) -> None:
        """Save an attempt at a step that did not pass. `missed` are the facts that were not true after it."""
        when, facts = documents.now(), tuple(missed)
        self._write(
            lambda before: progress.with_step(
                before, lesson, step, State.OPEN, when=when, hints=hints, seconds=seconds, missed=facts
            )
        )

    def question(self, lesson: str, question: str, chosen: Sequence[str], *, right: bool, seconds: float) -> None:
        when = documents.now()
        self._write(
            lambda before: progress.with_quiz(
                before, lesson, question, tuple(chosen), right=right, when=when, seconds=seconds
            )
        )

    def guess(self, lesson: str, step: str, guess: str, answer: str, *, right: bool) -> None:
        self._write(lambda before: progress.with_prediction(before, lesson, step, guess, answer, right=right))

    def practice(self, exercise: str, state: State, *, hints: int, seconds: float, missed: Sequence[str]) -> None:
        """Save how an attempt at an exercise ended. `missed` are the facts that were not true at its end."""
        when, facts = documents.now(), tuple(missed)
        self._write(
            lambda before: progress.with_practice(
                before, exercise, state, when=when, hints=hints, seconds=seconds, missed=facts
            )
        )

    @property
    def exercises(self) -> int:
        """Return how many exercises were tried."""
        return len(self._progress.practice)

    def practiced(self, exercise: str) -> StepRecord | None:
        return self._progress.practice.get(exercise)

    def repeats(self) -> list[str]:
        """Return the ids of the exercises that come back today."""
        return self._progress.due()

    def place(self, here: Place) -> None:
        """Save where to resume in a lesson."""
        self._write(lambda before: progress.with_place(before, here))

    def over(self, lesson: str) -> None:
        """Save that there is nothing to resume in a lesson."""
        self._write(lambda before: progress.without_place(before, lesson))
