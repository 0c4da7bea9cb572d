"""`semdocker demo`: an instructor gives lessons before a class in the live terminal."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Annotated

import typer

from runner.course import selection
from runner.engine.seat import Seat
from runner.messages.catalog import text
from runner.records.course import Course
from runner.records.errors import ExitStatus, UsageError
from runner.records.options import Options
from runner.screen import keys
from runner.screen.choose_face import at_terminal, open_view
from runner.teacher import notes_view
from runner.teacher.class_screen import Stage
from runner.teacher.clicker import Clicker, Clock, Remote
from runner.teacher.lecture import Lecture
from runner.teacher.typist import pace
from runner.verbs import trusted_course
from runner.verbs.parameters import Action, Folders, Lang, Lessons, PlainFlag, SeatName, Settings, Trust, merged
from runner.verbs.sudo import need_root

ALONE = {"autoplay": 2.0}  # seconds

Speed = Annotated[str, typer.Option("--speed", metavar=text("help.SPEED"), help=text("help.speed"), show_default=False)]
Autoplay = Annotated[
    float | None,
    typer.Option(
        "--autoplay", metavar=f"[{text('help.SECONDS')}]", help=text("help.autoplay"), min=0, show_default=False
    ),
]


def command(
    context: typer.Context,
    *,
    lessons: Lessons = None,
    speed: Speed = "",
    instant: Annotated[bool, typer.Option("--instant", help=text("help.instant"))] = False,
    autoplay: Autoplay = None,
    notes: Annotated[bool, typer.Option("--notes", help=text("help.presenter"))] = False,
    settings: Settings = None,
    seat: SeatName,
    lang: Lang = None,
    plain: PlainFlag = False,
    folders: Folders = None,
    trust: Trust = None,
) -> Action:
    options = merged(context, plain=plain)._replace(
        lessons=tuple(lessons or ()), settings=tuple(settings or ()), seat=seat, autoplay=autoplay
    )
    if notes:
        return partial(begin_notes, options)
    return partial(begin, options, "inf" if instant else speed)


def begin_notes(options: Options) -> ExitStatus:
    """Show the presenter view of a running demo in a second terminal."""
    need_root(options)
    return notes_view.present(options)


def begin(options: Options, speed: str) -> ExitStatus:
    """Refuse wrong options before sudo asks for a password; then give the lessons."""
    if options.autoplay is None and not at_terminal():
        raise UsageError("no-terminal-demo")
    options = options._replace(speed=pace(speed))
    course, options = selection.chosen(options)
    need_root(options)
    return demo(options, course)


def demo(options: Options, course: Course) -> ExitStatus:
    """Give the lessons that the options name, or all. Raises RunnerError before anything is changed, or Interrupted."""
    view = open_view(options)
    view.patient = False  # The whole screen belongs to the class.
    stage = Stage(view)
    trusted_course.agree(course, options, view)
    lessons = selection.lessons(course, options)
    with Seat(course, options, view) as seat:
        view.values = seat.values
        remote: Remote = Clicker(line=stage.plain) if options.autoplay is None else Clock(options.autoplay)
        unfit = False
        for number, lesson in enumerate(lessons, 1):
            again = True
            while again:
                lecture = Lecture(seat, lesson, stage, remote, options)
                with _keyboard(remote):
                    again = lecture.give(number, len(lessons))
                if lecture.failed and options.autoplay is not None:
                    return ExitStatus.FAILED
            if lecture.left:
                break
            unfit = unfit or lecture.skipped
    return ExitStatus.UNFIT if unfit else ExitStatus.OK


def _keyboard(remote: Remote) -> AbstractContextManager[None]:
    plain = isinstance(remote, Clicker) and remote.keyboard is None
    return keys.single() if sys.stdin.isatty() and not plain else nullcontext()
