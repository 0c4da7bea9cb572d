"""`semdocker export --to FILE.html`: lessons as a handout, with what a run on this machine printed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from runner.course import selection
from runner.course.render import Values, assignments
from runner.engine import machine_values, run_report
from runner.engine.seat import Seat
from runner.host import login
from runner.messages import documents
from runner.messages.catalog import text
from runner.records.course import Course, Lesson
from runner.records.errors import ExitStatus
from runner.records.options import Options
from runner.records.results import Rollback
from runner.screen.choose_face import open_view
from runner.screen.narration import View
from runner.teacher.handout import Edition, handout
from runner.teacher.recording import Recording, record
from runner.verbs import trusted_course
from runner.verbs.parameters import Action, Folders, Lang, Lessons, PlainFlag, SeatName, Settings, Trust, merged
from runner.verbs.run import verdict
from runner.verbs.sudo import need_machine

To = Annotated[Path, typer.Option("--to", metavar=text("help.FILE"), help=text("help.to"), show_default=False)]


def command(
    context: typer.Context,
    *,
    lessons: Lessons = None,
    to: To,
    teacher: Annotated[bool, typer.Option("--teacher", help=text("help.teacher"))] = False,
    no_run: Annotated[bool, typer.Option("--no-run", help=text("help.no-run"))] = False,
    settings: Settings = None,
    seat: SeatName,
    lang: Lang = None,
    plain: PlainFlag = False,
    folders: Folders = None,
    trust: Trust = None,
) -> Action:
    options = merged(context, plain=plain)._replace(
        lessons=tuple(lessons or ()), settings=tuple(settings or ()), seat=seat
    )
    return partial(export, options, to, teacher=teacher, no_run=no_run)


def export(options: Options, to: Path, *, teacher: bool, no_run: bool) -> ExitStatus:
    """Write the handout. As root, and unless `no_run`, its lessons are run before; the status is then that of the run.

    Raises RunnerError before a change, or Interrupted. No file is written then.
    """
    run_report.ends_in([".html", ".htm"], to)
    course, options = selection.chosen(options)
    lessons = selection.lessons(course, options)
    view = open_view(options)
    runs = not no_run and os.geteuid() == 0
    values, recordings = machine_values.for_seat(course, assignments(options.settings)), list[Recording]()
    if runs:
        need_machine()
        trusted_course.agree(course, options, view)
        values, recordings = _recorded(course, lessons, options, view)
    edition = Edition(options.lang, teacher, documents.now(), run_report.host() if runs else None)
    login.write(to, handout(course, lessons, recordings, values, edition).encode())
    if not (runs or no_run):
        view.face.say(text("handout.unprivileged"), "warn")
    view.face.say(text("handout.written", path=str(to)))
    return verdict([one.result for one in recordings])


def _recorded(
    course: Course, lessons: Sequence[Lesson], options: Options, view: View
) -> tuple[Values, list[Recording]]:
    """Run the lessons, up to one after which the machine is not clean. Return the values of the run, too."""
    recordings: list[Recording] = []
    with Seat(course, options, view) as seat:
        for number, lesson in enumerate(lessons, 1):
            view.face.say(text("handout.running", number=number, total=len(lessons), id=lesson.id), "dim")
            recordings.append(record(seat, lesson, partial(_put_back, view)))
            if not recordings[-1].result.rollback.clean:
                break
        return seat.values, recordings


def _put_back(view: View, rollback: Rollback) -> None:
    if not rollback.clean:
        view.rolled_back(rollback)
