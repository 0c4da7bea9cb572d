"""`semdocker doctor`: it tells whether this machine is fit, which lessons cannot run here, and how to fix that."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

import typer

from runner.engine import fitness
from runner.host import capability, hand_made, package_files
from runner.messages import documents, safe_text
from runner.messages.catalog import text
from runner.records.course import Course
from runner.records.errors import ExitStatus
from runner.records.options import Options
from runner.records.results import Answer, Leftover, Outcome
from runner.screen import patience
from runner.screen.choose_face import choose_face
from runner.screen.doctor_page import doctor as page
from runner.screen.rollback_page import changed
from runner.verbs.parameters import Action, Folders, JsonFlag, Lang, PlainFlag, merged
from runner.verbs.sudo import need_machine

Row = tuple[Answer, tuple[str, ...]]  # a capability, and the ids of the lessons that need it


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
    """Show the capabilities that the lessons need. Return UNFIT when one is missing, and UNKNOWN when root could not
    even try whether a lab opens.
    """
    need_machine()
    fitness.begin()
    from runner.course import load  # takes as long as the trial, which runs beside it

    face = choose_face(sys.stdout, plain=options.plain or options.json)
    with patience.saying(text("wait.doctor"), face):
        course = load.course(package_files.lessons(), extra=options.folders)
        rows, remains = _rows(course), _hand_made(course)
        noticed = fitness.noticed(answer.capability for answer, _ in rows)
    if options.json:
        sys.stdout.write(_document(rows, remains, noticed, options.lang))
    else:
        page(face, rows, remains, _parts(course, rows, options.lang))
        changed(face, noticed)
    if any(answer.lacks for answer, _ in rows):
        return ExitStatus.UNFIT
    untried = any(answer.capability == "lab" and answer.outcome is Outcome.COULD_NOT_CHECK for answer, _ in rows)
    return ExitStatus.UNKNOWN if untried and os.geteuid() == 0 else ExitStatus.OK


def _rows(course: Course) -> list[Row]:
    """Return all that the lessons require. What only follows from their commands has a row where it is not there."""
    needs = {lesson.id: fitness.required(course, lesson) for lesson in course.lessons}
    wanted = dict.fromkeys((*capability.LAB, *(name for names in needs.values() for name in names)))
    named = {*capability.LAB, *(name for lesson in course.lessons for name in lesson.requires)}
    return [
        (answer, tuple(lesson for lesson, names in needs.items() if answer.capability in names))
        for answer in fitness.answers(wanted)
        if answer.lacks or answer.capability in named
    ]


def _parts(course: Course, rows: list[Row], language: str) -> list[tuple[str, int, int]]:
    """Return the title of each part of the course, how many of its lessons lack nothing, and how many it has."""
    unfit = {lesson for answer, lessons in rows if answer.lacks for lesson in lessons}
    return [
        (part.title[language], sum(lesson.id not in unfit for lesson in lessons), len(lessons))
        for part, lessons in course.sections
        if part
    ]


def _hand_made(course: Course) -> list[Leftover]:
    """Return what is where the recipe puts it, by its own values."""
    root, group = (course.variables[name].default for name in ("root", "cgroup"))
    return list(hand_made.remains(Path(root).parent, group))


def _document(rows: list[Row], remains: list[Leftover], noticed: list[Leftover], language: str) -> str:
    capabilities = [
        {
            "capability": answer.capability,
            "outcome": answer.outcome.value,
            "observed": answer.lacks.observed if answer.lacks else "",
            "fix": answer.lacks.fix if answer.lacks else "",
            "cause": answer.lacks.cause if answer.lacks else "",
            "lessons": list(lessons),
        }
        for answer, lessons in rows
    ]
    lessons = dict.fromkeys(lesson for _, names in rows for lesson in names)
    lacking = {
        lesson: [answer.capability for answer, names in rows if answer.lacks and lesson in names] for lesson in lessons
    }
    document = {
        **documents.heading("semdocker/doctor/1", language),
        "capabilities": capabilities,
        "lessons": [{"id": lesson, "fit": not lacks, "lacks": lacks} for lesson, lacks in lacking.items()],
        "hand_made": [vars(one) for one in remains],
        "noticed": [vars(one) for one in noticed],
    }
    return safe_text.json_text(document)
