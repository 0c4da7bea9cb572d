"""The roll-up of a class as one HTML page. It needs no script and no other file, nor color to be understood.

This module fills the page; `templates/class_report.html` has its layout, and `class_map` draws the map.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from runner.messages.catalog import text
from runner.records.course import Course
from runner.records.exercise import Exercise
from runner.screen.duration import spent
from runner.screen.webpage import html_line, page
from runner.teacher import class_map
from runner.teacher.class_report import ClassReport, InClass, Missed
from runner.teacher.class_report_page import (
    LESSON_HEAD,
    STUDENT_HEAD,
    MissedWords,
    apart,
    lesson_row,
    missed_lists,
    student_row,
    summary,
)

if TYPE_CHECKING:
    from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"
WIDTH = 240  # of a bar, in units of the SVG
SOME = 12  # of what is missed are on the page
KINDS = ("full", "hatched", "")  # how the parts of a bar are filled


class Part(NamedTuple):
    x: str
    width: str
    kind: str


class Bar(NamedTuple):
    """Shares of the class, as a picture; `words` says the same."""

    words: str
    parts: list[Part]


class Box(NamedTuple):
    """How long a lesson takes: the middle half, and the middle."""

    words: str
    x: str
    width: str
    middle: str


class LessonLine(NamedTuple):
    title: str
    cells: list[str]
    bar: Bar
    box: Box | None


class MissedLine(NamedTuple):
    title: Markup
    place: str
    numbers: tuple[int, int, int]
    bar: Bar


class MissedTable(NamedTuple):
    head: str
    lines: list[MissedLine]
    more: str


def webpage(course: Course, exercises: Mapping[str, Exercise], report: ClassReport, language: str, when: str) -> str:
    """Return the HTML page. `when` is the time at which it is made, ISO 8601."""
    words = MissedWords(course, exercises, language)
    titles = {lesson.id: f"{lesson.number} · {lesson.words[language].title}" for lesson in course.lessons}
    return page(
        TEMPLATES,
        "class_report.html",
        language=language,
        title=f"{text('rollup.title')} · {course.title[language]}",
        summary=summary(report),
        words={name: text(f"rollup.{name}") for name in WORDS},
        lesson_head=[text(key) for key in LESSON_HEAD],
        lessons=_lessons(report, titles),
        map=class_map.drawn(course, report, words),
        legend=[(state, text(f"rollup.map-{state}")) for state in ("done", "assisted", "open", "untouched")],
        missed=[_missed(head, some, words) for head, some in missed_lists(report) if some],
        missed_head=[text(f"rollup.{key}") for key in ("in", "tried", "not-at-once", "still")],
        student_head=[text(key) for key in STUDENT_HEAD],
        students=[student_row(course, one) for one in report.students],
        apart=[*apart(report)],
        left_out=text("rollup.files-left-out", count=len(report.left_out)) if report.left_out else "",
        width=WIDTH,
        made=text("rollup.made", when=when),
    )


WORDS = (
    *("title", "lessons", "time-of", "map", "map-says", "map-counts", "missed", "nothing-missed", "who", "apart"),
    *("contents", "lessons-say", "missed-says"),
)


def _lessons(report: ClassReport, titles: Mapping[str, str]) -> list[LessonLine]:
    begun = [one for one in report.lessons if one.begun]
    longest = max((one.time.high for one in begun if one.time), default=0.0)
    return [
        LessonLine(titles[one.lesson], lesson_row(one, report)[1:], _bar_of(one, report), _box(one, longest))
        for one in begun
    ]


def _bar_of(one: InClass, report: ClassReport) -> Bar:
    counts = one.complete, one.begun - one.complete, len(report.students) - one.begun
    return _bar(text("rollup.bar", complete=counts[0], begun=counts[1], rest=counts[2]), counts)


def _box(one: InClass, longest: float) -> Box | None:
    if one.time is None:
        return None
    low, middle, high = (WIDTH * value / max(1.0, longest) for value in one.time[2:5])
    students = text("rollup.students", count=one.time.students)
    said = text(
        "rollup.times",
        students=students,
        low=spent(one.time.low),
        high=spent(one.time.high),
        median=spent(one.time.median),
    )
    return Box(said, f"{low:.1f}", f"{max(2.0, high - low):.1f}", f"{max(1.0, middle):.1f}")


def _missed(head: str, some: Sequence[Missed], words: MissedWords) -> MissedTable:
    lines = []
    for one in some[:SOME]:
        title, place = words.of(one)
        counts = one.still, one.missed - one.still, one.tried - one.missed
        said = text("rollup.missed-bar", tried=one.tried, still=counts[0], later=counts[1], rest=counts[2])
        lines.append(MissedLine(html_line(title), place, (one.tried, one.missed, one.still), _bar(said, counts)))
    more = text("rollup.more", count=len(some)) if len(some) > SOME else ""
    return MissedTable(text(head), lines, more)


def _bar(words: str, counts: Sequence[int]) -> Bar:
    edges = [0.0, *(WIDTH * total / max(1, sum(counts)) for total in accumulate(counts))]
    parts = [
        Part(f"{start:.1f}", f"{end - start:.1f}", kind)
        for (start, end), kind in zip(pairwise(edges), KINDS, strict=True)
        if kind and end > start
    ]
    return Bar(words, parts)
