"""The verbs for this machine and a lab that is live on it."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from runner.messages.sentences import text
from runner.verbs import launch
from runner.verbs.app import Action, merged, verb
from runner.verbs.parameters import JsonFlag, Lang, Place, PlainFlag, Seat, Watch, Yes


@verb(help=text("help.doctor"))
def doctor(context: typer.Context, lang: Lang = None, plain: PlainFlag = False, json: JsonFlag = False) -> Action:
    from runner.verbs import doctor as page

    return partial(page.doctor, merged(context, plain=plain, json=json))


@verb(help=text("help.status"))
def status(context: typer.Context, lang: Lang = None, plain: PlainFlag = False, json: JsonFlag = False) -> Action:
    return partial(launch.as_root, "status", merged(context, plain=plain, json=json))


@verb(help=text("help.cleanup"))
def cleanup(
    context: typer.Context,
    *,
    seat: Seat = "",
    yes: Yes = False,
    distrust: Annotated[bool, typer.Option("--distrust", help=text("help.distrust"))] = False,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
) -> Action:
    options = merged(context, plain=plain, json=json)._replace(seat=seat, yes=yes, distrust=distrust)
    return partial(launch.as_root, "cleanup", options)


@verb(help=text("help.xray"))
def xray(
    context: typer.Context,
    *,
    seat: Seat = "default",
    watch: Watch = None,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
) -> Action:
    return partial(launch.as_root, "xray", merged(context, plain=plain, json=json)._replace(seat=seat, watch=watch))


@verb(help=text("help.shell"))
def shell(
    context: typer.Context,
    *,
    seat: Seat = "default",
    place: Place = "",
    lang: Lang = None,
    plain: PlainFlag = False,
) -> Action:
    return partial(launch.shell, merged(context, plain=plain, json=False)._replace(seat=seat, place=place))
