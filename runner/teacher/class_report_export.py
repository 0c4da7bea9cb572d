"""The roll-up of a class as documents for programs: JSON with a schema, and CSV with a row for each student.

The names of fields are the same in every language.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from runner.messages import documents, safe_text
from runner.records.course import Course
from runner.records.progress import LeftOut, State
from runner.teacher.class_report import ClassReport, InClass, InLesson, Missed, Student

SCHEMA = "semdocker/class-report/1"
COLUMNS = (
    "student", "seat", "file", "lessons_complete", "lessons", "steps_done", "steps", "steps_percent",
    "steps_with_help", "steps_typed", "questions_right", "questions", "facts_true", "facts", "exercises_solved",
    "exercises_tried", "seconds", "last_activity",
)  # fmt: skip


def json_text(course: Course, report: ClassReport, language: str) -> str:
    titles = {lesson.id: lesson.words[language].title for lesson in course.lessons}
    document = {
        **documents.heading(SCHEMA, language),
        "students": [_student(one) for one in report.students],
        "lessons": [{**_in_class(one), "title": titles[one.lesson]} for one in report.lessons],
        "missed": {
            "questions": [_missed(one, "question") for one in report.questions],
            "steps": [_missed(one, "step") for one in report.steps],
            "facts": [{**_missed(one, "step"), "fact": one.fact} for one in report.facts],
        },
        "not_counted": {
            "files": [_left_out(one) for one in report.left_out],
            "older": [{"file": one.file, **one.who._asdict(), "newer": one.by} for one in report.superseded],
            **{kind: dict(found) for kind, found in report.elsewhere.items()},
        },
    }
    return safe_text.json_text(document)


def _student(one: Student) -> dict[str, Any]:
    return {
        "student": one.who.name,
        "seat": one.who.seat,
        "file": one.file,
        "place": {"lesson": one.place.lesson, "step": one.place.step} if one.place else None,
        "last_activity": one.last or None,
        "complete": one.complete,
        "steps": one.steps._asdict(),
        "questions": {"right": one.questions.done, "total": one.questions.total},
        "facts": {"true": one.facts.done, "total": one.facts.total},
        "exercises": {"solved": one.exercises.done, "tried": one.exercises.total},
        "lessons": [_in_lesson(lesson) for lesson in one.lessons],
        "not_counted": {kind: list(ids) for kind, ids in one.elsewhere._asdict().items()},
    }


def _in_lesson(one: InLesson) -> dict[str, Any]:
    return {
        "id": one.lesson,
        "begun": one.begun,
        "complete": one.complete,
        "percent": one.percent,
        "steps": [state and state.value for state in one.states],
        "typed": one.typed,
        "right": one.right,
        "questions": one.questions,
        "seconds": round(one.seconds, 1),
    }


def _in_class(one: InClass) -> dict[str, Any]:
    time = {name: round(value, 1) for name, value in one.time._asdict().items()} if one.time else None
    return {"id": one.lesson, "begun": one.begun, "complete": one.complete, "steps_done": list(one.done), "time": time}


def _missed(one: Missed, kind: str) -> dict[str, Any]:
    """Return one entry. What is in no step is in an exercise."""
    where = {"lesson": one.lesson, kind: one.id} if one.id else {"exercise": one.lesson}
    return {**where, "tried": one.tried, "missed": one.missed, "still": one.still}


def _left_out(one: LeftOut) -> dict[str, str]:
    return {"file": one.file, "reason": one.reason.rpartition(".")[2], "detail": one.detail}


def csv_text(report: ClassReport) -> str:
    """Return a row for each student, with a column for each lesson: how much of it is done, in percent."""
    held = io.StringIO()
    rows = csv.writer(held, lineterminator="\n")
    rows.writerow([*COLUMNS, *(lesson.lesson for lesson in report.lessons)])
    for student in report.students:
        rows.writerow([_cell(value) for value in _row(student)])
    return held.getvalue()


def _row(one: Student) -> Sequence[object]:
    states = [state for lesson in one.lessons for state in lesson.states]
    return (
        *(one.who.name, one.who.seat, one.file, one.complete, len(one.lessons)),
        *(*one.steps, round(100 * one.steps.done / max(1, one.steps.total), 1)),
        *(states.count(State.ASSISTED), sum(lesson.typed for lesson in one.lessons)),
        *(*one.questions, *one.facts, *one.exercises),
        *(round(sum(lesson.seconds for lesson in one.lessons), 1), one.last),
        *(lesson.percent for lesson in one.lessons),
    )


def _cell(value: object) -> object:
    return safe_text.no_formula(safe_text.line(value)) if isinstance(value, str) else value
