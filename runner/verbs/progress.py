"""The verbs for what a student has done: report and reset."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from runner.messages.sentences import text
from runner.verbs.app import Action, merged, verb
from runner.verbs.parameters import Html, JsonFlag, Lang, PlainFlag


@verb("report", help=text("help.progress"))
def report_(
    context: typer.Context,
    *,
    csv: Annotated[bool, typer.Option("--csv", help=text("help.csv"))] = False,
    html: Html = None,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
) -> Action:
    from runner.verbs import report as page

    return partial(page.report, merged(context, plain=plain, json=json), csv=csv, html=html)


@verb(help=text("help.reset"))
def reset(
    context: typer.Context,
    lesson: Annotated[str, typer.Argument(metavar=f"[{text('help.LESSON')}]", show_default=False)] = "",
    step: Annotated[str, typer.Argument(metavar=f"[{text('help.STEP')}]", show_default=False)] = "",
    *,
    everything: Annotated[bool, typer.Option("--all", help=text("help.all"))] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=text("help.reset-yes"))] = False,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
) -> Action:
    from runner.verbs import reset as page

    options = merged(context, plain=plain, json=json)._replace(yes=yes)
    return partial(page.reset, options, lesson, step, everything=everything)
