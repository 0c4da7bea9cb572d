"""`semdocker class`: the whole class at a glance, from the machine on which its labs are live."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext
from functools import partial
from typing import Annotated

import typer

from runner.lab.signals import stoppable
from runner.messages.catalog import text
from runner.records.errors import ExitStatus
from runner.records.options import Options
from runner.screen import keys
from runner.screen.choose_face import at_terminal, choose_face
from runner.screen.face import Face
from runner.screen.repaint import repeated
from runner.teacher import class_export, classroom
from runner.teacher.class_page import page
from runner.teacher.classroom import Desk
from runner.verbs.parameters import Action, JsonFlag, Lang, PlainFlag, merged, watching
from runner.verbs.sudo import need_root

ALONE = {"watch": 2.0}  # seconds between two looks

Watch = Annotated[float | None, watching("help.class-watch")]
Desks = tuple[Desk, ...]


def command(
    context: typer.Context, *, watch: Watch = None, lang: Lang = None, plain: PlainFlag = False, json: JsonFlag = False
) -> Action | None:
    options = context.obj = merged(context, plain=plain, json=json)
    return None if context.invoked_subcommand else partial(live, options._replace(watch=watch))


def live(options: Options) -> ExitStatus:
    """Show the class, once or again and again. A class of nobody is no error: it has not begun."""
    need_root(options)
    if options.watch is not None:
        with stoppable():
            _watch(options, options.watch)
    elif options.json:
        sys.stdout.write(class_export.json_text(classroom.take(), options.lang, indent=2))
    else:
        page(choose_face(sys.stdout, plain=options.plain), classroom.take(), options.lang, time.time())
    return ExitStatus.OK


def _watch(options: Options, seconds: float) -> None:
    """Show the class until a key is pressed. With --json each look is one document on one line; plain text shows the
    class again when something has changed that is more than the time.
    """
    if options.json:
        for desks in _looks(seconds, by_key=False):
            sys.stdout.write(class_export.json_text(desks, options.lang))
            sys.stdout.flush()
        return
    repaints, shown = choose_face(sys.stdout, plain=options.plain).repaints, None
    by_key = repaints and at_terminal()
    every = text("class.every" if by_key else "xray.every", seconds=f"{seconds:g}")
    with keys.single() if by_key else nullcontext(), repeated(sys.stdout, plain=options.plain) as repaint:
        for desks in _looks(seconds, by_key=by_key):
            told = class_export.seats(desks, options.lang)
            if repaints or told != shown:
                repaint(partial(_painted, options, desks, every))
            shown = told


def _looks(seconds: float, *, by_key: bool) -> Iterator[Desks]:
    """Look after each pause; where there is a keyboard, until a key is pressed."""
    while True:
        yield classroom.take()
        if not by_key:
            time.sleep(seconds)
        elif keys.any_within(seconds):
            return


def _painted(options: Options, desks: Desks, every: str, face: Face) -> None:
    page(face, desks, options.lang, time.time())
    face.say(every, "dim")
