"""`semdocker lint [PATH...]`: everything that is wrong with lessons, without running them."""

from __future__ import annotations

import sys
from pathlib import Path

from runner.author import lint
from runner.author import lint_page as view
from runner.course.folders import shown
from runner.host import bundled
from runner.records.errors import ExitStatus
from runner.records.options import Options
from runner.screen.choose import choose_face


def lint_lessons(options: Options, paths: tuple[Path, ...], *, github: bool) -> ExitStatus:
    return _told(options, lint.lint(paths or (bundled.lessons(),)), github=github)


def _told(options: Options, report: lint.Report, *, github: bool = False) -> ExitStatus:
    if options.json:
        sys.stdout.write(view.document(report, options.lang))
    elif github:
        view.write_annotations(sys.stdout, report)
    else:
        view.show_report(choose_face(sys.stdout, plain=options.plain), report)
    return ExitStatus.INVALID_LESSON if report.errors else ExitStatus.OK


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
