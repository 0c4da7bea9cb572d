"""The command line, declared for Typer; one file for the verbs of a kind.

Imported after the language is installed: the texts are bound here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Annotated

import click
import typer
import typer.core

from runner import __version__
from runner.messages.language import Language
from runner.messages.sentences import text
from runner.records.errors import ExitStatus
from runner.records.options import Options
from runner.verbs.parameters import JsonFlag, Lang, PlainFlag, complete

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
    from runner.verbs import lessons, progress, host, authors  # noqa: F401, I001 -- they join in the order of --help

    # Typer looks at each function twice, and its looking is the most of what --help takes.
    typer.main.get_params_from_function = cache(typer.main.get_params_from_function)  # type: ignore[attr-defined]
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
    context.obj = merged(context, plain=plain, json=json)
    if guessed:  # said by ourselves, on the way through sudo
        context.obj = context.obj._replace(guessed=True)


def merged(context: typer.Context, *, plain: bool, json: bool) -> Options:
    """The options before the verb and those after it; the language was read from all of them already."""
    before: Options = context.obj
    return before._replace(plain=before.plain or plain, json=before.json or json)
