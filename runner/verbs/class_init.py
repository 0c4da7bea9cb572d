"""`semdocker class init`: a folder with which a teacher prepares, asks and collects many machines, by Ansible."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from runner.host import shell_line
from runner.messages import documents, safe_text
from runner.messages.catalog import text
from runner.records.errors import ExitStatus
from runner.records.options import Options
from runner.screen.choose_face import choose_face
from runner.screen.face import Face
from runner.teacher import class_folder, class_machines
from runner.teacher.class_folder import FRESH, KEPT, Placed
from runner.verbs.parameters import Action, JsonFlag, Lang, PlainFlag, merged

SCHEMA = "semdocker/class-init/1"


def command(
    context: typer.Context,
    *,
    class_folder: Annotated[Path, typer.Argument(metavar=text("help.DIR"), show_default=False)],
    machines: Annotated[
        list[str] | None, typer.Argument(metavar=f"[{text('help.MACHINE')}]...", show_default=False)
    ] = None,
    hosts: Annotated[
        Path | None,
        typer.Option("--hosts", metavar=text("help.FILE"), help=text("help.class-hosts"), show_default=False),
    ] = None,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
) -> Action:
    return partial(init, merged(context, plain=plain, json=json), class_folder, machines or (), hosts)


def init(options: Options, folder: Path, machines: Sequence[str], hosts: Path | None) -> ExitStatus:
    """Write the folder. Return FAILED when a file of another content is there already: it is kept, and named."""
    named = class_machines.named(machines, hosts)
    placed = [*class_folder.place(folder, class_folder.contents(named, options.lang))]
    if options.json:
        listed = [{"file": str(path), "state": state} for path, state in placed]
        sys.stdout.write(safe_text.json_text({**documents.heading(SCHEMA, options.lang), "files": listed}))
    else:
        _page(choose_face(sys.stdout, plain=options.plain), folder, placed)
    return ExitStatus.FAILED if any(one.state == KEPT for one in placed) else ExitStatus.OK


def _page(face: Face, folder: Path, placed: Sequence[Placed]) -> None:
    fresh = [one.path.name for one in placed if one.state == FRESH]
    kept = [one.path.name for one in placed if one.state == KEPT]
    if fresh:
        face.say(text("class-init.written", folder=str(folder), names=", ".join(fresh)), "good")
    if kept:
        face.say(text("class-init.kept", folder=str(folder), names=", ".join(kept)), "warn")
    if not fresh and not kept:
        face.say(text("class-init.same", folder=str(folder)))
    face.gap()
    face.say(text("class-init.next"))
    place = shell_line.path(str(folder))
    face.pairs(
        [
            (f"cd {place}", text("class-init.read")),
            ("ansible-playbook prepare.yml --check", text("class-init.check")),
            ("ansible-playbook prepare.yml", text("class-init.prepare")),
        ]
    )
