"""`semdocker run`: the course unattended; every step typed for real, checked, and the machine put back."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from runner.course import selection
from runner.course.render import Values, assignments
from runner.engine import lesson_run, run_report, run_values
from runner.host import capability
from runner.lab import seats
from runner.lab.signals import stoppable, unstoppable
from runner.messages.sentences import text
from runner.records.course import Course, Lesson, LessonWords
from runner.records.errors import Dirty, ExitStatus
from runner.records.options import Options
from runner.records.results import LessonResult, Outcome, Rollback, StepResult
from runner.screen import record, still
from runner.screen.choose import open_view, screen_size
from runner.screen.narration import View
from runner.screen.still import Stills
from runner.verbs import trusted_course
from runner.verbs.parameters import (
    Action,
    Folders,
    JsonFlag,
    Lang,
    Lessons,
    PlainFlag,
    Record,
    Seat,
    Settings,
    Trust,
    merged,
)
from runner.verbs.recorded import recorded
from runner.verbs.sudo import need_root

PORT = 8080  # the first that is tried

Report = Annotated[
    Path | None, typer.Option("--report", metavar=text("help.FILE"), help=text("help.report-file"), show_default=False)
]
Pictures = Annotated[
    list[str] | None, typer.Option("--still", metavar=text("help.STILL"), help=text("help.still"), show_default=False)
]


def command(
    context: typer.Context,
    *,
    lessons: Lessons = None,
    report: Report = None,
    settings: Settings = None,
    record: Record = None,
    still: Pictures = None,
    seat: Seat = "default",
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
    folders: Folders = None,
    trust: Trust = None,
) -> Action:
    options = merged(context, plain=plain, json=json)._replace(
        lessons=tuple(lessons or ()),
        report=report,
        settings=tuple(settings or ()),
        record=record,
        stills=tuple(still or ()),
        seat=seat,
    )
    return partial(begin, options)


def begin(options: Options) -> ExitStatus:
    """Refuse what cannot be done before root is asked for; then run."""
    run_report.accepts(options.report)
    still.accepts(options.stills)
    record.accepts(options.record)
    course, options = selection.chosen(options)
    need_root(options)
    with recorded("run", options):
        return run(options, course)


def run(options: Options, course: Course) -> ExitStatus:
    """Run the lessons asked for, or all of them. Raises RunnerError before anything is changed, or Interrupted."""
    view = open_view(options)
    trusted_course.agree(course, options, view)
    lessons = chosen(course, options.lessons)
    chosen_values = assignments(options.settings)
    stills = Stills(options.stills, lessons, options.lang)
    results: list[LessonResult] = []
    with stoppable(), seats.hold(seats.valid(options.seat)) as lock, seats.own_port(PORT) as port:
        start_clean(view, options.seat)
        values = run_values.for_seat(course, options.seat, port, chosen_values)
        view.course_opens(course, lessons, values)
        try:
            for number, lesson in enumerate(lessons, 1):
                driver = _Driver(course, lesson, values, view, options, stills)
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

    def __init__(  # noqa: PLR0917 -- what a run has
        self, course: Course, lesson: Lesson, values: Values, view: View, options: Options, stills: Stills
    ) -> None:
        self._stills = stills
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
            self._stills.take(self._lesson, step, command, result, self._values)
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
