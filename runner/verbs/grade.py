"""`semdocker grade`: it grades students' own engines by what the kernel tells of their containers."""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from runner.engine import fitness
from runner.engine.run_report import ends_in
from runner.engine.seat import Seat
from runner.host import login, package_files
from runner.lab.jail import Limits
from runner.messages.catalog import text
from runner.records.errors import Dirty, ExitStatus, RunnerError, Unfit, UsageError
from runner.records.grade import Grade
from runner.records.options import Options
from runner.records.results import Rollback
from runner.screen.choose_face import choose_face, open_view
from runner.screen.narration import View
from runner.teacher import grade as grader
from runner.teacher import grade_page, grade_report
from runner.teacher.grade import Progress
from runner.verbs.parameters import Action, JsonFlag, Lang, PlainFlag, SeatName, merged
from runner.verbs.sudo import need_root

SEEDS = 1 << 31


def command(
    context: typer.Context,
    *,
    scripts: Annotated[
        list[str] | None, typer.Argument(metavar=f"{text('help.SCRIPT')}...", show_default=False)
    ] = None,
    requirements: Annotated[bool, typer.Option("--list", help=text("help.requirements"))] = False,
    junit: Annotated[
        Path | None, typer.Option("--junit", metavar=text("help.FILE"), help=text("help.junit"), show_default=False)
    ] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar=text("help.FILE"), help=text("help.grade-csv"), show_default=False)
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar=text("help.SEED"), help=text("help.seed"), show_default=False)
    ] = None,
    seconds: Annotated[
        float, typer.Option("--seconds", metavar=text("help.SECONDS"), help=text("help.seconds"), show_default=False)
    ] = Limits.seconds,
    seat: SeatName,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
) -> Action:
    options = merged(context, plain=plain, json=json)._replace(seat=seat)
    if requirements:
        return partial(contract, options)
    return partial(begin, options, [*map(Path, scripts or ())], junit, csv, seed, seconds)


def contract(options: Options) -> ExitStatus:
    """Show what an engine must do. Needs no root."""
    from runner.course import load

    lessons = {lesson.id for lesson in load.course(package_files.lessons()).lessons}
    grade_page.contract(choose_face(sys.stdout, plain=options.plain), lessons)
    return ExitStatus.OK


def begin(  # noqa: PLR0917 -- what the command line has
    options: Options, scripts: Sequence[Path], junit: Path | None, csv: Path | None, seed: int | None, seconds: float
) -> ExitStatus:
    """Refuse what is wrong on the command line before sudo asks for a password; then grade."""
    if not scripts:
        raise UsageError("grade-none")
    if not 1 <= seconds <= 600:
        raise UsageError("grade-seconds", text=f"--seconds {seconds:g}")
    for report, ending in ((junit, ".xml"), (csv, ".csv")):
        if report:
            ends_in([ending], report)
    need_root(options)
    engines = [(script, grader.read(script)) for script in scripts]
    first = random.SystemRandom().randrange(SEEDS) if seed is None else seed
    return _Class(options, Limits(seconds=seconds), first).grade(engines, junit, csv)


class _Class:
    """Grades scripts one after another; each has a seed of its own, which follows that of the one before."""

    def __init__(self, options: Options, limits: Limits, seed: int) -> None:
        self._options = options
        self._limits = limits
        self._seed = seed
        self._view = open_view(options)
        self._grades: list[Grade] = []
        self._lessons: set[str] = set()  # the ids of those that the course has

    def grade(self, engines: Sequence[tuple[Path, bytes]], junit: Path | None, csv: Path | None) -> ExitStatus:
        """Grade them all. What is done when something stops us is written all the same."""
        from runner.course import load

        view = self._view
        with view.waiting("wait.doctor"):
            _need(grader.NEEDS)
        course = load.course(package_files.lessons())
        self._lessons = {lesson.id for lesson in course.lessons}
        try:
            with Seat(course, self._options, view) as seat:
                for number, (script, engine) in enumerate(engines):
                    self._one(seat, script, engine, self._seed + number)
        finally:
            self._report(junit, csv)
        if len(self._grades) > 1:
            grade_page.summary(view.face, self._grades)
        return ExitStatus.OK if all(one.full for one in self._grades) else ExitStatus.FAILED

    def _one(self, seat: Seat, script: Path, engine: bytes, seed: int) -> None:
        busybox = Path(shutil.which("busybox") or "")
        events = grader.grading(seat, script, engine, busybox, self._limits, seed, self._put_back)
        try:
            with closing(events) as going:  # type: ignore[type-var]
                found = _awaited(going, self._view, script.name)
        except Dirty:
            raise
        except Exception as error:  # the lab did not open, or worse: the next script may have more luck
            odd = f"{type(error).__name__}: {error}"
            told = text(error.key, **error.values) if isinstance(error, RunnerError) else odd
            found = Grade(str(script), grader.digest(engine), seed, (), 0.0, told)
        self._grades.append(found)
        grade_page.result(self._view.face, self._grades[-1], self._lessons)

    def _put_back(self, rollback: Rollback) -> None:
        """Say of a lab that was put away only what somebody should know: a class opens sixty of them."""
        if rollback.leftovers or rollback.noticed or rollback.restored or rollback.sealed:
            self._view.rolled_back(rollback)

    def _report(self, junit: Path | None, csv: Path | None) -> None:
        if junit:
            login.write(junit, grade_report.junit(self._grades).encode())
        if csv:
            login.write(csv, grade_report.csv_text(self._grades).encode())
        if self._options.json:
            sys.stdout.write(grade_report.json_text(self._grades, self._options.lang, self._lessons))


def _need(names: Sequence[str]) -> None:
    """Raise Unfit with what this machine lacks."""
    lacks = [answer.capability for answer in fitness.answers(names) if answer.lacks]
    if lacks:
        raise Unfit("lacks", names=", ".join(lacks))


def _awaited(events: Iterator[Progress | Grade], view: View, name: str) -> Grade:
    """Follow a script's trials, and say which is being done while it takes long. Return the grade."""
    event = next(events)
    while isinstance(event, Progress):
        with view.waiting("wait.grade", name=name, number=event.number, total=event.total):
            event = next(events)
    return event
