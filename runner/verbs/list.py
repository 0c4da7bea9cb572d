"""`semdocker list`: the catalog of the lessons."""

from __future__ import annotations

import sys
from functools import partial

import typer

from runner.course import load
from runner.host import package_files
from runner.messages import safe_text
from runner.messages.catalog import text
from runner.records.course import Course
from runner.records.errors import ExitStatus
from runner.records.options import Options
from runner.screen.face import Face
from runner.screen.plain import Plain
from runner.verbs.parameters import Action, Folders, JsonFlag, Lang, PlainFlag, merged


def command(
    context: typer.Context,
    *,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
    folders: Folders = None,
) -> Action:
    return partial(list_lessons, merged(context, plain=plain, json=json))


def list_lessons(options: Options) -> ExitStatus:
    """Show number, id, duration and title of every lesson, by the parts of the course."""
    course = load.course(package_files.lessons(), extra=options.folders)
    if options.json:
        sys.stdout.write(_document(course, options.lang))
    else:
        _page(Plain(sys.stdout), course, options.lang)  # a table needs no colors
    return ExitStatus.OK


def _page(face: Face, course: Course, language: str) -> None:
    head = [text("list.number"), text("list.lesson"), text("list.minutes"), text("list.title")]
    for part, lessons in course.sections:
        if part:
            face.say(text("list.part", title=part.title[language], id=part.id))
        elif course.parts:
            face.say(text("list.rest"))
        face.table(head, [[str(one.number), one.id, str(one.minutes), one.words[language].title] for one in lessons])
        face.gap()
    face.say(text("list.hint"), "dim")


def _document(course: Course, language: str) -> str:
    listed = [
        {
            "number": lesson.number,
            "id": lesson.id,
            "part": part.id if part else None,
            "minutes": lesson.minutes,
            "title": lesson.words[language].title,
            "goal": lesson.words[language].goal,
        }
        for part, lessons in course.sections
        for lesson in lessons
    ]
    parts = [{"id": part.id, "title": part.title[language]} for part in course.parts]
    document = {"schema": "semdocker/list/1", "lang": language, "parts": parts, "lessons": listed}
    return safe_text.json_text(document)
