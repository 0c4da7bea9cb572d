"""Lessons as one HTML page to hand out: explanations, commands for both cgroup versions, recorded output, questions.

This module fills the page with what its records name; `templates/handout.html` has its layout.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from runner.course.render import Values
from runner.messages.catalog import text
from runner.records.course import Course, Lesson
from runner.records.results import Outcome
from runner.screen.duration import duration, spent
from runner.screen.webpage import page
from runner.teacher import handout_terms
from runner.teacher.handout_lesson import LessonMaker, LessonPart
from runner.teacher.recording import Recording

TEMPLATES = Path(__file__).parent / "templates"


class Edition(NamedTuple):
    """What kind of handout is wanted, and what its head says."""

    language: str
    teacher: bool
    made: str  # the time at which it is made, ISO 8601
    host: Mapping[str, str] | None = None  # what machine the lessons were run on; None when they were not run


class CoursePart(NamedTuple):
    title: str
    lessons: list[LessonPart]


class Times(NamedTuple):
    caption: str
    head: list[str]
    rows: list[list[str]]
    total: list[str]


def handout(
    course: Course, lessons: Sequence[Lesson], recordings: Sequence[Recording], values: Values, edition: Edition
) -> str:
    """Return the page with these lessons; `recordings` are of those that were run."""
    recorded = {one.result.id: one for one in recordings}
    language, teacher = edition.language, edition.teacher
    made = [
        LessonMaker(course, one, recorded.get(one.id), values, language=language, teacher=teacher).part()
        for one in lessons
    ]
    titles = {one.id: part.title[language] if part else "" for part, ones in course.sections for one in ones}
    parts = [CoursePart(title, list(ones)) for title, ones in groupby(made, lambda one: titles.get(one.id, ""))]
    title = course.title[language]
    return page(
        TEMPLATES,
        "handout.html",
        language=language,
        teacher=teacher,
        title=f"{title} · {text('handout.edition')}" if teacher else title,
        course=title,
        words=_words(edition),
        parts=parts,
        lessons=made,
        times=_times(lessons, recordings, language) if teacher else None,
        terms=handout_terms.used([lesson.words[language] for lesson in lessons]),
    )


def _words(edition: Edition) -> dict[str, str]:
    """Return the page's own words by the names that the template has for them."""
    host = edition.host
    ran = {**host, "date": edition.made[:10], "version": host["cgroup_version"]} if host else {}
    names = ("edition", "skip", "contents", "legend", "silent", "picture", "notes", "answer", "terms", "times")
    return {
        **{name: text(f"handout.{name}") for name in names},
        "run": text("handout.ran", **ran) if host else text("handout.not-run"),
        "quiz": text("quiz.title"),
        "made": text("page.made", when=edition.made),
    }


def _times(lessons: Sequence[Lesson], recordings: Sequence[Recording], language: str) -> Times:
    keys = ("list.lesson", "list.minutes", "table.steps", "quiz.title", "handout.run-time")
    results = {one.result.id: one.result for one in recordings if one.result.outcome is not Outcome.SKIPPED}
    rows = [
        [
            f"{lesson.number} · {lesson.words[language].title}",
            str(lesson.minutes),
            str(len(lesson.steps)),
            str(len(lesson.quiz)),
            duration(results[lesson.id].seconds) if lesson.id in results else "–",
        ]
        for lesson in lessons
    ]
    total = [
        text("handout.total"),
        spent(60 * sum(lesson.minutes for lesson in lessons)),
        str(sum(len(lesson.steps) for lesson in lessons)),
        str(sum(len(lesson.quiz) for lesson in lessons)),
        duration(sum(result.seconds for result in results.values())) if results else "–",
    ]
    return Times(text("handout.times-caption"), [text(key) for key in keys], rows, total)
