"""The command line, declared for Typer. Imported after the language is installed: the texts are bound here."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated

import click
import typer
import typer.core

from runner import __version__, launch
from runner.errors import ExitStatus
from runner.language import Language
from runner.messages import text
from runner.options import Options
from runner.parameters import (
    Answers,
    Autoplay,
    Broken,
    Cgroup,
    Html,
    Instant,
    JsonFlag,
    Lang,
    Lessons,
    Notes,
    OftenWatch,
    Place,
    PlainFlag,
    Presenter,
    Record,
    Report,
    Seat,
    Settings,
    Speed,
    Stills,
    Watch,
    Yes,
    complete,
)

Action = Callable[[], ExitStatus]

app = typer.Typer(
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
    options_metavar=text("help.OPTIONS"),
    subcommand_metavar=text("help.VERB"),
    help=text("help.semdocker"),
    epilog=text("help.epilog"),
)


class Verb(typer.core.TyperCommand):
    """Click 8.5 describes arguments by itself: it forgets the help that Typer hands over, and lists them twice."""

    def format_arguments(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Typer's `format_options` has listed them already."""


verb = partial(app.command, cls=Verb, options_metavar=text("help.OPTIONS"))


def command_line(language: Language, *, guessed: bool = False) -> click.Command:
    """The parser. What it returns from `main` is the action asked for, or an exit status."""
    group = typer.main.get_group(app)
    group.context_settings["obj"] = Options(lang=language, guessed=guessed)
    complete(group)
    return group


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"semdocker {__version__}")
        raise typer.Exit


@app.callback()
def shared(
    context: typer.Context,
    *,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
    guessed: Annotated[bool, typer.Option("--guessed", hidden=True)] = False,
    version: Annotated[
        bool, typer.Option("--version", help=text("help.version"), callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    context.obj = _merged(context, plain=plain, json=json)
    if guessed:  # said by ourselves, on the way through sudo
        context.obj = context.obj._replace(guessed=True)


def _merged(context: typer.Context, *, plain: bool, json: bool) -> Options:
    """The options before the verb and those after it; the language was read from all of them already."""
    before: Options = context.obj
    return before._replace(plain=before.plain or plain, json=before.json or json)


@verb(help=text("help.run"))
def run(
    context: typer.Context,
    *,
    lessons: Lessons = None,
    report: Report = None,
    settings: Settings = None,
    record: Record = None,
    still: Stills = None,
    seat: Seat = "default",
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
) -> Action:
    options = _merged(context, plain=plain, json=json)._replace(
        lessons=tuple(lessons or ()),
        report=report,
        settings=tuple(settings or ()),
        record=record,
        stills=tuple(still or ()),
        seat=seat,
    )
    return partial(launch.run, options)


@verb(help=text("help.learn"))
def learn(
    context: typer.Context,
    *,
    lesson: Annotated[str, typer.Argument(metavar=text("help.LESSON"), help=text("help.lesson"))] = "",
    settings: Settings = None,
    record: Record = None,
    seat: Seat = "default",
    lang: Lang = None,
    plain: PlainFlag = False,
) -> Action:
    options = _merged(context, plain=plain, json=False)._replace(
        lessons=(lesson,) if lesson else (), settings=tuple(settings or ()), record=record, seat=seat
    )
    return partial(launch.chosen, "learn", options)


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
    options = _merged(context, plain=plain, json=json)._replace(
        lessons=tuple(lessons or ()), settings=tuple(settings or ()), seat=seat, pairs=pairs
    )
    return partial(launch.chosen, "prove", options)


@verb(help=text("help.practice"))
def practice(
    context: typer.Context,
    *,
    exercise: Annotated[str, typer.Argument(metavar=f"[{text('help.EXERCISE')}]", show_default=False)] = "",
    broken: Broken = None,
    listed: Annotated[bool, typer.Option("--list", help=text("help.practice-list"))] = False,
    settings: Settings = None,
    record: Record = None,
    seat: Seat = "default",
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
) -> Action:
    options = _merged(context, plain=plain, json=json)._replace(
        exercise=exercise, settings=tuple(settings or ()), record=record, seat=seat
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
    return partial(launch.as_root, "check", _merged(context, plain=plain, json=json)._replace(seat=seat, watch=watch))


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
    record: Record = None,
    seat: Seat = "default",
    lang: Lang = None,
    plain: PlainFlag = False,
) -> Action:
    options = _merged(context, plain=plain, json=False)._replace(
        lessons=tuple(lessons or ()), settings=tuple(settings or ()), record=record, seat=seat
    )
    options = options._replace(autoplay=autoplay, notes=notes)
    return partial(launch.demo, options, "inf" if instant else speed)


@verb("list", help=text("help.list"))
def list_(context: typer.Context, lang: Lang = None, plain: PlainFlag = False, json: JsonFlag = False) -> Action:
    from runner.commands import list as page

    return partial(page.list_lessons, _merged(context, plain=plain, json=json))


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
    from runner.commands import show as page

    options = _merged(context, plain=plain, json=json)._replace(lessons=(lesson,))
    if format_reference:
        return partial(page.show_format, options)
    if not lesson:
        raise click.MissingParameter(ctx=context, param_hint=f"'{text('help.LESSON')}'", param_type="argument")
    return partial(page.show, options, cgroup=cgroup, answers=answers, notes=notes, watch=watch)


@verb(help=text("help.doctor"))
def doctor(context: typer.Context, lang: Lang = None, plain: PlainFlag = False, json: JsonFlag = False) -> Action:
    from runner.commands import doctor as page

    return partial(page.doctor, _merged(context, plain=plain, json=json))


@verb(help=text("help.status"))
def status(context: typer.Context, lang: Lang = None, plain: PlainFlag = False, json: JsonFlag = False) -> Action:
    return partial(launch.as_root, "status", _merged(context, plain=plain, json=json))


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
    options = _merged(context, plain=plain, json=json)._replace(seat=seat, yes=yes, distrust=distrust)
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
    return partial(launch.as_root, "xray", _merged(context, plain=plain, json=json)._replace(seat=seat, watch=watch))


@verb(help=text("help.shell"))
def shell(
    context: typer.Context,
    *,
    seat: Seat = "default",
    place: Place = "",
    lang: Lang = None,
    plain: PlainFlag = False,
) -> Action:
    return partial(launch.shell, _merged(context, plain=plain, json=False)._replace(seat=seat, place=place))


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
    from runner.commands import report as page

    return partial(page.report, _merged(context, plain=plain, json=json), csv=csv, html=html)


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
    from runner.commands import reset as page

    options = _merged(context, plain=plain, json=json)._replace(yes=yes)
    return partial(page.reset, options, lesson, step, everything=everything)
