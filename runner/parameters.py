"""The options and arguments that verbs share, declared for Typer. Imported after the language is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from runner.messages import text

Lang = Annotated[Literal["pt", "en"] | None, typer.Option("--lang", help=text("help.lang"), show_default=False)]
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

Record = Annotated[
    Path | None, typer.Option("--record", metavar=text("help.FILE"), help=text("help.record"), show_default=False)
]
Stills = Annotated[
    list[str] | None, typer.Option("--still", metavar=text("help.STILL"), help=text("help.still"), show_default=False)
]
Speed = Annotated[str, typer.Option("--speed", metavar=text("help.SPEED"), help=text("help.speed"), show_default=False)]
Instant = Annotated[bool, typer.Option("--instant", help=text("help.instant"))]
Autoplay = Annotated[
    float | None,
    typer.Option(
        "--autoplay", metavar=f"[{text('help.SECONDS')}]", help=text("help.autoplay"), min=0, show_default=False
    ),
]
Presenter = Annotated[bool, typer.Option("--notes", help=text("help.presenter"))]
