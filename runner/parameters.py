"""The options and arguments that verbs share, declared for Typer. Imported after the language is installed."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Literal

import click
import typer

from runner.errors import UsageError
from runner.messages import text
from runner.options import Options

RUNNING_VERBS = ("run", "learn", "prove")  # they run lessons
COURSE_VERBS = ("list", "show", "doctor", "report", "reset")  # they know lessons
EVERY = 1.0  # seconds between two looks of --watch

Lang = Annotated[
    str | None,
    typer.Option("--lang", metavar=text("help.LANGUAGE"), help=text("help.lang"), show_default=False),
]
PlainFlag = Annotated[bool, typer.Option("--plain", help=text("help.plain"))]
JsonFlag = Annotated[bool, typer.Option("--json", help=text("help.json"))]
Lessons = Annotated[list[str] | None, typer.Argument(metavar=f"[{text('help.LESSON')}]...", show_default=False)]
OneLesson = Annotated[str, typer.Argument(metavar=text("help.LESSON"), show_default=False)]
Report = Annotated[
    Path | None, typer.Option("--report", metavar=text("help.FILE"), help=text("help.report"), show_default=False)
]
Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar=text("help.SETTING"), help=text("help.set"), show_default=False)
]
Cgroup = Annotated[
    Literal["v1", "v2", "both"] | None, typer.Option("--cgroup", help=text("help.cgroup"), show_default=False)
]
Answers = Annotated[bool, typer.Option("--answers", help=text("help.answers"))]

Seat = Annotated[str, typer.Option("--seat", metavar=text("help.NAME"), help=text("help.seat"), show_default=False)]
Watch = Annotated[
    float | None,
    typer.Option("--watch", metavar=f"[{text('help.SECONDS')}]", help=text("help.watch"), min=0.1, show_default=False),
]
Place = Annotated[str, typer.Option("--in", metavar=text("help.PLACE"), help=text("help.in"), show_default=False)]
Html = Annotated[
    Path | None, typer.Option("--html", metavar=text("help.FILE"), help=text("help.html"), show_default=False)
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help=text("help.yes"))]


def complete(group: click.Group) -> None:
    """What Typer has no words for: the help of arguments, --watch with or without a value, options of many verbs."""
    group.params += [_folders(), _trust()]
    for name, command in group.commands.items():
        for parameter in command.params:
            if isinstance(parameter, click.Argument):
                parameter.help = text("help." + (parameter.name or ""))
            elif isinstance(parameter, click.Option) and parameter.name == "watch" and not parameter.is_flag:
                # `--watch` alone means a value of its own
                parameter.flag_value, parameter._flag_needs_value = EVERY, True
        command.params += [_folders()] if name in (*COURSE_VERBS, *RUNNING_VERBS) else []
        command.params += [_trust()] if name in RUNNING_VERBS else []


def _folders() -> click.Option:
    """--lessons, before the verb and after it; each adds to what the context's Options have already."""
    return click.Option(
        ["--lessons", "folders"],
        multiple=True,
        expose_value=False,
        callback=_add_folders,
        metavar=text("help.DIR"),
        help=text("help.folders"),
    )


def _trust() -> click.Option:
    return click.Option(
        ["--trust"],
        multiple=True,
        expose_value=False,
        callback=_add_trust,
        metavar=text("help.DIGEST"),
        help=text("help.trust"),
    )


def _add_folders(context: click.Context, _: click.Parameter, values: tuple[str, ...]) -> None:
    for value in values:
        path = Path(os.path.realpath(value))
        if not path.is_dir():
            raise UsageError("no-folder", path=value)
        options: Options = context.obj
        if path not in options.folders:
            context.obj = options._replace(folders=(*options.folders, path))


def _add_trust(context: click.Context, _: click.Parameter, values: tuple[str, ...]) -> None:
    for value in values:
        if not re.fullmatch("[0-9a-f]{64}", value):
            raise UsageError("trust-form", text=value)
        options: Options = context.obj
        context.obj = options._replace(trust=(*options.trust, value))
