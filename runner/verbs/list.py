"""`semdocker list`: the catalog of the lessons."""

from __future__ import annotations

import sys
from functools import partial

import typer

from runner.course import load
from runner.host import package_files
from runner.messages import safe_text
from runner.messages.catalog import text
from runner.records.course import Lesson
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
    """Show number, id, duration and title of every lesson."""
    lessons = load.course(package_files.lessons(), extra=options.folders).lessons
    if options.json:
        sys.stdout.write(_document(lessons, options.lang))
    else:
        _page(Plain(sys.stdout), lessons, options.lang)  # a table needs no colors
    return ExitStatus.OK


def _page(face: Face, lessons: tuple[Lesson, ...], language: str) -> None:
    head = [text("list.number"), text("list.lesson"), text("list.minutes"), text("list.title")]
    rows = [[str(one.number), one.id, str(one.minutes), one.words[language].title] for one in lessons]
    face.table(head, rows)
    face.gap()
    face.say(text("list.hint"), "dim")


def _document(lessons: tuple[Lesson, ...], language: str) -> str:
    listed = [
        {
            "number": lesson.number,
            "id": lesson.id,
            "minutes": lesson.minutes,
            "title": lesson.words[language].title,
            "goal": lesson.words[language].goal,
        }
        for lesson in lessons
    ]
    document = {"schema": "semdocker/list/1", "lang": language, "lessons": listed}
    return safe_text.json_text(document)
