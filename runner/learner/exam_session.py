"""An exam with one student: chosen exercises in one time, back and forth between them, without hints and solutions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NoReturn

from runner.engine.exercise_run import ExerciseRun
from runner.engine.seat import Seat
from runner.lab import signals
from runner.learner import exam_clock, exam_file, exam_json, exam_screen
from runner.learner.exam_clock import Clock
from runner.learner.exam_paper import Paper
from runner.learner.exam_screen import ExamCoach, Place
from runner.learner.exercise_session import ExerciseSession
from runner.learner.fact_watcher import FactWatcher
from runner.learner.practice_screen import Coach
from runner.learner.visitor_watch import VisitorWatch
from runner.records.errors import ExitStatus, Interrupted, RunnerError, TimeOver, Unfit
from runner.records.exam import Exam, Over
from runner.records.exercise import Exercise, FactResult, all_true
from runner.records.results import CommandResult
from runner.screen import keys
from runner.screen.keys import Binding
from runner.screen.narration import View

MOST = 9  # exercises: each has a digit for its key, and all of them fit on the first page


class TurnedTo(Exception):
    """The student goes to another exercise, counted from 0."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at


class HandedIn(Exception):
    """The student hands in."""


class ExamSession:
    """Leads a student from the rules to the digest. `exam` is what is asked, with what was reached before."""

    def __init__(  # noqa: PLR0917 -- what an exam needs
        self, seat: Seat, view: View, exercises: Sequence[Exercise], exam: Exam, to: Path, junit: Path | None
    ) -> None:
        self._seat = seat
        self._view = view
        self._exercises = exercises
        self._to = to
        self._junit = junit
        self._paper = Paper(exam, partial(exam_file.save, to), partial(exam_file.begin, to))

    def hold(self) -> None:
        """Hold the exam. Raises RunnerError where its result cannot be written: before it begins, or at its end."""
        exam = self._paper.exam
        clock = Clock(exam_clock.left(exam)) if exam.begun else None
        if clock is None or clock.left() > 0:
            self._fit()
            if not exam_screen.opening(self._view, self._exercises, exam, self._to, clock):
                return
            self._paper.begin()
        self._sit(clock or Clock(exam.minutes * 60))
        self._closing()

    def _fit(self) -> None:
        """Raise Unfit where this machine lacks something that any of the exercises needs."""
        for exercise in self._exercises:
            if lacks := self._seat.missing(exercise):
                Coach(self._view).unfit(lacks)
                raise Unfit("exercise-unfit", name=exercise.id)

    def _sit(self, clock: Clock) -> None:
        """Go from exercise to exercise until the exam is over, and written down so."""
        unsolved = [at for at, answer in enumerate(self._paper.exam.answers) if not answer.solved]
        at = next(iter(unsolved), 0)
        while clock.left() > 0:
            try:
                _Task(self._seat, self._view, self._exercises, at, self._paper, clock).sit()
            except TurnedTo as turned:
                at = turned.at
            except (HandedIn, TimeOver):
                return
        hand_in(self._view, self._paper, Over.TIME)

    def _closing(self) -> None:
        """Write the other file, and show the digest, whatever becomes of that file."""
        exam, files = self._paper.exam, [self._to]
        try:
            if self._junit:
                exam_file.save_junit(self._junit, exam)
                files.append(self._junit)
        finally:
            digest = exam_json.document(exam)[exam_json.DIGEST]
            exam_screen.closing(self._view, self._exercises, exam, files, digest)


def hand_in(view: View, paper: Paper, over: Over) -> None:
    """Write down that the exam is over. Raises RunnerError where that cannot be, and the student gives up.

    Until then it is tried again: what was reached since the file could be written last is here, and nowhere else.
    """
    while True:
        try:
            return paper.close(over)
        except RunnerError as error:
            if not exam_screen.tries_again(view, error):
                raise


class _Task(ExerciseSession):
    """One exercise of an exam, from its lab to the next."""

    offers_language = False  # there the time that is left takes its place

    def __init__(  # noqa: PLR0917 -- what a task needs
        self, seat: Seat, view: View, exercises: Sequence[Exercise], at: int, paper: Paper, clock: Clock
    ) -> None:
        self._place = Place(at + 1, len(exercises))
        self._examiner = ExamCoach(view, self._place, clock)
        super().__init__(seat, exercises[at], self._examiner)
        self._paper = paper
        self._clock = clock

    def sit(self) -> NoReturn:
        """Lead the student through the exercise. Raises TurnedTo, HandedIn or TimeOver."""
        self._paper.turn_to(self._place.number - 1)
        self.coach.opens(self._exercise, self._words)
        self.coach.opening()
        with self._seat.exercise(self._exercise, self._view.rolled_back, self._window(), exam=True) as run:
            try:
                self._work(run)
            except TurnedTo:
                self._noted(run.look_at_facts())
                raise
            except HandedIn:
                self._over(run, Over.HANDED_IN)
                raise
            except TimeOver:
                self._over(run, Over.TIME)
                self._examiner.time_over()
                raise
            finally:
                self._paper.put_down()
        raise AssertionError("nobody leaves an exercise without a reason")

    def _over(self, run: ExerciseRun, over: Over) -> None:
        """Take a last look, and hand in at once: the screen, or the rollback that comes now, may fail."""
        try:
            self._noted(run.look_at_facts())
        finally:
            hand_in(self._view, self._paper, over)

    def _noted(self, results: tuple[FactResult, ...]) -> tuple[FactResult, ...]:
        self._paper.look(results)
        return results

    def _judge(self, results: tuple[FactResult, ...]) -> None:
        """Keep the facts for the next page, and say so the first time that all are true."""
        self._known = self._noted(results)
        if all_true(results) and not self._solved:
            self._solved = True
            self._examiner.reached()

    def _help(self, run: ExerciseRun) -> tuple[Binding, ...]:
        return ()

    def _ways(self) -> tuple[Binding, ...]:
        number, total = self._place
        others = [at for at in range(total) if at + 1 != number]
        on = Binding("n", "on", partial(self._turn, number % total), "on")
        return (*([on] if others else []), *(Binding(str(at + 1), "turn", partial(self._turn, at)) for at in others))

    def _end(self) -> Binding:
        return Binding(keys.END, "hand-in", self._hand_in, "hand-in")

    def _companion(self, watcher: FactWatcher) -> VisitorWatch:
        return _ExamWatch(self._seat.name, watcher, self._clock, self._paper)

    def _asked(self, table: tuple[Binding, ...]) -> Callable[[], object]:
        with signals.ending(self._clock.left):
            return super()._asked(table)

    def _handed_over(self, run: ExerciseRun) -> CommandResult | None:
        with signals.ending(self._clock.left):
            return super()._handed_over(run)

    @staticmethod
    def _turn(at: int) -> NoReturn:
        raise TurnedTo(at)

    def _hand_in(self) -> None:
        with signals.ending(self._clock.left):
            sure = self._examiner.may_end()
        if sure is None:
            raise Interrupted(ExitStatus.HANGUP)
        if sure:
            raise HandedIn


class _ExamWatch(VisitorWatch):
    """A Companion of the free shell that also tells when little time is left, and when nothing can be saved."""

    def __init__(self, seat: str, other: FactWatcher, clock: Clock, paper: Paper) -> None:
        super().__init__(seat, other)
        self._clock = clock
        self._paper = paper

    def changes(self) -> list[str]:
        return [*super().changes(), *self._clock.warnings(), *self._paper.troubles()]
