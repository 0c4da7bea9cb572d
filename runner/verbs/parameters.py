"""The options and arguments that verbs share, declared for Typer. Imported after the language is installed."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Literal

import click
import typer

from runner.messages.sentences import text
from runner.records.errors import UsageError
from runner.records.options import Options
from runner.verbs import launch

RUNNING_VERBS = ("run", "learn", "demo", "prove")  # they run lessons
COURSE_VERBS = ("list", "show", "doctor", "report", "reset")  # they know lessons
# What options mean that are given without a value: seconds between two looks or acts, and the whole list.
ALONE: dict[tuple[str, str | None], float | str] = {
    ("xray", "watch"): 1.0,
    ("check", "watch"): 0.5,
    ("demo", "autoplay"): 2.0,
    ("practice", "broken"): launch.LIST,
}

Lang = Annotated[
    str | None,
    typer.Option("--lang", metavar=text("help.LANGUAGE"), help=text("help.lang"), show_default=False),
]
PlainFlag = Annotated[bool, typer.Option("--plain", help=text("help.plain"))]
JsonFlag = Annotated[bool, typer.Option("--json", help=text("help.json"))]
Lessons = Annotated[list[str] | None, typer.Argument(metavar=f"[{text('help.LESSON')}]...", show_default=False)]
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
Notes = Annotated[bool, typer.Option("--notes", help=text("help.notes"))]

Seat = Annotated[str, typer.Option("--seat", metavar=text("help.NAME"), help=text("help.seat"), show_default=False)]
Watch = Annotated[
    float | None,
    typer.Option("--watch", metavar=f"[{text('help.SECONDS')}]", help=text("help.watch"), min=0.1, show_default=False),
]
OftenWatch = Annotated[
    float | None,
    typer.Option("--watch", metavar=f"[{text('help.SECONDS')}]", help=text("help.often"), min=0.1, show_default=False),
]
Place = Annotated[str, typer.Option("--in", metavar=text("help.PLACE"), help=text("help.in"), show_default=False)]
Html = Annotated[
    Path | None, typer.Option("--html", metavar=text("help.FILE"), help=text("help.html"), show_default=False)
]
Broken = Annotated[
    str | None,
    typer.Option("--broken", metavar=f"[{text('help.EXERCISE')}]", help=text("help.broken"), show_default=False),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help=text("help.yes"))]

Speed = Annotated[str, typer.Option("--speed", metavar=text("help.SPEED"), help=text("help.speed"), show_default=False)]
Instant = Annotated[bool, typer.Option("--instant", help=text("help.instant"))]
Autoplay = Annotated[
    float | None,
    typer.Option(
        "--autoplay", metavar=f"[{text('help.SECONDS')}]", help=text("help.autoplay"), min=0, show_default=False
    ),
]
Presenter = Annotated[bool, typer.Option("--notes", help=text("help.presenter"))]


def complete(group: click.Group) -> None:
    """What Typer has no words for: the help of arguments, values that may be left out, options of many verbs."""
    group.params += [_folders(), _trust()]
    for name, command in group.commands.items():
        for parameter in command.params:
            if isinstance(parameter, click.Argument):
                parameter.help = text("help." + (parameter.name or ""))
            elif isinstance(parameter, click.Option) and (name, parameter.name) in ALONE:
                parameter.flag_value, parameter._flag_needs_value = ALONE[name, parameter.name], True
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
