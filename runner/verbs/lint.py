"""`semdocker lint [PATH...]`: it tells everything that is wrong with lessons, without running them."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from runner.author import accept_translation, json_schema, lint
from runner.author import lint_page as view
from runner.course.lesson_folders import shown
from runner.host import package_files
from runner.messages.catalog import text
from runner.records.errors import ExitStatus
from runner.records.options import Options
from runner.screen import patience
from runner.screen.choose_face import choose_face
from runner.verbs.parameters import Action, JsonFlag, Lang, PlainFlag, merged

Paths = Annotated[list[Path] | None, typer.Argument(metavar=f"[{text('help.PATH')}]...", show_default=False)]
Schema = Annotated[
    str, typer.Option("--schema", metavar=text("help.KIND"), help=text("help.schema"), show_default=False)
]


def command(
    context: typer.Context,
    *,
    paths: Paths = None,
    github: Annotated[bool, typer.Option("--github", help=text("help.github"))] = False,
    accept: Annotated[bool, typer.Option("--accept", help=text("help.accept"))] = False,
    schema: Schema = "",
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
) -> Action:
    options = merged(context, plain=plain, json=json)
    chosen = tuple(paths or ())
    if schema:
        return partial(print_schema, schema)
    if accept:
        return partial(accept_translations, options, chosen)
    return partial(lint_lessons, options, chosen, github=github)


def lint_lessons(options: Options, paths: tuple[Path, ...], *, github: bool) -> ExitStatus:
    """Show the faults of the lessons; with `github` as annotations. Return INVALID_LESSON when one is an error."""
    face = choose_face(sys.stdout, plain=options.plain or options.json or github)
    with patience.saying(text("wait.lint"), face):
        report = lint.lint(paths or (package_files.lessons(),))
    return _show(options, report, github=github)


def _show(options: Options, report: lint.Report, *, github: bool = False) -> ExitStatus:
    if options.json:
        sys.stdout.write(view.document(report, options.lang))
    elif github:
        view.write_annotations(sys.stdout, report)
    else:
        view.show_report(choose_face(sys.stdout, plain=options.plain), report)
    return ExitStatus.INVALID_LESSON if report.errors else ExitStatus.OK


def accept_translations(options: Options, paths: tuple[Path, ...]) -> ExitStatus:
    """Record that the translations are up to date. If a lesson has a fault, show the faults and record nothing."""
    paths = paths or (package_files.lessons(),)
    report = lint.lint(paths)
    if report.errors:
        return _show(options, report)
    changed = [shown(path) for draft in lint.drafts(paths) for path in accept_translation.accept(draft)]
    if options.json:
        sys.stdout.write(view.accepted(changed, options.lang))
    else:
        view.show_accepted(choose_face(sys.stdout, plain=options.plain), changed)
    return ExitStatus.OK


def print_schema(kind: str) -> ExitStatus:
    """Print the JSON Schema of a kind of file."""
    sys.stdout.write(json_schema.text(kind))
    return ExitStatus.OK
