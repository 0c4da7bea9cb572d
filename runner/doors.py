"""The way into the verbs that need root: what cannot be done is refused first, then a password is asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module

from runner import elevate, record
from runner.errors import ExitStatus, UsageError
from runner.options import Options


def shell(options: Options) -> ExitStatus:
    from runner.commands.shell import terminal

    terminal()
    return as_root("shell", options)


def run(options: Options) -> ExitStatus:
    from runner import report
    from runner.view import still

    report.accepts(options.report)
    still.accepts(options.stills)
    return _with_lessons("run", options)


def learn(options: Options) -> ExitStatus:
    return _with_lessons("learn", options)


def demo(options: Options, speed: str) -> ExitStatus:
    from runner.typist import pace

    if options.notes:
        return as_root("demo", options)
    if options.autoplay is None and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("no-terminal-demo")
    return _with_lessons("demo", options._replace(speed=pace(speed)))


def _with_lessons(name: str, options: Options) -> ExitStatus:
    from runner import selection

    record.accepts(options.record)
    return as_root(name, options._replace(lessons=selection.ids(options.lessons, options.lang)))


def as_root(name: str, options: Options) -> ExitStatus:
    """The verb of this name, recorded when that is asked for."""
    elevate.need_root(name, options)
    action: Callable[[Options], ExitStatus] = getattr(import_module(f"runner.commands.{name}"), name)
    title = " ".join(["semdocker", name, *options.lessons])
    with record.recording(options.record, title, stream="stderr" if options.json else "stdout"):
        return action(options)
