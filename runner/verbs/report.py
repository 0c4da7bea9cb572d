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
from runner.learner import progress_export as documents
from runner.learner import progress_file
from runner.learner.progress_export import Student
from runner.learner.progress_page import progress_page
from runner.learner.progress_webpage import webpage
from runner.messages.catalog import text
from runner.messages.documents import now
from runner.records.errors import ExitStatus, UsageError
from runner.records.options import Options
from runner.screen.choose_face import choose_face
from runner.screen.error_page import remark
from runner.verbs.parameters import Action, Folders, JsonFlag, Lang, PlainFlag, SeatName, merged


def command(
    context: typer.Context,
    *,
    csv: Annotated[bool, typer.Option("--csv", help=text("help.csv"))] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar=text("help.FILE"), help=text("help.html"), show_default=False)
    ] = None,
    seat: SeatName,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
    folders: Folders = None,
) -> Action:
    return partial(report, merged(context, plain=plain, json=json)._replace(seat=seat), csv=csv, html=html)


def report(options: Options, *, csv: bool, html: Path | None) -> ExitStatus:
    """Show the login user's progress on a seat, with or without root.

    A warning about a damaged file goes to stderr, and the status is FAILED: nothing of it is in the report.
    """
    if csv and options.json:
        raise UsageError("report-forms")
    if html:
        in_a_folder(html)
    course = load.course(package_files.lessons(), extra=options.folders)
    student = Student.on(options.seat)
    record, note = progress_file.load(options.seat)
    if note:
        remark(note.key, note.values)
    if html:
        page = webpage(course, record, options.lang, student, now())
        login.write(html, page.encode())
    if options.json:
        sys.stdout.write(documents.json_text(course, record, options.lang, student, note.key if note else None))
    elif csv:
        sys.stdout.write(documents.csv_text(course, record, student))
    elif html:
        choose_face(sys.stdout, plain=options.plain).say(text("progress.written", path=str(html)))
    else:
        progress_page(choose_face(sys.stdout, plain=options.plain), course, record, student)
    return ExitStatus.FAILED if note else ExitStatus.OK
