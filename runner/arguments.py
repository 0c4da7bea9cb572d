"""The command line, declared for Typer. Imported after the language is installed: the texts are bound here."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import click
import typer

from runner import __version__
from runner.commands.options import Options
from runner.errors import ExitStatus
from runner.language import Language
from runner.messages import text

Action = Callable[[], ExitStatus]

Lang = Annotated[Literal["pt", "en"] | None, typer.Option("--lang", help=text("help.lang"), show_default=False)]
PlainFlag = Annotated[bool, typer.Option("--plain", help=text("help.plain"))]
JsonFlag = Annotated[bool, typer.Option("--json", help=text("help.json"))]
Lessons = Annotated[
    list[str] | None, typer.Argument(metavar=text("help.LESSON"), help=text("help.lessons"), show_default=False)
]
OneLesson = Annotated[str, typer.Argument(metavar=text("help.LESSON"), help=text("help.lesson"), show_default=False)]
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

app = typer.Typer(
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
    help=text("help.semdocker"),
    epilog=text("help.epilog"),
)


def command_line(language: Language) -> click.Command:
    """The parser. What it returns from `main` is the action asked for, or an exit status."""
    command = typer.main.get_command(app)
    command.context_settings["obj"] = Options(lang=language)
    return command


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
    from dataclasses import replace

    before: Options = context.obj
    return replace(before, plain=before.plain or plain, json=before.json or json)


@app.command(help=text("help.run"))
def run(
    context: typer.Context,
    lessons: Lessons = None,
    report: Report = None,
    settings: Settings = None,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
) -> Action:
    from dataclasses import replace

    from runner.commands import start

    options = replace(
        _merged(context, plain=plain, json=json),
        lessons=tuple(lessons or ()),
        report=report,
        settings=tuple(settings or ()),
    )
    return partial(start.run, options)


@app.command("list", help=text("help.list"))
def list_(context: typer.Context, lang: Lang = None, plain: PlainFlag = False, json: JsonFlag = False) -> Action:
    from runner.commands import list as verb

    return partial(verb.list_lessons, _merged(context, plain=plain, json=json))


@app.command(help=text("help.show"))
def show(
    context: typer.Context,
    lesson: OneLesson,
    cgroup: Cgroup = None,
    answers: Answers = False,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
) -> Action:
    from runner.commands import show as verb

    return partial(verb.show, _merged(context, plain=plain, json=json), lesson, cgroup=cgroup, answers=answers)


@app.command(help=text("help.doctor"))
def doctor(context: typer.Context, lang: Lang = None, plain: PlainFlag = False, json: JsonFlag = False) -> Action:
    from runner.commands import doctor as verb

    return partial(verb.doctor, _merged(context, plain=plain, json=json))


@app.command(help=text("help.cleanup"))
def cleanup(context: typer.Context, lang: Lang = None, plain: PlainFlag = False, json: JsonFlag = False) -> Action:
    from runner.commands import start

    return partial(start.cleanup, _merged(context, plain=plain, json=json))
