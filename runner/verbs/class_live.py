"""`semdocker class`: the whole class at a glance, from the machine on which its labs are live."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext
from functools import partial
from typing import Annotated, Any

import typer

from runner.lab.signals import stoppable
from runner.messages import documents, safe_text
from runner.messages.catalog import text
from runner.records.errors import ExitStatus
from runner.records.options import Options
from runner.screen import keys
from runner.screen.choose_face import at_terminal, choose_face
from runner.screen.face import Face
from runner.screen.repaint import repeated
from runner.teacher import classroom
from runner.teacher.class_page import page
from runner.teacher.classroom import Desk
from runner.verbs.parameters import Action, JsonFlag, Lang, PlainFlag, merged, watching
from runner.verbs.sudo import need_root

SCHEMA = "semdocker/class/1"
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
        sys.stdout.write(document(options, classroom.take(), indent=2))
    else:
        page(choose_face(sys.stdout, plain=options.plain), classroom.take(), options.lang, time.time())
    return ExitStatus.OK


def document(options: Options, desks: Desks, indent: int | None = None) -> str:
    whole = {
        **documents.heading(SCHEMA, options.lang),
        "seats": [_seat(desk, options.lang) for desk in desks],
    }
    return safe_text.json_text(whole, indent)


def _seat(desk: Desk, language: str) -> dict[str, Any]:
    """Return what is known of a seat. Ids are the same in every language; titles are for people."""
    told = desk.told
    return {
        "seat": desk.seat,
        "state": desk.state,
        "user": told.who,
        "lesson": told.lesson,
        "exercise": told.exercise,
        "title": desk.title("exercise" if told.exercise else "lesson", language),
        "step": told.step,
        "step_title": desk.title("step", language),
        "steps_done": told.done,
        "steps": told.steps,
        "facts_true": told.true,
        "facts": told.facts,
        "moved": _moment(told.moved),
        "help": _moment(told.help),
    }


def _moment(seconds: float) -> str | None:
    """Return a time as ISO 8601 has it; None for one that was never."""
    return documents.moment(seconds) if seconds else None


def _watch(options: Options, seconds: float) -> None:
    """Show the class until a key is pressed. With --json each look is one document on one line; plain text shows the
    class again when something has changed that is more than the time.
    """
    if options.json:
        for desks in _looks(seconds, by_key=False):
            sys.stdout.write(document(options, desks))
            sys.stdout.flush()
        return
    repaints, shown = choose_face(sys.stdout, plain=options.plain).repaints, None
    by_key = repaints and at_terminal()
    every = text("class.every" if by_key else "xray.every", seconds=f"{seconds:g}")
    with keys.single() if by_key else nullcontext(), repeated(sys.stdout, plain=options.plain) as repaint:
        for desks in _looks(seconds, by_key=by_key):
            told = [_seat(desk, options.lang) for desk in desks]
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
