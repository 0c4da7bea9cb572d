"""`semdocker class report`: the progress of a class as a table, JSON, a gradebook in CSV, or an HTML page."""

from __future__ import annotations

import gc
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from runner.course import load
from runner.engine.run_report import ends_in
from runner.host import login, package_files
from runner.learner import collected
from runner.messages.catalog import text
from runner.messages.documents import now
from runner.records.course import Course
from runner.records.errors import ExitStatus, UsageError
from runner.records.exercise import Exercise
from runner.records.options import Options
from runner.records.progress import HandedIn
from runner.screen.choose_face import choose_face
from runner.screen.error_page import complain
from runner.teacher import class_report_export as documents
from runner.teacher.class_report import ClassReport, rolled_up
from runner.teacher.class_report_page import apart, class_page
from runner.verbs.parameters import Action, Folders, JsonFlag, Lang, PlainFlag, merged

CSV, HTML = (".csv",), (".html", ".htm")


def command(
    context: typer.Context,
    *,
    class_files: Annotated[list[Path], typer.Argument(metavar=f"{text('help.FILE')}...", show_default=False)],
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar=text("help.FILE"), help=text("help.class-csv"), show_default=False)
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--to", metavar=text("help.FILE"), help=text("help.class-to"), show_default=False)
    ] = None,
    by_file: Annotated[bool, typer.Option("--by-file", help=text("help.by-file"))] = False,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
    folders: Folders = None,
) -> Action:
    return partial(report, merged(context, plain=plain, json=json), class_files, csv, to, by_file=by_file)


def report(options: Options, paths: Sequence[Path], csv: Path | None, to: Path | None, *, by_file: bool) -> ExitStatus:
    """Roll up the files. What is not counted is told on stderr; the status is FAILED when a file could not be."""
    for path, endings in ((csv, CSV), (to, HTML)):
        if path:
            ends_in(endings, path)
    gc.disable()  # There are some hundred thousand records, no cycles, and a process that ends in a moment.
    course = load.course(package_files.lessons(), extra=options.folders)
    files = [*collected.read(paths, but=[path for path in (csv, to) if path], by_file=by_file)]
    exercises = _exercises(course, files)
    found = rolled_up(course, exercises, files)
    if found.students:
        _write(options, course, exercises, found, csv, to)
        sys.stdout.flush()
    for sentence in apart(found):
        complain(sentence, sys.stderr)
    if not found.students:
        raise UsageError("rollup-none")
    return ExitStatus.FAILED if found.left_out else ExitStatus.OK


def _exercises(course: Course, files: Sequence[object]) -> Mapping[str, Exercise]:
    """Return the exercises by their ids. They are not read where nobody has tried one."""
    if not any(isinstance(file, HandedIn) and file.practice for file in files):
        return {}
    return {one.id: one for one in (*load.exercises(package_files.lessons(), course), *course.exercises)}


def _write(  # noqa: PLR0917 -- what there is to show, and where
    options: Options,
    course: Course,
    exercises: Mapping[str, Exercise],
    found: ClassReport,
    csv: Path | None,
    to: Path | None,
) -> None:
    if csv:
        login.write(csv, documents.csv_text(found).encode())
    if to:
        from runner.teacher.class_report_webpage import webpage

        login.write(to, webpage(course, exercises, found, options.lang, now()).encode())
    face = choose_face(sys.stdout, plain=options.plain)
    if options.json:
        sys.stdout.write(documents.json_text(course, found, options.lang))
    elif csv or to:
        for path in filter(None, (csv, to)):
            face.say(text("rollup.written", path=str(path)))
    else:
        class_page(face, course, exercises, found, options.lang)
