"""`semdocker run`: the course unattended; every step typed for real, checked, and the machine put back."""

from __future__ import annotations

import re
import shutil
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType

from runner import capability, data, engine, lab, load, machine, report
from runner.errors import Dirty, ExitStatus, Interrupted, UsageError
from runner.model import Course, Lesson, LessonResult, LessonWords, Outcome, Rollback, StepResult
from runner.options import Options
from runner.render import Values, assignments
from runner.view import open_view
from runner.view.narration import View

PORT = 8080  # the first that is tried
GUTTER = 2
STOPPING = {
    signal.SIGINT: ExitStatus.INTERRUPTED,
    signal.SIGTERM: ExitStatus.TERMINATED,
    signal.SIGHUP: ExitStatus.HANGUP,
}


def run(options: Options) -> ExitStatus:
    """Run the lessons asked for, or all of them. Raises RunnerError before anything is changed, or Interrupted."""
    view = open_view(options)
    course = load.course(data.lessons())
    lessons = chosen(course, options.lessons)
    chosen_values = assignments(options.settings)
    results: list[LessonResult] = []
    with stoppable(), lab.seat_lock(seat_name(options.seat)) as lock, lab.own_port(PORT) as port:
        start_clean(view, options.seat)
        values = values_of(course, options.seat, port, chosen_values)
        view.course_opens(course, lessons, values)
        try:
            for number, lesson in enumerate(lessons, 1):
                driver = _Driver(course, lesson, values, view, options)
                results.append(driver.run(lock, number, len(lessons)))
                if not results[-1].rollback.clean:
                    break
        finally:
            report.write(options.report, results, options.lang)
            if options.json:
                report.emit(results, options.lang)
    view.course_closes(results)
    return verdict(results)


def chosen(course: Course, ids: Sequence[str]) -> tuple[Lesson, ...]:
    """The lessons asked for, in the order asked; all when none is."""
    return tuple(map(course.lesson, ids)) or course.lessons


def seat_name(name: str) -> str:
    """Raises UsageError for a name that would not do in the names of files and control groups."""
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,30}", name):
        raise UsageError("seat-name", name=name)
    return name


def values_of(course: Course, seat: str, port: int, chosen: Mapping[str, str]) -> Values:
    """The course's values for a seat: a group and a port of its own, unless they were chosen."""
    own = {"cgroup": lab.named_for(seat, course.variables["cgroup"].default), "port": str(port)}
    mine = {name: value for name, value in own.items() if name in course.variables} | dict(chosen)
    group = Values(course.variables, mine)["cgroup"]
    return Values(course.variables, mine, machine.variables(group))


def start_clean(view: View, seat: str) -> None:
    """Undo what an earlier run could not; refuse to go on when that fails."""
    if not lab.journal_of(seat).exists():
        return
    rollback = lab.recover(seat)
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


def screen_size() -> tuple[int, int]:
    """Columns and lines for the lab's terminal: those of ours, less the gutter in front of captured output."""
    size = shutil.get_terminal_size((80, 24))
    return size.columns - GUTTER, size.lines


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
        attempt = engine.LessonRun(self._course, self._lesson, self._values, self._seat, lock)
        steps: list[StepResult] = []
        try:
            self._teach(attempt, steps)
        finally:
            rollback = self._put_back(attempt)
        return self._close(steps, rollback)

    def _teach(self, attempt: engine.LessonRun, steps: list[StepResult]) -> None:
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

    def _put_back(self, attempt: engine.LessonRun) -> Rollback:
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


# --- signals ----------------------------------------------------------------------------------


@contextmanager
def stoppable() -> Iterator[None]:
    """Within, SIGINT, SIGTERM and SIGHUP raise Interrupted, so that every `finally` on the way puts things back."""

    def stop(number: int, _: FrameType | None) -> None:
        raise Interrupted(STOPPING[signal.Signals(number)])

    before = {number: signal.signal(number, stop) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def unstoppable() -> Iterator[None]:
    """Within, those signals wait: a rollback takes a fraction of a second and is worth finishing."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
