"""`semdocker demo`: an instructor gives lessons before a class, in the live terminal, with real commands."""

from __future__ import annotations

import sys
import time
from contextlib import AbstractContextManager, nullcontext, suppress

from runner.course import load
from runner.engine.seat import Seat
from runner.host import bundled
from runner.lab import seats, signals
from runner.lab.bulletin import Notice
from runner.messages.language import Language
from runner.messages.sentences import text
from runner.records.course import Course
from runner.records.errors import ExitStatus, RunnerError
from runner.records.options import Options
from runner.screen import keys
from runner.screen.choose import choose_face, open_view
from runner.screen.plain import Plain
from runner.screen.watch import repeated
from runner.teacher.clicker import Clicker, Clock, Remote
from runner.teacher.lecture import Lecture
from runner.teacher.presenter import Desk, page
from runner.teacher.stage import Stage
from runner.verbs import trusted_course
from runner.verbs.run import chosen

PAUSE = 0.2  # seconds between two looks of the presenter view


def demo(options: Options) -> ExitStatus:
    """Give the lessons asked for, or all. Raises RunnerError before anything is changed, or Interrupted."""
    if options.notes:
        return _presenter(options)
    view = open_view(options)
    stage = Stage(view)
    course = trusted_course.course(options, view)
    lessons = chosen(course, options.lessons)
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


def _presenter(options: Options) -> ExitStatus:
    """Follow the seat's demo to its end. Raises RunnerError when none is going on."""
    course = load.course(bundled.lessons(), extra=options.folders)
    seat = seats.valid(options.seat)
    if _desk(course, seats.published(seat), options.lang) is None:
        raise RunnerError("no-demo", seat=seat)
    with signals.stoppable():
        _follow(course, seat, options)
    choose_face(sys.stdout, plain=options.plain).say(text("presenter.ended"))
    return ExitStatus.OK


def _follow(course: Course, seat: str, options: Options) -> None:
    """Repaint whatever changes, and the clock; in plain mode a block for each change, and no clock."""
    clock = not isinstance(choose_face(sys.stdout, plain=options.plain), Plain)
    shown: object = None
    desk, since = None, 0.0
    with repeated(sys.stdout, plain=options.plain) as repaint:
        while seats.holder(seat):
            told = seats.published(seat)
            found = _desk(course, told, options.lang)
            if told and found:  # else the lab is being replaced, or the lesson
                desk, since = found, told.since
            seconds = float(int(time.time() - since)) if clock else None
            if desk and shown != (desk, seconds):
                repaint(lambda face, now=(desk, seconds): page(face, *now))  # type: ignore[misc]
                shown = (desk, seconds)
            time.sleep(PAUSE)


def _desk(course: Course, told: Notice | None, language: Language) -> Desk | None:
    """What the demo tells, in the course's terms and the reader's language; None when it is another verb's."""
    if not told or not told.stage:
        return None
    with suppress(StopIteration, KeyError):
        lesson, stage = course.lesson(told.lesson), told.stage
        step = lesson.step(stage["step"]) if stage["step"] else None
        checks = (stage["checks"][0], stage["checks"][1])
        return Desk(lesson, step, stage["state"], checks, stage["blank"], language, stage["values"])
    return None
