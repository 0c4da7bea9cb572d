"""From what was asked to the verb that does it: what cannot be done is refused first, then root is asked for.

Every verb is imported when it is wanted, so that none pays for another.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module

from runner.records.errors import ExitStatus, UsageError
from runner.records.options import Options

LIST = "list"  # `--broken` without a name


def shell(options: Options) -> ExitStatus:
    from runner.verbs.shell import terminal

    terminal()
    return as_root("shell", options)


def run(options: Options) -> ExitStatus:
    from runner.engine import run_report
    from runner.screen import still

    run_report.accepts(options.report)
    still.accepts(options.stills)
    return chosen("run", options)


def demo(options: Options, speed: str) -> ExitStatus:
    from runner.teacher.typist import pace

    if options.notes:
        return as_root("demo", options)
    if options.autoplay is None and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("no-terminal-demo")
    return chosen("demo", options._replace(speed=pace(speed)))


def practice(options: Options, broken: str | None, *, listed: bool) -> ExitStatus:
    """Lists need no root."""
    from runner.learner import practice_session as verb

    if listed or options.json or (broken == LIST and not options.exercise):
        return verb.show(options, broken=broken is not None)
    from runner.course import selection
    from runner.screen import record

    named = [name for name in (options.exercise, broken) if name and name != LIST]
    if len(named) > 1:
        raise UsageError("practice-forms")
    if named:
        id = selection.exercise_id(named[0], options.lang, broken=broken is not None)
        options = options._replace(exercise=id)
    verb.terminal()
    record.accepts(options.record)
    return as_root("practice", options)


def chosen(name: str, options: Options) -> ExitStatus:
    """A verb for lessons, all of which exist."""
    from runner.course import selection
    from runner.screen import record

    record.accepts(options.record)
    if name == "prove":
        options = selection.with_paths(options)
    ids = selection.ids(options.lessons, options.lang, options.folders)
    return as_root(name, options._replace(lessons=ids))


def as_root(name: str, options: Options) -> ExitStatus:
    """The verb of this name, recorded when that is asked for."""
    from runner.screen import record
    from runner.verbs import sudo

    sudo.need_root(name, options)
    action: Callable[[Options], ExitStatus] = getattr(import_module("runner.learner.practice_session" if name == "practice" else f"runner.verbs.{name}"), name)
    title = " ".join(word for word in ("semdocker", name, options.exercise, *options.lessons) if word)
    with record.recording(options.record, title, stream="stderr" if options.json else "stdout"):
        return action(options)
