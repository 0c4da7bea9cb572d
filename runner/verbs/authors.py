"""The verbs of those who write lessons: lint, new, prove."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from runner.messages.sentences import text
from runner.verbs import launch
from runner.verbs.app import Action, merged, verb
from runner.verbs.parameters import JsonFlag, Lang, Lessons, PlainFlag, Seat, Settings

Paths = Annotated[list[Path] | None, typer.Argument(metavar=f"[{text('help.PATH')}]...", show_default=False)]
Github = Annotated[bool, typer.Option("--github", help=text("help.github"))]
Accept = Annotated[bool, typer.Option("--accept", help=text("help.accept"))]
Schema = Annotated[
    str, typer.Option("--schema", metavar=text("help.KIND"), help=text("help.schema"), show_default=False)
]

Into = Annotated[
    Path | None, typer.Option("--into", metavar=text("help.FOLDER"), help=text("help.into"), show_default=False)
]


@verb(help=text("help.lint"))
def lint(
    context: typer.Context,
    *,
    paths: Paths = None,
    github: Github = False,
    accept: Accept = False,
    schema: Schema = "",
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
) -> Action:
    from runner.verbs import lint as page

    options = merged(context, plain=plain, json=json)
    wanted = tuple(paths or ())
    if schema:
        return partial(page.print_schema, schema)
    if accept:
        return partial(page.accept, options, wanted)
    return partial(page.lint_lessons, options, wanted, github=github)


@verb(help=text("help.new"))
def new(
    context: typer.Context,
    *,
    id: Annotated[str, typer.Argument(metavar=text("help.ID"), show_default=False)],
    into: Into = None,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
) -> Action:
    from runner.verbs import new as page

    return partial(page.new, merged(context, plain=plain, json=json), id, into)


@verb(help=text("help.prove"))
def prove(
    context: typer.Context,
    *,
    lessons: Lessons = None,
    pairs: Annotated[bool, typer.Option("--pairs", help=text("help.pairs"))] = False,
    settings: Settings = None,
    seat: Seat = "default",
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
) -> Action:
    options = merged(context, plain=plain, json=json)._replace(
        lessons=tuple(lessons or ()), settings=tuple(settings or ()), seat=seat, pairs=pairs
    )
    return partial(launch.chosen, "prove", options)
