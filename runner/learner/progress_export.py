"""Progress in a course as documents for programs: JSON with a schema, and CSV with one row for a step or question.

The names of fields and states are the same in every language. Lessons that the course lacks are named, not counted.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, NamedTuple

from runner.host import login
from runner.lab import seat_names
from runner.learner.progress import Progress, tally
from runner.learner.progress_json import lesson_told, records_told
from runner.messages import documents, safe_text
from runner.records.course import Course, Lesson
from runner.records.progress import AnswerRecord, StepRecord

SCHEMA = "semdocker/progress-report/1"
COLUMNS = (
    "student", "seat", "lesson", "kind", "id", "state", "typed", "attempts", "hints", "chosen", "guess", "machine",
    "guess_right", "seconds", "when", "missed",
)  # fmt: skip


class Student(NamedTuple):
    """Whose progress it is: a login user's, on a seat."""

    name: str
    seat: str
    own: bool = True  # The seat is the person's own, so it says no more than the name does.

    @classmethod
    def on(cls, seat: str) -> Student:
        """Return who has the progress of a seat for whoever typed the command."""
        person = login.person()
        return cls(person.name, seat, seat_names.is_own(person, seat))


def unknown(course: Course, progress: Progress) -> tuple[str, ...]:
    """Return the ids of lessons that are in the file but not in this course."""
    known = {lesson.id for lesson in course.lessons}
    return tuple(id for id in progress.lessons if id not in known)


def json_text(course: Course, progress: Progress, language: str, student: Student, note: str | None) -> str:
    """Return the JSON document. `note` is the key of a message about the file; None when the file is sound."""
    document = {
        **documents.heading(SCHEMA, language),
        "student": student.name,
        "seat": student.seat,
        "note": note,
        "place": asdict(progress.place) if progress.place else None,
        "lessons": [_lesson(lesson, progress, language) for lesson in course.lessons],
        "practice": records_told(progress.practice),
        "not_counted": list(unknown(course, progress)),
    }
    return safe_text.json_text(document)  # A guess may hold bytes that are not UTF-8, or an escape sequence.


def _lesson(lesson: Lesson, progress: Progress, language: str) -> dict[str, Any]:
    counted = tally(lesson, progress)
    record = progress.of(lesson.id)
    return {
        "id": lesson.id,
        "title": lesson.words[language].title,
        "complete": counted.complete,
        "begun": counted.begun,
        "seconds": round(counted.seconds, 1),
        "steps": {"total": counted.steps, "done": counted.done, "assisted": counted.assisted, "typed": counted.typed},
        "questions": {"total": counted.questions, "right": counted.right},
        "missing": {"steps": list(counted.missing_steps), "questions": list(counted.missing_questions)},
        "records": lesson_told(record),
    }


def csv_text(course: Course, progress: Progress, student: Student) -> str:
    """Return a row for every step and question of the course, begun or not, and for the exercises that were tried."""
    text = io.StringIO()
    rows = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    rows.writeheader()
    whose = {"student": student.name, "seat": student.seat}
    for row in _rows(course, progress):
        rows.writerow({name: _cell(value) for name, value in {**whose, **row}.items()})
    return text.getvalue().encode(errors="backslashreplace").decode()


def _rows(course: Course, progress: Progress) -> Iterator[dict[str, object]]:
    for lesson in course.lessons:
        for row in (*_steps(lesson, progress), *_questions(lesson, progress)):
            yield {"lesson": lesson.id, **row}
    for id, one in progress.practice.items():
        yield {"kind": "practice", "id": id, **_attempts(one)}


def _steps(lesson: Lesson, progress: Progress) -> Iterator[dict[str, object]]:
    record = progress.of(lesson.id)
    for step in lesson.steps:
        one = record.steps.get(step.id, StepRecord())
        guess = record.predictions.get(step.id)
        guessed = {"guess": guess.guess, "machine": guess.answer, "guess_right": guess.right} if guess else {}
        yield {"kind": "step", "id": step.id, **_attempts(one), **guessed}


def _attempts(one: StepRecord) -> dict[str, object]:
    return {**one._asdict(), "seconds": round(one.seconds, 1), "missed": " ".join(one.missed)}


def _questions(lesson: Lesson, progress: Progress) -> Iterator[dict[str, object]]:
    record = progress.of(lesson.id)
    for question in lesson.quiz:
        one = record.quiz.get(question.id, AnswerRecord())
        state = "right" if one.right else "wrong" if one.asked else "open"
        counts = {"attempts": one.asked, "seconds": round(one.seconds, 1), "when": one.when}
        yield {"kind": "question", "id": question.id, "state": state, "chosen": " ".join(one.chosen), **counts}


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return safe_text.no_formula(value) if isinstance(value, str) else value
