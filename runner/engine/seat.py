"""The one safety path of every verb that opens a lab: signals, lock, a clean start, rollback, and Dirty.

with Seat(course, options, view) as seat:
    with seat.lesson(lesson, view.rolled_back) as run:
        run.perform(...)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from runner.course.render import Values, assignments
from runner.engine import fitness, machine_values
from runner.engine.exercise_run import ExerciseRun
from runner.engine.lab_run import UNSEEN, LabRun, Window
from runner.engine.lesson_run import LessonRun
from runner.lab import seat_names, seats
from runner.lab.lab import Lab
from runner.lab.signals import stoppable, unstoppable
from runner.records.course import Course, Lesson
from runner.records.errors import Busy, Dirty, Unfit
from runner.records.exercise import Exercise
from runner.records.options import Options
from runner.records.results import Missing, Rollback

Show = Callable[[Rollback], None]


class Witness(Protocol):
    """Somebody who tells what was found before the first lesson, and what is being done when that takes long."""

    def recovered(self, rollback: Rollback) -> None: ...

    def waiting(self, key: str) -> AbstractContextManager[None]: ...


class Seat:
    """One student's place on the machine, held for as long as a verb runs.

    Entering raises UsageError for a bad name or setting, Busy when another run holds the seat, Dirty when an earlier
    run left something that cannot be undone. Within, SIGINT, SIGTERM and SIGHUP raise Interrupted.
    """

    def __init__(self, course: Course, options: Options, witness: Witness, *, only: bool = False) -> None:
        """Name a seat. `only` this one will do: whoever finds it held is told to wait, and of no other seat."""
        self.name = seat_names.valid(options.seat)
        self.course = course
        self.values: Values
        self._settings = assignments(options.settings)
        self._beside = "" if only else seat_names.on_another(options.argv)
        self._witness = witness
        self._stack = ExitStack()
        self._lock = -1

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(stoppable())
            self._lock = stack.enter_context(self._hold())
            self._start_clean()
            self.values = machine_values.for_seat(self.course, self._settings)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.__exit__(kind, error, at)

    @contextmanager
    def _hold(self) -> Iterator[int]:
        """Hold the seat. Raises Busy, with the command that begins beside whoever has it if there is one."""
        with ExitStack() as stack:
            try:
                lock = stack.enter_context(seats.hold(self.name))
            except Busy as busy:
                if not self._beside:
                    raise
                raise Busy("seat-busy-here", **busy.values, seat=self.name, command=self._beside) from busy
            yield lock

    def _start_clean(self) -> None:
        """Undo what an earlier run could not. Raises Dirty when that fails."""
        if self.name not in seats.remembered():
            return
        with self._witness.waiting("wait.back"):
            rollback = seats.recover(self.name)
        self._witness.recovered(rollback)
        if not rollback.clean:
            raise Dirty("dirty", count=len(rollback.leftovers))

    @contextmanager
    def lesson(
        self, lesson: Lesson, show: Show, window: Window = UNSEEN, *, student: bool = False
    ) -> Iterator[LessonRun]:
        """Open a lab for a lesson. The machine is put back whatever happens, and `show` gets the rollback.

        With a `student` at it, the folder of the student's own that a lesson may have is the one on the disk.
        Raises Unfit where the machine lacks something, before anything is changed; Dirty when something stays.
        """
        self._refuse(self.missing(lesson))
        run = LessonRun(self.course, lesson, self.values, self.name, self._lock, window)
        run.student = student
        with self._open(run, show):
            yield run

    @contextmanager
    def exercise(
        self, exercise: Exercise, show: Show, window: Window = UNSEEN, *, student: bool = False, exam: bool = False
    ) -> Iterator[ExerciseRun]:
        """Open a lab for an exercise, broken and ready. The rest is as for a lesson. In an `exam` nothing is told."""
        self._refuse(self.missing(exercise))
        run = ExerciseRun(self.course, exercise, self.values, self.name, self._lock, window)
        run.student, run.exam = student, exam
        with self._open(run, show):
            yield run

    @contextmanager
    def lab(self, show: Show) -> Iterator[Lab]:
        """Open a lab in which nothing is prepared. The rest is as for a lesson."""
        opened: Lab | None = None
        try:
            opened = Lab.open(self.name, self._lock, Path(self.values["root"]).parent)
            yield opened
        finally:
            with unstoppable():
                rollback = opened.close() if opened else seats.recover(self.name)
                seats.told(self.name)
                show(rollback)
            if not rollback.clean:
                raise Dirty("dirty", count=len(rollback.leftovers))

    def missing(self, wanted: Lesson | Exercise) -> tuple[Missing, ...]:
        """Return what this machine and user lack for a lesson or an exercise. Nothing of the seat's own is touched."""
        return fitness.missing(self.course, wanted)

    @staticmethod
    def _refuse(lacks: tuple[Missing, ...]) -> None:
        if lacks:
            raise Unfit("lacks", names=", ".join(one.capability for one in lacks))

    @contextmanager
    def _open(self, run: LabRun, show: Show) -> Iterator[None]:
        try:
            with self._witness.waiting("wait.lab"):
                run.start()
            yield
        finally:
            with unstoppable():
                with self._witness.waiting("wait.back"):
                    rollback = run.finish()
                show(rollback)
            if not rollback.clean:
                raise Dirty("dirty", count=len(rollback.leftovers))  # weighs more than what ended the lesson
