"""The verbs that are about lessons: run, learn, demo, practice, check, list, show."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import click
import typer

from runner.messages.sentences import text
from runner.verbs import launch
from runner.verbs.app import Action, merged, verb
from runner.verbs.parameters import (
    Answers,
    Autoplay,
    Broken,
    Cgroup,
    Instant,
    JsonFlag,
    Lang,
    Lessons,
    Notes,
    OftenWatch,
    PlainFlag,
    Presenter,
    Report,
    Seat,
    Settings,
    Speed,
)


@verb(help=text("help.run"))
def run(
    context: typer.Context,
    *,
    lessons: Lessons = None,
    report: Report = None,
    settings: Settings = None,
    seat: Seat = "default",
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
) -> Action:
    options = merged(context, plain=plain, json=json)._replace(
        lessons=tuple(lessons or ()),
        report=report,
        settings=tuple(settings or ()),
        seat=seat,
    )
    return partial(launch.run, options)


@verb(help=text("help.learn"))
def learn(
    context: typer.Context,
    *,
    lesson: Annotated[str, typer.Argument(metavar=text("help.LESSON"), help=text("help.lesson"))] = "",
    settings: Settings = None,
    seat: Seat = "default",
    lang: Lang = None,
    plain: PlainFlag = False,
) -> Action:
    options = merged(context, plain=plain, json=False)._replace(
        lessons=(lesson,) if lesson else (), settings=tuple(settings or ()), seat=seat
    )
    return partial(launch.chosen, "learn", options)


@verb(help=text("help.demo"))
def demo(
    context: typer.Context,
    *,
    lessons: Lessons = None,
    speed: Speed = "",
    instant: Instant = False,
    autoplay: Autoplay = None,
    notes: Presenter = False,
    settings: Settings = None,
    seat: Seat = "default",
    lang: Lang = None,
    plain: PlainFlag = False,
) -> Action:
    options = merged(context, plain=plain, json=False)._replace(
        lessons=tuple(lessons or ()), settings=tuple(settings or ()), seat=seat
    )
    options = options._replace(autoplay=autoplay, notes=notes)
    return partial(launch.demo, options, "inf" if instant else speed)


@verb(help=text("help.practice"))
def practice(
    context: typer.Context,
    *,
    exercise: Annotated[str, typer.Argument(metavar=f"[{text('help.EXERCISE')}]", show_default=False)] = "",
    broken: Broken = None,
    listed: Annotated[bool, typer.Option("--list", help=text("help.practice-list"))] = False,
    settings: Settings = None,
    seat: Seat = "default",
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
) -> Action:
    options = merged(context, plain=plain, json=json)._replace(
        exercise=exercise, settings=tuple(settings or ()), seat=seat
    )
    return partial(launch.practice, options, broken, listed=listed)


@verb(help=text("help.check"))
def check(
    context: typer.Context,
    *,
    seat: Seat = "default",
    watch: OftenWatch = None,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
) -> Action:
    return partial(launch.as_root, "check", merged(context, plain=plain, json=json)._replace(seat=seat, watch=watch))


@verb("list", help=text("help.list"))
def list_(context: typer.Context, lang: Lang = None, plain: PlainFlag = False, json: JsonFlag = False) -> Action:
    from runner.verbs import list as page

    return partial(page.list_lessons, merged(context, plain=plain, json=json))


@verb(help=text("help.show"))
def show(
    context: typer.Context,
    *,
    lesson: Annotated[str, typer.Argument(metavar=text("help.LESSON"), show_default=False)] = "",
    cgroup: Cgroup = None,
    answers: Answers = False,
    notes: Notes = False,
    format_reference: Annotated[bool, typer.Option("--format-reference", help=text("help.format-reference"))] = False,
    watch: Annotated[bool, typer.Option("--watch", help=text("help.show-watch"))] = False,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
) -> Action:
    from runner.verbs import show as page

    options = merged(context, plain=plain, json=json)._replace(lessons=(lesson,))
    if format_reference:
        return partial(page.show_format, options)
    if not lesson:
        raise click.MissingParameter(ctx=context, param_hint=f"'{text('help.LESSON')}'", param_type="argument")
    return partial(page.show, options, cgroup=cgroup, answers=answers, notes=notes, watch=watch)
