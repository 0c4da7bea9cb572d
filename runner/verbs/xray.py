"""`semdocker xray`: it shows the live lab's container from inside and outside, once or again and again, or draws it."""

from __future__ import annotations

import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from runner.engine.run_report import in_a_folder
from runner.host import login
from runner.lab import seats
from runner.lab.signals import stoppable
from runner.lab.xray import XRay, take, take_all
from runner.messages import documents, safe_text
from runner.messages.catalog import text
from runner.records.errors import ExitStatus, UsageError
from runner.records.options import Options
from runner.screen.choose_face import choose_face
from runner.screen.face import Face
from runner.screen.repaint import repeated
from runner.screen.xray_page import page
from runner.verbs import watched
from runner.verbs.parameters import Action, JsonFlag, Lang, PlainFlag, SeatName, merged, watching
from runner.verbs.sudo import need_root

SCHEMA = "semdocker/xray/1"
ALONE = {"watch": 1.0}  # seconds between two looks

Watch = Annotated[float | None, watching("help.watch")]
Svg = Annotated[
    Path | None, typer.Option("--svg", metavar=text("help.FILE"), help=text("help.svg"), show_default=False)
]


def command(
    context: typer.Context,
    *,
    svg: Svg = None,
    seat: SeatName,
    watch: Watch = None,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
) -> Action:
    return partial(xray, merged(context, plain=plain, json=json)._replace(seat=seat, watch=watch), svg=svg)


def xray(options: Options, *, svg: Path | None) -> ExitStatus:
    """Show the seat's live lab. Raises RunnerError when no lab is live; a watch waits for one."""
    if svg:
        if options.json or options.watch is not None:
            raise UsageError("drawing.one-form")
        in_a_folder(svg)
    need_root(options)
    if svg:
        return _draw(options, svg)
    if options.watch is not None:
        with stoppable():
            _watch(options, options.watch)
        return ExitStatus.OK
    picture = take(options.seat)
    if picture is None:
        raise seats.no_lab(options.seat)
    if options.json:
        sys.stdout.write(document(picture, indent=2))
    else:
        page(choose_face(sys.stdout, plain=options.plain), picture)
    return ExitStatus.OK


def _draw(options: Options, svg: Path) -> ExitStatus:
    """Write the picture of everything that lives in the seat's lab, with the rights of whoever typed the command."""
    from runner.screen.xray_drawing import drawing  # its XML is for those who ask for a picture

    pictures = take_all(options.seat)
    if not pictures:
        raise seats.no_lab(options.seat)
    login.write(svg, drawing(pictures).encode())
    choose_face(sys.stdout, plain=options.plain).say(text("drawing.written", path=str(svg)))
    return ExitStatus.OK


def document(picture: XRay, indent: int | None = None) -> str:
    return safe_text.json_text({**documents.heading(SCHEMA), **asdict(picture)}, indent)


def _watch(options: Options, seconds: float) -> None:
    """Show the x-ray until the run ends. With --json each look is one document on one line."""
    pictures = watched.looks(partial(take, options.seat), options.seat, seconds)
    if options.json:
        for live in filter(None, pictures):
            sys.stdout.write(document(live))
            sys.stdout.flush()
        return
    face = choose_face(sys.stdout, plain=options.plain)
    waiting = False
    with repeated(sys.stdout, plain=options.plain) as repaint:
        for picture in pictures:
            if picture:
                repaint(partial(_painted, picture, seconds))
            elif face.repaints or not waiting:
                repaint(partial(watched.waiting, options.seat))
            waiting = picture is None
    face.say(text("xray.ended"))


def _painted(picture: XRay, seconds: float, face: Face) -> None:
    page(face, picture)
    face.say(text("xray.every", seconds=f"{seconds:g}"), "dim")
