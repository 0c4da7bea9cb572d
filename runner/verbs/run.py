"""`semdocker run`: the course unattended; every step typed for real, checked, and the machine put back."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from runner.course.render import Values, assignments
from runner.engine import lesson_run, run_report, run_values
from runner.host import capability
from runner.lab import seats
from runner.lab.signals import stoppable, unstoppable
from runner.records.course import Course, Lesson, LessonWords
from runner.records.errors import Dirty, ExitStatus
from runner.records.options import Options
from runner.records.results import LessonResult, Outcome, Rollback, StepResult
from runner.screen.choose import open_view, screen_size
from runner.screen.narration import View
from runner.verbs import trusted_course

PORT = 8080  # the first that is tried


def run(options: Options) -> ExitStatus:
    """Run the lessons asked for, or all of them. Raises RunnerError before anything is changed, or Interrupted."""
    view = open_view(options)
    course = trusted_course.course(options, view)
    lessons = chosen(course, options.lessons)
    chosen_values = assignments(options.settings)
    results: list[LessonResult] = []
    with stoppable(), seats.hold(seats.valid(options.seat)) as lock, seats.own_port(PORT) as port:
        start_clean(view, options.seat)
        values = run_values.for_seat(course, options.seat, port, chosen_values)
        view.course_opens(course, lessons, values)
        try:
            for number, lesson in enumerate(lessons, 1):
                driver = _Driver(course, lesson, values, view, options)
                results.append(driver.run(lock, number, len(lessons)))
                if not results[-1].rollback.clean:
                    break
        finally:
            run_report.write(options.report, results, options.lang)
            if options.json:
                run_report.emit(results, options.lang)
    view.course_closes(results)
    return verdict(results)


def chosen(course: Course, ids: Sequence[str]) -> tuple[Lesson, ...]:
    """The lessons asked for, in the order asked; all when none is."""
    return tuple(map(course.lesson, ids)) or course.lessons


def start_clean(view: View, seat: str) -> None:
    """Undo what an earlier run could not; refuse to go on when that fails."""
    if not seats.journal_of(seat).exists():
        return
    rollback = seats.recover(seat)
    view.recovered(rollback)
    if not rollback.clean:
        raise Dirty("dirty", count=len(rollback.leftovers))


def verdict(results: Sequence[LessonResult]) -> ExitStatus:
    """The exit code of a course: the most serious thing that happened."""
    if any(not result.rollback.clean for result in results):
        return ExitStatus.DIRTY
    outcomes = {result.outcome for result in results}
    if outcomes & {Outcome.FAILED, Outcome.COULD_NOT_CHECK}:
        return ExitStatus.FAILED
    return ExitStatus.UNFIT if Outcome.SKIPPED in outcomes else ExitStatus.OK


class _Driver:
    """Takes one lesson from its first word to its rollback."""

    def __init__(self, course: Course, lesson: Lesson, values: Values, view: View, options: Options) -> None:
        self._course = course
        self._lesson = lesson
        self._values = values
        self._view = view
        self._seat = options.seat
        self._words: LessonWords = lesson.words[options.lang]
        self._started = time.monotonic()

    def run(self, lock: int, number: int, total: int) -> LessonResult:
        self._view.lesson_opens(number, total, self._lesson, self._words)
        missing = capability.missing(self._lesson.requires)
        if missing:
            result = LessonResult(self._lesson.id, Outcome.SKIPPED, 0.0, missing=missing)
            self._view.skipped(result)
            return result
        attempt = lesson_run.LessonRun(self._course, self._lesson, self._values, self._seat, lock)
        steps: list[StepResult] = []
        try:
            self._teach(attempt, steps)
        finally:
            rollback = self._put_back(attempt)
            if not rollback.clean and sys.exc_info()[0]:
                raise Dirty("dirty", count=len(rollback.leftovers))  # weighs more than what ended the lesson
        return self._close(steps, rollback)

    def _teach(self, attempt: lesson_run.LessonRun, steps: list[StepResult]) -> None:
        attempt.size = screen_size()
        if self._lesson.needs:
            self._view.preparing(self._lesson.needs)
        attempt.start()
        for index, step in enumerate(self._lesson.steps, 1):
            words, command = self._words.steps[step.id], attempt.command(step)
            self._view.step_opens(index, len(self._lesson.steps), step, words, command, step.at)
            result = attempt.perform(step, self._view.output)
            self._view.step_closes(result, step, words)
            steps.append(result)
            if result.outcome is not Outcome.PASSED:
                return

    def _put_back(self, attempt: lesson_run.LessonRun) -> Rollback:
        with unstoppable():
            rollback = attempt.finish()
            self._view.rolled_back(rollback)
        return rollback

    def _close(self, steps: list[StepResult], rollback: Rollback) -> LessonResult:
        outcome = steps[-1].outcome if steps else Outcome.FAILED
        result = LessonResult(self._lesson.id, outcome, time.monotonic() - self._started, tuple(steps), rollback)
        if outcome is Outcome.PASSED:
            self._view.quiz(self._lesson, self._words)
        self._view.lesson_closes(result, self._words)
        return result
