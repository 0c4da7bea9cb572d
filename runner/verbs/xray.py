"""`semdocker xray`: the live lab's container from inside and outside, once or again and again."""

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
from runner.messages.sentences import text
from runner.records.errors import ExitStatus, RunnerError
from runner.records.options import Options
from runner.screen.choose import choose_face
from runner.screen.face import Face
from runner.screen.watch import repeated
from runner.screen.xray_page import page
from runner.verbs.parameters import Action, JsonFlag, Lang, PlainFlag, SeatName, merged
from runner.verbs.sudo import need_root

SCHEMA = "semdocker/xray/1"
GRACE = 3.0  # seconds in which a lab may come back: a step back sometimes replaces it
PAUSE = 0.05
ALONE = {"watch": 1.0}

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
    """Show the seat's live lab. Raises RunnerError when none is live: nothing failed to fit, there is only nothing."""
    need_root(options)
    found = take(seats.valid(options.seat))
    if found is None:
        raise RunnerError("no-lab", seat=options.seat)
    if options.watch is not None:
        with stoppable():
            _watch(options, found, options.watch)
    elif options.json:
        sys.stdout.write(document(found, indent=2))
    else:
        page(choose_face(sys.stdout, plain=options.plain), found)
    return ExitStatus.OK


def document(found: XRay, indent: int | None = None) -> str:
    return json.dumps({"schema": SCHEMA, **asdict(found)}, ensure_ascii=False, indent=indent) + "\n"


def _watch(options: Options, first: XRay, seconds: float) -> None:
    """Until the lab ends. With --json, one document on each line."""
    found: XRay | None = first
    if options.json:
        while found:
            sys.stdout.write(document(found))
            sys.stdout.flush()
            found = _next(options.seat, seconds)
        return
    with repeated(sys.stdout, plain=options.plain) as repaint:
        while found:
            repaint(lambda face, now=found: _painted(face, now, seconds))  # type: ignore[misc]
            found = _next(options.seat, seconds)
    choose_face(sys.stdout, plain=options.plain).say(text("xray.ended"))


def _painted(face: Face, found: XRay, seconds: float) -> None:
    page(face, found)
    face.say(text("xray.every", seconds=f"{seconds:g}"), "dim")


def _next(seat: str, seconds: float) -> XRay | None:
    """The next look, after a pause; None when the lab has ended for good."""
    time.sleep(seconds)
    deadline = time.monotonic() + GRACE
    while (found := take(seat)) is None and seats.holder(seat) and time.monotonic() < deadline:
        time.sleep(PAUSE)
    return found
