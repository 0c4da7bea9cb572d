"""`semdocker lint [PATH...]`: everything that is wrong with lessons, without running them."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from runner.author import accept_translation, json_schema, lint, spelling
from runner.author import lint_page as view
from runner.course.documents import Document
from runner.course.folders import shown
from runner.host import bundled
from runner.messages.sentences import text
from runner.records.errors import ExitStatus
from runner.records.options import Options
from runner.screen.choose import choose_face
from runner.verbs.parameters import Action, JsonFlag, Lang, PlainFlag, merged

Paths = Annotated[list[Path] | None, typer.Argument(metavar=f"[{text('help.PATH')}]...", show_default=False)]
Schema = Annotated[
    str, typer.Option("--schema", metavar=text("help.KIND"), help=text("help.schema"), show_default=False)
]
Dictionaries = Annotated[
    list[str] | None,
    typer.Option("--dictionary", metavar=text("help.DICTIONARY"), help=text("help.dictionary"), show_default=False),
]


def command(
    context: typer.Context,
    *,
    paths: Paths = None,
    github: Annotated[bool, typer.Option("--github", help=text("help.github"))] = False,
    accept: Annotated[bool, typer.Option("--accept", help=text("help.accept"))] = False,
    schema: Schema = "",
    dictionary: Dictionaries = None,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
) -> Action:
    options = merged(context, plain=plain, json=json)
    wanted = tuple(paths or ())
    if schema:
        return partial(print_schema, schema)
    if accept:
        return partial(accept_translations, options, wanted)
    return partial(lint_lessons, options, wanted, github=github, dictionary=tuple(dictionary or ()))


def lint_lessons(options: Options, paths: tuple[Path, ...], *, github: bool, dictionary: tuple[str, ...]) -> ExitStatus:
    with _no_collection():
        report = lint.lint(paths or (bundled.lessons(),), _speller(dictionary))
    return _told(options, report, github=github)


def _told(options: Options, report: lint.Report, *, github: bool = False) -> ExitStatus:
    if options.json:
        sys.stdout.write(view.document(report, options.lang))
    elif github:
        view.write_annotations(sys.stdout, report)
    else:
        view.show_report(choose_face(sys.stdout, plain=options.plain), report)
    return ExitStatus.INVALID_LESSON if report.errors else ExitStatus.OK


@contextmanager
def _no_collection() -> Iterator[None]:
    """A thousand lessons are millions of small records in no cycles: looking for cycles takes a quarter more time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _speller(texts: tuple[str, ...]) -> lint.Speller | None:
    known = spelling.dictionaries(texts)

    def spell(document: Document, language: str) -> None:
        if language in known:
            spelling.mark(document, known[language])

    return spell if known else None


def accept_translations(options: Options, paths: tuple[Path, ...]) -> ExitStatus:
    """Records the translations of lessons that have no fault; otherwise tells the faults and records nothing."""
    paths = paths or (bundled.lessons(),)
    report = lint.lint(paths)
    if report.errors:
        return _told(options, report)
    changed = [shown(path) for draft in lint.drafts(paths) for path in accept_translation.accept(draft)]
    if options.json:
        sys.stdout.write(view.accepted(changed, options.lang))
    else:
        view.show_accepted(choose_face(sys.stdout, plain=options.plain), changed)
    return ExitStatus.OK


def print_schema(kind: str) -> ExitStatus:
    sys.stdout.write(json_schema.text(kind))
    return ExitStatus.OK
