"""`semdocker class`: the whole class at a glance, from the machine on which its labs are live."""

from __future__ import annotations

import sys
from functools import partial

import typer

from runner.lab import locks, seats
from runner.messages.catalog import text
from runner.records.errors import ExitStatus
from runner.records.options import Options
from runner.screen.choose_face import choose_face
from runner.verbs.parameters import Action, JsonFlag, Lang, PlainFlag, merged
from runner.verbs.sudo import need_root


def command(
    context: typer.Context, *, lang: Lang = None, plain: PlainFlag = False, json: JsonFlag = False
) -> Action | None:
    options = context.obj = merged(context, plain=plain, json=json)
    return None if context.invoked_subcommand else partial(live, options)


def live(options: Options) -> ExitStatus:
    """Show one line for each seat that has a live lab."""
    need_root(options)
    told = [(seat, notice) for seat in locks.names() if (notice := seats.published(seat))]
    rows = [(seat, notice.exercise or notice.lesson, notice.step) for seat, notice in told]
    face = choose_face(sys.stdout, plain=options.plain)
    if rows:
        face.table([text("class.seat"), text("list.lesson"), text("class.step")], rows)
    else:
        face.say(text("class.empty"))
    return ExitStatus.OK
