"""The command line, declared for Typer: what all verbs share, and the list of the verbs.

Import it after the language is installed: the help texts are translated when this module is imported.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Any

import click
import typer
import typer.core

from runner import __version__
from runner.messages.catalog import text
from runner.messages.language import Language
from runner.records.options import Options
from runner.verbs.parameters import Folders, JsonFlag, Lang, PlainFlag, Trust, merged

# Each has a file of that name, unless FILES says another. This is their order in --help.
VERBS = (
    *("run", "learn", "demo", "practice", "check", "list", "show", "report", "reset"),
    *("glossary", "doctor", "status", "cleanup", "xray", "shell", "class", "lint", "new", "prove", "grade", "export"),
)
# These have verbs of their own: `class report` has the file class_report.py, and its help is `help.class-report`.
PARTS: dict[str, tuple[str, ...]] = {"class": ("init", "report")}
FILES = {"class": "class_live"}  # nothing could import a file that is called class.py


VALUED = ("--lang", "--lessons", "--trust")  # options before or after any verb that take a value
HELP = ("help", "ajuda")  # no verbs: they stand for --help


class Verbs(typer.core.TyperGroup):
    """Lists verbs by name and help alone; the file of a verb is imported when that verb is typed."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] in HELP:
            args = [*_words(args[1:])[:2], "--help"]
        if args == ["--help"]:
            click.echo(ctx.get_help())
            ctx.exit()
        name, _, rest = super().resolve_command(ctx, args)
        whole = f"{self.name} {name}" if ctx.parent else name
        return name, declared(whole) if name and whole else None, rest


def _words(args: Sequence[str]) -> list[str]:
    """Return what is no option and no value of one. The language is chosen already."""

    return [
        one for before, one in zip(("", *args), args, strict=False) if not one.startswith("-") and before not in VALUED
    ]


class Verb(typer.core.TyperCommand):
    """A verb whose arguments are listed once. Click 8.5 would list them a second time, without their help."""

    def format_arguments(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write nothing: Typer's `format_options` has listed the arguments already."""


app = typer.Typer(
    cls=Verbs,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    suggest_commands=False,  # Click does it, in the user's language
    no_args_is_help=True,
    options_metavar=text("help.OPTIONS"),
    subcommand_metavar=text("help.VERB"),
    help=text("help.semdocker"),
    epilog=text("help.epilog"),
)


def command_line(language: Language, argv: Sequence[str], *, guessed: bool = False) -> click.Command:
    """Return the parser. Its `main` returns the action to run, or an exit status.

    `guessed` says that the language comes from the system, since the user named none.
    """
    group = typer.main.get_group(app)
    for name in VERBS:
        group.add_command(click.Command(name, help=text(f"help.{name}")))
    group.context_settings["help_option_names"] = ["--help", "-h"]
    group.context_settings["obj"] = Options(lang=language, argv=tuple(argv), guessed=guessed)
    return group


def declared(name: str) -> click.Command:
    """Import the file of a verb, and return the command that it declares: a group where the verb has some of its own.

    `name` is that of a verb, or of a part of one: "class report".
    """
    module = import_module(f"runner.verbs.{FILES.get(name, name.replace(' ', '_'))}")
    alone = typer.Typer(name=name, rich_markup_mode=None, add_completion=False, suggest_commands=False)
    said: dict[str, Any] = {"help": text(f"help.{name.replace(' ', '-')}"), "options_metavar": text("help.OPTIONS")}
    if parts := PARTS.get(name):
        said["subcommand_metavar"] = text("help.PART")
        alone.callback(cls=Verbs, invoke_without_command=True, **said)(module.command)
    else:
        alone.command(name.rsplit(maxsplit=1)[-1], cls=Verb, **said)(module.command)
    command = typer.main.get_command(alone)
    if isinstance(command, click.Group):
        for part in parts or ():
            command.add_command(click.Command(part, help=text(f"help.{name}-{part}")))
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            parameter.help = text(f"help.{parameter.name}")
        elif isinstance(parameter, click.Option) and parameter.name in getattr(module, "ALONE", {}):
            parameter.flag_value, parameter._flag_needs_value = module.ALONE[parameter.name], True
    return command


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
    folders: Folders = None,
    trust: Trust = None,
) -> None:
    """Keep the options that stand before the verb, so that the verb can merge them with its own."""
    context.obj = merged(context, plain=plain, json=json)
    if guessed:  # we add this option ourselves when we go through sudo
        context.obj = context.obj._replace(guessed=True)
