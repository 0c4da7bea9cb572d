"""`semdocker status`: it lists everything that exists on this machine because of us."""

from __future__ import annotations

import sys
from dataclasses import asdict
from functools import partial

import typer

from runner.course import trust
from runner.lab import inventory, seats
from runner.lab.inventory import Belongings
from runner.messages import documents, safe_text
from runner.records.errors import ExitStatus
from runner.records.options import Options
from runner.screen.choose_face import open_view
from runner.verbs.parameters import Action, JsonFlag, Lang, PlainFlag, merged
from runner.verbs.sudo import need_root

SCHEMA = "semdocker/status/1"


def command(context: typer.Context, *, lang: Lang = None, plain: PlainFlag = False, json: JsonFlag = False) -> Action:
    return partial(status, merged(context, plain=plain, json=json))


def _seat(belongings: Belongings) -> dict[str, object]:
    """Return what a seat has, and the lesson and step, or the exercise, that its live lab is for."""
    told = seats.published(belongings.seat)
    doing = {"lesson": told.lesson, "step": told.step, "exercise": told.exercise} if told else {}
    return {**asdict(belongings), **doing}


def status(options: Options) -> ExitStatus:
    """Show every seat that is live or left something, everything else that carries our marks, and what is trusted."""
    need_root(options)
    findings, trusted = inventory.take(), len(trust.known())
    if options.json:
        told = {**asdict(findings), "seats": [*map(_seat, findings.seats)], "trusted": trusted}
        document = {**documents.heading(SCHEMA), **told}
        sys.stdout.write(safe_text.json_text(document))
    else:
        view = open_view(options)
        view.trusted(trusted, str(trust.FILE), forgotten=False)
        view.inventory(findings, besides=bool(trusted))
    return ExitStatus.OK
