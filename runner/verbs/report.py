"""`semdocker report`: the student's progress as a table, JSON, CSV, or an HTML page to print or hand in."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from runner.course import load
from runner.engine.run_report import in_a_folder
from runner.host import login, package_files
from runner.learner import progress, progress_file
from runner.learner import progress_export as documents
from runner.learner.progress_page import progress_page
from runner.learner.progress_webpage import webpage
from runner.messages.catalog import text
from runner.records.errors import ExitStatus, UsageError
from runner.records.options import Options
from runner.screen.choose_face import choose_face
from runner.screen.error_page import remark
from runner.verbs.parameters import Action, Folders, JsonFlag, Lang, PlainFlag, merged


def command(
    context: typer.Context,
    *,
    csv: Annotated[bool, typer.Option("--csv", help=text("help.csv"))] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar=text("help.FILE"), help=text("help.html"), show_default=False)
    ] = None,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
    folders: Folders = None,
) -> Action:
    return partial(report, merged(context, plain=plain, json=json), csv=csv, html=html)


def report(options: Options, *, csv: bool, html: Path | None) -> ExitStatus:
    """Show the login user's progress, with or without root. A warning about a damaged file goes to stderr."""
    if csv and options.json:
        raise UsageError("report-forms")
    if html:
        in_a_folder(html)
    course = load.course(package_files.lessons(), extra=options.folders)
    student = login.person()
    record, note = progress_file.load()
    if note:
        remark(note.key, note.values)
    if html:
        page = webpage(course, record, options.lang, student.name, progress.now())
        login.write(html, page.encode())
    if options.json:
        sys.stdout.write(documents.json_text(course, record, options.lang, student.name, note.key if note else None))
    elif csv:
        sys.stdout.write(documents.csv_text(course, record, student.name))
    elif html:
        choose_face(sys.stdout, plain=options.plain).say(text("progress.written", path=str(html)))
    else:
        progress_page(choose_face(sys.stdout, plain=options.plain), course, record, student.name)
    return ExitStatus.OK
