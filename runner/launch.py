"""From what was asked to the verb that does it: what cannot be done is refused first, then root is asked for.

Every verb is imported when it is wanted, so that none pays for another.
"""

from __future__ import annotations

from collections.abc import Callable

from runner.errors import ExitStatus, UsageError
from runner.options import Options

LIST = "list"  # `--broken` without a name


def shell(options: Options) -> ExitStatus:
    """Refuse what cannot be done before asking for a password."""
    from runner.commands import shell as verb

    verb.terminal()
    return as_root("shell", options)


def run(options: Options) -> ExitStatus:
    """Refuse what cannot be done before asking for a password."""
    from runner import elevate, report, selection

    report.accepts(options.report)
    options = options._replace(lessons=selection.ids(options.lessons, options.lang))
    elevate.need_root("run", options)
    from runner.commands import run as verb

    return verb.run(options)


def chosen(name: str, options: Options) -> ExitStatus:
    """Refuse lessons that do not exist before asking for a password."""
    from runner import selection

    return as_root(name, options._replace(lessons=selection.ids(options.lessons, options.lang)))


def practice(options: Options, broken: str | None, *, listed: bool) -> ExitStatus:
    """Lists need no root; the rest refuses what cannot be done before asking for a password."""
    from runner.commands import practice as verb

    if listed or options.json or (broken == LIST and not options.exercise):
        return verb.show(options, broken=broken is not None)
    from runner import elevate, selection

    named = [name for name in (options.exercise, broken) if name and name != LIST]
    if len(named) > 1:
        raise UsageError("practice-forms")
    if named:
        id = selection.exercise_id(named[0], options.lang, broken=broken is not None)
        options = options._replace(exercise=id)
    verb.terminal()
    elevate.need_root("practice", options)
    return verb.practice(options)


def as_root(name: str, options: Options) -> ExitStatus:
    from importlib import import_module

    from runner import elevate

    elevate.need_root(name, options)
    action: Callable[[Options], ExitStatus] = getattr(import_module(f"runner.commands.{name}"), name)
    return action(options)
