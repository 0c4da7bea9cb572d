"""`semdocker xray`: it shows the live lab's container from inside and outside, once or again and again."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from functools import partial
from typing import Annotated

import typer

from runner.lab import seats
from runner.lab.signals import stoppable
from runner.lab.xray import XRay, take
from runner.messages.catalog import text
from runner.records.errors import ExitStatus, RunnerError
from runner.records.options import Options
from runner.screen.choose_face import choose_face
from runner.screen.face import Face
from runner.screen.repaint import repeated
from runner.screen.xray_page import page
from runner.verbs.parameters import Action, JsonFlag, Lang, PlainFlag, SeatName, merged
from runner.verbs.sudo import need_root

SCHEMA = "semdocker/xray/1"
GRACE = 3.0  # seconds to wait for a new lab, because a step back may replace the old one
PAUSE = 0.05  # seconds
ALONE = {"watch": 1.0}  # seconds between two looks

Watch = Annotated[
    float | None,
    typer.Option("--watch", metavar=f"[{text('help.SECONDS')}]", help=text("help.watch"), min=0.1, show_default=False),
]


def command(
    context: typer.Context,
    *,
    seat: SeatName = "default",
    watch: Watch = None,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
) -> Action:
    return partial(xray, merged(context, plain=plain, json=json)._replace(seat=seat, watch=watch))


def xray(options: Options) -> ExitStatus:
    """Show the seat's live lab. Raises RunnerError when no lab is live."""
    need_root(options)
    picture = take(seats.valid(options.seat))
    if picture is None:
        raise RunnerError("no-lab", seat=options.seat)
    if options.watch is not None:
        with stoppable():
            _watch(options, picture, options.watch)
    elif options.json:
        sys.stdout.write(document(picture, indent=2))
    else:
        page(choose_face(sys.stdout, plain=options.plain), picture)
    return ExitStatus.OK


def document(picture: XRay, indent: int | None = None) -> str:
    return json.dumps({"schema": SCHEMA, **asdict(picture)}, ensure_ascii=False, indent=indent) + "\n"


def _watch(options: Options, first: XRay, seconds: float) -> None:
    """Show the x-ray until the lab ends. With --json each look is one document on one line."""
    picture: XRay | None = first
    if options.json:
        while picture:
            sys.stdout.write(document(picture))
            sys.stdout.flush()
            picture = _next(options.seat, seconds)
        return
    with repeated(sys.stdout, plain=options.plain) as repaint:
        while picture:
            repaint(lambda face, now=picture: _painted(face, now, seconds))  # type: ignore[misc]
            picture = _next(options.seat, seconds)
    choose_face(sys.stdout, plain=options.plain).say(text("xray.ended"))


def _painted(face: Face, picture: XRay, seconds: float) -> None:
    page(face, picture)
    face.say(text("xray.every", seconds=f"{seconds:g}"), "dim")


def _next(seat: str, seconds: float) -> XRay | None:
    """Return the next x-ray after a pause; None when the lab has ended for good."""
    time.sleep(seconds)
    deadline = time.monotonic() + GRACE
    while (picture := take(seat)) is None and seats.holder(seat) and time.monotonic() < deadline:
        time.sleep(PAUSE)
    return picture
