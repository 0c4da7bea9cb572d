"""`semdocker doctor`: it tells whether this machine is fit, which lessons cannot run here, and how to fix that."""

from __future__ import annotations

import sys
from functools import partial

import typer

from runner.course import load
from runner.host import capability, package_files
from runner.messages import safe_text
from runner.records.course import Course
from runner.records.errors import ExitStatus
from runner.records.options import Options
from runner.screen.choose_face import choose_face
from runner.screen.doctor_page import doctor as page
from runner.verbs.parameters import Action, Folders, JsonFlag, Lang, PlainFlag, merged

Row = tuple[capability.Answer, tuple[str, ...]]  # a capability, and the ids of the lessons that need it


def command(
    context: typer.Context,
    *,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
    folders: Folders = None,
) -> Action:
    return partial(doctor, merged(context, plain=plain, json=json))


def doctor(options: Options) -> ExitStatus:
    """Show the capabilities that the lessons need. Return UNFIT when one is missing."""
    rows = _rows(load.course(package_files.lessons(), extra=options.folders))
    if options.json:
        sys.stdout.write(_document(rows, options.lang))
    else:
        page(choose_face(sys.stdout, plain=options.plain), rows)
    return ExitStatus.UNFIT if any(answer.lacks for answer, _ in rows) else ExitStatus.OK


def _rows(course: Course) -> list[Row]:
    wanted = (name for lesson in course.lessons for name in lesson.requires)
    needed = dict.fromkeys((*capability.LAB, *wanted))
    return [(capability.answer(name), _lessons(course, name)) for name in needed]


def _lessons(course: Course, name: str) -> tuple[str, ...]:
    """Those that cannot run without it, themselves or through a lesson they build on."""
    direct = {lesson.id for lesson in course.lessons if name in (*capability.LAB, *lesson.requires)}
    return tuple(lesson.id for lesson in course.lessons if direct & {lesson.id, *lesson.needs})


def _document(rows: list[Row], language: str) -> str:
    capabilities = [
        {
            "capability": answer.capability,
            "outcome": answer.outcome.value,
            "observed": answer.lacks.observed if answer.lacks else "",
            "fix": answer.lacks.fix if answer.lacks else "",
            "lessons": list(lessons),
        }
        for answer, lessons in rows
    ]
    document = {"schema": "semdocker/doctor/1", "lang": language, "capabilities": capabilities}
    return safe_text.json_text(document)
