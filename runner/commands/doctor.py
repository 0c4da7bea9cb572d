"""`semdocker doctor`: whether this machine is fit, which lessons a missing thing costs, and how to fix it."""

from __future__ import annotations

import sys

from runner import capability, data, load
from runner.commands.options import Options
from runner.errors import ExitStatus
from runner.model import Course, Missing
from runner.view import choose_face
from runner.view.pages import doctor as page

Row = tuple[str, Missing | None, tuple[str, ...]]  # a capability, what is wrong with it, and the lessons that need it


def doctor(options: Options) -> ExitStatus:
    rows = _rows(load.course(data.lessons()))
    if options.json:
        sys.stdout.write(_document(rows, options.lang))
    else:
        page(choose_face(sys.stdout, plain=options.plain), rows)
    return ExitStatus.UNFIT if any(missing for _, missing, _ in rows) else ExitStatus.OK


def _rows(course: Course) -> list[Row]:
    needed = dict.fromkeys(name for lesson in course.lessons for name in lesson.requires)
    return [(name, next(iter(capability.missing([name])), None), _lessons(course, name)) for name in needed]


def _lessons(course: Course, name: str) -> tuple[str, ...]:
    """Those that cannot run without it, themselves or through a lesson they build on."""
    direct = {lesson.id for lesson in course.lessons if name in lesson.requires}
    return tuple(lesson.id for lesson in course.lessons if direct & {lesson.id, *lesson.needs})


def _document(rows: list[Row], language: str) -> str:
    import json

    capabilities = [
        {
            "capability": name,
            "available": missing is None,
            "observed": missing.observed if missing else "",
            "fix": missing.fix if missing else "",
            "lessons": list(lessons),
        }
        for name, missing, lessons in rows
    ]
    document = {"schema": "semdocker/doctor/1", "lang": language, "capabilities": capabilities}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
