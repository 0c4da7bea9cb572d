"""The command line, declared for Typer. Imported after the language is installed: the texts are bound here."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated

import click
import typer
import typer.core

from runner import __version__, doors
from runner.errors import ExitStatus
from runner.flags import (
    Answers,
    Autoplay,
    Cgroup,
    Html,
    Instant,
    JsonFlag,
    Lang,
    Lessons,
    Notes,
    OneLesson,
    Place,
    PlainFlag,
    Record,
    Report,
    Seat,
    Settings,
    Speed,
    Stills,
    Watch,
    Yes,
)
from runner.language import Language
from runner.messages import text
from runner.options import Options

Action = Callable[[], ExitStatus]
ALONE = {"watch": 1.0, "autoplay": 2.0}  # seconds that the option means when it says none

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


def command_line(language: Language) -> click.Command:
    """The parser. What it returns from `main` is the action asked for, or an exit status."""
    group = typer.main.get_group(app)
    group.context_settings["obj"] = Options(lang=language)
    for command in group.commands.values():
        for parameter in command.params:
            if isinstance(parameter, click.Argument):
                parameter.help = text("help." + (parameter.name or ""))
            elif parameter.name in ALONE:
                _value_is_optional(parameter, ALONE[parameter.name])
    return group


def _value_is_optional(option: click.Parameter, otherwise: float) -> None:
    """Typer has no word for what Click can do: `--watch` alone means a value of its own."""
    assert isinstance(option, click.Option)
    option.flag_value, option._flag_needs_value = otherwise, True


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"semdocker {__version__}")
        raise typer.Exit


@app.callback()
def shared(
    context: typer.Context,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
    version: Annotated[
        bool, typer.Option("--version", help=text("help.version"), callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    context.obj = _merged(context, plain=plain, json=json)


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
    return partial(doors.run, options)


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
    return partial(doors.learn, options)


@verb(help=text("help.demo"))
def demo(
    context: typer.Context,
    *,
    lessons: Lessons = None,
    speed: Speed = "",
    instant: Instant = False,
    autoplay: Autoplay = None,
    notes: Notes = False,
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
    return partial(doors.demo, options, "inf" if instant else speed)


@verb("list", help=text("help.list"))
def list_(context: typer.Context, lang: Lang = None, plain: PlainFlag = False, json: JsonFlag = False) -> Action:
    from runner.commands import list as page

    return partial(page.list_lessons, _merged(context, plain=plain, json=json))


@verb(help=text("help.show"))
def show(
    context: typer.Context,
    *,
    lesson: OneLesson,
    cgroup: Cgroup = None,
    answers: Answers = False,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
) -> Action:
    from runner.commands import show as page

    return partial(page.show, _merged(context, plain=plain, json=json), lesson, cgroup=cgroup, answers=answers)


@verb(help=text("help.doctor"))
def doctor(context: typer.Context, lang: Lang = None, plain: PlainFlag = False, json: JsonFlag = False) -> Action:
    from runner.commands import doctor as page

    return partial(page.doctor, _merged(context, plain=plain, json=json))


@verb(help=text("help.status"))
def status(context: typer.Context, lang: Lang = None, plain: PlainFlag = False, json: JsonFlag = False) -> Action:
    return partial(doors.as_root, "status", _merged(context, plain=plain, json=json))


@verb(help=text("help.cleanup"))
def cleanup(
    context: typer.Context,
    *,
    seat: Seat = "",
    yes: Yes = False,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
) -> Action:
    return partial(doors.as_root, "cleanup", _merged(context, plain=plain, json=json)._replace(seat=seat, yes=yes))


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
    return partial(doors.as_root, "xray", _merged(context, plain=plain, json=json)._replace(seat=seat, watch=watch))


@verb(help=text("help.shell"))
def shell(
    context: typer.Context,
    *,
    seat: Seat = "default",
    place: Place = "",
    lang: Lang = None,
    plain: PlainFlag = False,
) -> Action:
    return partial(doors.shell, _merged(context, plain=plain, json=False)._replace(seat=seat, place=place))


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
