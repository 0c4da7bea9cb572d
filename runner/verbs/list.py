"""`semdocker list`: the catalogue."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from runner.course import selection
from runner.records.errors import ExitStatus
from runner.records.options import Options
from runner.screen.catalogue import catalogue
from runner.screen.plain import Plain

if TYPE_CHECKING:
    from runner.course.folders import Card


def list_lessons(options: Options) -> ExitStatus:
    found = selection.catalogue(options.lang, options.folders)
    if options.json:
        sys.stdout.write(_document(found, options.lang))
    else:
        # a table needs no colour, and this verb is to answer at once
        catalogue(Plain(sys.stdout), found)
    return ExitStatus.OK


def _document(found: tuple[Card, ...], language: str) -> str:
    import json

    lessons = [
        {"number": card.number, "id": card.id, "minutes": card.minutes, "title": card.title, "goal": card.goal}
        for card in found
    ]
    document = {"schema": "semdocker/list/1", "lang": language, "lessons": lessons}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
