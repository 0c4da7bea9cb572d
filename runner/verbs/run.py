"""`semdocker run`: it runs the course unattended. Every step is typed and checked, and the machine is put back."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from runner.course import selection
from runner.engine import run_report
from runner.engine.lab_run import UNSEEN, Window
from runner.engine.lesson_run import LessonRun
from runner.engine.seat import Seat
from runner.messages.catalog import text
from runner.records.course import Course, Lesson
from runner.records.errors import Dirty, ExitStatus
from runner.records.options import Options
from runner.records.results import LessonResult, Outcome, Rollback, StepResult
from runner.records.words import LessonWords
from runner.screen.choose_face import open_view, screen_size
from runner.screen.narration import View
from runner.verbs import trusted_course
from runner.verbs.parameters import (
    Action,
    Folders,
    JsonFlag,
    Lang,
    Lessons,
    PlainFlag,
    SeatName,
    Settings,
    Trust,
    merged,
)
from runner.verbs.sudo import need_root

Report = Annotated[
    Path | None, typer.Option("--report", metavar=text("help.FILE"), help=text("help.report-file"), show_default=False)
]


def command(
    context: typer.Context,
    *,
    lessons: Lessons = None,
    report: Report = None,
    settings: Settings = None,
    seat: SeatName,
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
        seat=seat,
    )
    return partial(begin, options)


def begin(options: Options) -> ExitStatus:
    """Refuse wrong options before sudo asks for a password; then run."""
    run_report.accepts(options.report)
    course, options = selection.chosen(options)
    need_root(options)
    return run(options, course)


def run(options: Options, course: Course) -> ExitStatus:
    """Run the lessons that the options name, or all. Raises RunnerError before a change, or Interrupted."""
    view = open_view(options)
    trusted_course.agree(course, options, view)
    lessons = selection.lessons(course, options)
    results: list[LessonResult] = []
    with Seat(course, options, view) as seat:
        view.course_opens(course, lessons, seat.values)
        try:
            for number, lesson in enumerate(lessons, 1):
                results.append(_Unattended(seat, lesson, view, options).run(number, len(lessons)))
                if not results[-1].rollback.clean:
                    break
        finally:
            run_report.write(options.report, results, options.lang, options.seat)
            if options.json:
                run_report.emit(results, options.lang, options.seat)
    view.course_closes(results)
    return verdict(results)


def verdict(results: Sequence[LessonResult]) -> ExitStatus:
    """Return the exit status of a course: the most serious thing that happened."""
    if any(not result.rollback.clean for result in results):
        return ExitStatus.DIRTY
    outcomes = {result.outcome for result in results}
    if outcomes & {Outcome.FAILED, Outcome.COULD_NOT_CHECK}:
        return ExitStatus.FAILED
    return ExitStatus.UNFIT if Outcome.SKIPPED in outcomes else ExitStatus.OK


class _Unattended:
    """Runs one lesson from its first word to its rollback, with nobody at the keyboard."""

    def __init__(self, seat: Seat, lesson: Lesson, view: View, options: Options) -> None:
        self._seat = seat
        self._lesson = lesson
        self._view = view
        self._words: LessonWords = lesson.words[options.lang]
        self._started = time.monotonic()

    def run(self, number: int, total: int) -> LessonResult:
        lacks = self._seat.missing(self._lesson)
        if lacks:
            result = LessonResult(self._lesson.id, Outcome.SKIPPED, 0.0, missing=lacks)
            self._view.skipped(result)
            return result
        self._view.lesson_opens(number, total, self._lesson, self._words)
        if self._lesson.needs:
            self._view.preparing(self._lesson.needs)
        steps: list[StepResult] = []
        columns, lines = screen_size()
        window = Window(max(columns, UNSEEN.columns), lines)  # in less, programs cut their lines
        try:
            with self._seat.lesson(self._lesson, self._view.rolled_back, window) as run:
                self._teach(run, steps)
        except Dirty as dirty:
            if dirty.__context__:
                raise  # another error had ended the lesson already, so the course cannot go on
        return self._close(steps, run.rollback)

    def _teach(self, run: LessonRun, steps: list[StepResult]) -> None:
        for index, step in enumerate(self._lesson.steps, 1):
            words, command = self._words.steps[step.id], run.command(step)
            self._view.step_opens(index, len(self._lesson.steps), step, words, command, self._lesson.sign(step.at))
            result = run.perform(step, self._view.output)
            self._view.step_closes(result, step, words)
            steps.append(result)
            if result.outcome is not Outcome.PASSED:
                return

    def _close(self, steps: list[StepResult], rollback: Rollback) -> LessonResult:
        outcome = steps[-1].outcome if steps else Outcome.FAILED
        result = LessonResult(self._lesson.id, outcome, time.monotonic() - self._started, tuple(steps), rollback)
        if outcome is Outcome.PASSED:
            self._view.quiz(self._lesson, self._words)
        self._view.lesson_closes(result, self._words)
        return result
