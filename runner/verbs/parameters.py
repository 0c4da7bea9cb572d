"""The options and arguments that verbs share, declared for Typer. Import it after the language is installed.

A verb's file has a function `command`, whose parameters are the verb's options. `ALONE` in such a file holds the values
of options that may be typed without a value.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from runner.messages.catalog import text
from runner.records.errors import ExitStatus, UsageError
from runner.records.options import MINE, Options

# A verb's `command` returns an action, which runs after the whole command line was read.
Action = Callable[[], ExitStatus]


def merged(context: typer.Context, *, plain: bool = False, json: bool = False) -> Options:
    """Return the options before and after the verb together. The language is among them already."""
    before: Options = context.obj
    return before._replace(plain=before.plain or plain, json=before.json or json)


def _add_folders(context: typer.Context, values: list[str] | None) -> None:
    """Add folders to the Options of the context, because --lessons may stand before the verb and after it."""
    for value in values or ():
        path = Path(os.path.realpath(value))
        if not path.is_dir():
            raise UsageError("no-folder", path=value)
        options: Options = context.obj
        if path not in options.folders:
            context.obj = options._replace(folders=(*options.folders, path))


def _add_trust(context: typer.Context, values: list[str] | None) -> None:
    for value in values or ():
        if value != MINE and not re.fullmatch("[0-9a-f]{64}", value):
            raise UsageError("trust-form", text=value)
        options: Options = context.obj
        context.obj = options._replace(trust=(*options.trust, value))


def _my_seat() -> str:
    from runner.lab import seat_names

    return seat_names.mine()


def _valid_seat(name: str) -> str:
    from runner.lab import seat_names

    return seat_names.valid(name)


def watching(sentence: str) -> Any:
    """Declare --watch. Its sentence, named by its key, tells how often a verb looks when SECONDS are left out."""
    return typer.Option(
        "--watch", metavar=f"[{text('help.SECONDS')}]", help=text(sentence), min=0.1, show_default=False
    )


# Verbs declare the next three, but do not use their values: the language is read before Typer is imported, and the
# callbacks of the other two put their values into the Options.
Lang = Annotated[
    str | None,
    typer.Option("--lang", metavar=text("help.LANGUAGE"), help=text("help.lang"), show_default=False),
]
Folders = Annotated[
    list[str] | None,
    typer.Option(
        "--lessons", metavar=text("help.DIR"), help=text("help.folders"), show_default=False, callback=_add_folders
    ),
]
Trust = Annotated[
    list[str] | None,
    typer.Option(
        "--trust", metavar=text("help.DIGEST"), help=text("help.trust"), show_default=False, callback=_add_trust
    ),
]
PlainFlag = Annotated[bool, typer.Option("--plain", help=text("help.plain"))]
JsonFlag = Annotated[bool, typer.Option("--json", help=text("help.json"))]
Lessons = Annotated[list[str] | None, typer.Argument(metavar=f"[{text('help.LESSON')}]...", show_default=False)]
Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar=text("help.SETTING"), help=text("help.set"), show_default=False)
]
SeatName = Annotated[
    str,
    typer.Option(
        "--seat",
        metavar=text("help.NAME"),
        help=text("help.seat"),
        default_factory=_my_seat,
        show_default=False,
        callback=_valid_seat,
    ),
]
