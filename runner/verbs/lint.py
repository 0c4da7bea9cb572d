"""`semdocker lint [PATH...]`: everything that is wrong with lessons, without running them."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runner.author import lint, spelling
from runner.author import lint_page as view
from runner.course.documents import Document
from runner.course.folders import shown
from runner.host import bundled
from runner.records.errors import ExitStatus
from runner.records.options import Options
from runner.screen.choose import choose_face


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


def accept(options: Options, paths: tuple[Path, ...]) -> ExitStatus:
    """Records the translations of lessons that have no fault; otherwise tells the faults and records nothing."""
    from runner.author import accept_translation

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
    from runner.author import json_schema

    sys.stdout.write(json_schema.text(kind))
    return ExitStatus.OK
