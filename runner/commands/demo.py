"""`semdocker demo`: an instructor gives lessons before a class, in the live terminal, with real commands."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext

from runner import data, keys, lab, load, machine, signals
from runner.commands.run import PORT, chosen, start_clean
from runner.errors import ExitStatus
from runner.lecture import Lecture
from runner.options import Options
from runner.remote import Clicker, Clock, Remote
from runner.render import assignments
from runner.view import open_view
from runner.view.stage import Stage


def demo(options: Options) -> ExitStatus:
    """Give the lessons asked for, or all. Raises RunnerError before anything is changed, or Interrupted."""
    view = open_view(options)
    stage = Stage(view)
    course = load.course(data.lessons())
    lessons = chosen(course, options.lessons)
    settings = assignments(options.settings)
    with signals.stoppable(), lab.seat_lock(lab.seat_name(options.seat)) as lock, lab.own_port(PORT) as port:
        start_clean(view, options.seat)
        values = view.values = machine.values(course, options.seat, port, settings)
        remote: Remote = Clicker(line=stage.plain) if options.autoplay is None else Clock(options.autoplay)
        unfit = False
        for number, lesson in enumerate(lessons, 1):
            more = True
            while more:
                lecture = Lecture(course, lesson, values, stage, remote, options)
                with _keyboard(remote):
                    more = lecture.give(lock, number, len(lessons))
                if lecture.failed and options.autoplay is not None:
                    return ExitStatus.FAILED
            if lecture.left:
                break
            unfit = unfit or lecture.skipped
    return ExitStatus.UNFIT if unfit else ExitStatus.OK


def _keyboard(remote: Remote) -> AbstractContextManager[None]:
    plain = isinstance(remote, Clicker) and remote.keyboard is None
    return keys.single() if sys.stdin.isatty() and not plain else nullcontext()
