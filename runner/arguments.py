"""The command line, declared for Typer. Imported after the language is installed: the texts are bound here."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import click
import typer
import typer.core

from runner import __version__
from runner.errors import ExitStatus
from runner.language import Language
from runner.messages import text
from runner.options import Options

Action = Callable[[], ExitStatus]
EVERY = 1.0  # seconds between two looks of --watch

Lang = Annotated[Literal["pt", "en"] | None, typer.Option("--lang", help=text("help.lang"), show_default=False)]
PlainFlag = Annotated[bool, typer.Option("--plain", help=text("help.plain"))]
JsonFlag = Annotated[bool, typer.Option("--json", help=text("help.json"))]
Lessons = Annotated[list[str] | None, typer.Argument(metavar=f"[{text('help.LESSON')}]...", show_default=False)]
OneLesson = Annotated[str, typer.Argument(metavar=text("help.LESSON"), show_default=False)]
Report = Annotated[
    Path | None, typer.Option("--report", metavar=text("help.FILE"), help=text("help.report"), show_default=False)
]
Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar=text("help.SETTING"), help=text("help.set"), show_default=False)
]
Cgroup = Annotated[
    Literal["v1", "v2", "both"] | None, typer.Option("--cgroup", help=text("help.cgroup"), show_default=False)
]
Answers = Annotated[bool, typer.Option("--answers", help=text("help.answers"))]

Seat = Annotated[str, typer.Option("--seat", metavar=text("help.NAME"), help=text("help.seat"), show_default=False)]
Watch = Annotated[
    float | None,
    typer.Option("--watch", metavar=f"[{text('help.SECONDS')}]", help=text("help.watch"), min=0.1, show_default=False),
]
Place = Annotated[str, typer.Option("--in", metavar=text("help.PLACE"), help=text("help.in"), show_default=False)]
Html = Annotated[
    Path | None, typer.Option("--html", metavar=text("help.FILE"), help=text("help.html"), show_default=False)
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help=text("help.yes"))]

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
    for command in group.commands.values():
        for parameter in command.params:
            if isinstance(parameter, click.Argument):
                parameter.help = text("help." + (parameter.name or ""))
            elif parameter.name == "watch":
                _value_is_optional(parameter, EVERY)
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
    seat: Seat = "default",
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
) -> Action:
    options = _merged(context, plain=plain, json=json)._replace(
        lessons=tuple(lessons or ()),
        report=report,
        settings=tuple(settings or ()),
        seat=seat,
    )
    return partial(_run, options)


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
    options = _merged(context, plain=plain, json=False)._replace(
        lessons=(lesson,) if lesson else (), settings=tuple(settings or ()), seat=seat
    )
    return partial(_learn, options)


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
    return partial(_as_root, "status", _merged(context, plain=plain, json=json))


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
    return partial(_as_root, "cleanup", _merged(context, plain=plain, json=json)._replace(seat=seat, yes=yes))


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
    return partial(_as_root, "xray", _merged(context, plain=plain, json=json)._replace(seat=seat, watch=watch))


@verb(help=text("help.shell"))
def shell(
    context: typer.Context, *, seat: Seat = "default", place: Place = "", lang: Lang = None, plain: PlainFlag = False
) -> Action:
    return partial(_shell, _merged(context, plain=plain, json=False)._replace(seat=seat, place=place))


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


def _shell(options: Options) -> ExitStatus:
    """Refuse what cannot be done before asking for a password."""
    from runner.commands import shell as verb

    verb.terminal()
    return _as_root("shell", options)


def _run(options: Options) -> ExitStatus:
    """Refuse what cannot be done before asking for a password."""
    from runner import elevate, report, selection

    report.accepts(options.report)
    options = options._replace(lessons=selection.ids(options.lessons, options.lang))
    elevate.need_root("run", options)
    from runner.commands.run import run

    return run(options)


def _learn(options: Options) -> ExitStatus:
    """Refuse what cannot be done before asking for a password."""
    from runner import elevate, selection

    options = options._replace(lessons=selection.ids(options.lessons, options.lang))
    elevate.need_root("learn", options)
    from runner.commands.learn import learn

    return learn(options)


def _as_root(name: str, options: Options) -> ExitStatus:
    from importlib import import_module

    from runner import elevate

    elevate.need_root(name, options)
    action: Callable[[Options], ExitStatus] = getattr(import_module(f"runner.commands.{name}"), name)
    return action(options)
