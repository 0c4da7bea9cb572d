"""The map of a class as SVG: a line for each student, a column for each step of the lessons that somebody has begun.

Height tells how far a step is done, so that nobody needs to see colors. A few paths draw it all: five hundred students
by four hundred steps would be too many rectangles for a browser.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from runner.messages.catalog import text
from runner.records.course import Course, Lesson
from runner.records.progress import State
from runner.screen.markdown import plain
from runner.teacher.class_report import ClassReport, InClass, Student
from runner.teacher.class_report_page import MissedWords, name

NAMES, NUMBERS, GAP = 124, 46, 6  # units for names at the left and numbers at the right, and between two lessons
WIDE, NARROW, ALL = 8.0, 2.6, 960  # a column has at most and at least so many; all columns together about ALL
LINE, CELL, HEAD = 14, 10, 16  # of a student, of what is drawn in it, and of the lessons' names above
TALL = 40  # of the columns that show how many students did each step
TOGETHER = 40  # students in one picture: as many as fit on a page
NAME, LETTER = 19, 5.6  # characters of a name that fit, and units of a letter
HEIGHTS = {State.DONE: CELL, State.ASSISTED: 6, State.OPEN: 2}


class Group(NamedTuple):
    """A lesson's columns."""

    x: float
    width: float
    label: str


class Bar(NamedTuple):
    """How many students did a step, as a rectangle; `words` says the same."""

    x: str
    y: str
    width: str
    height: str
    words: str


class Line(NamedTuple):
    y: int
    name: str
    number: str
    words: str


class Picture(NamedTuple):
    """A part of the map: some students."""

    title: str
    height: int
    lines: list[Line]
    track: str  # paths: the empty columns, and what is drawn on them
    paths: list[tuple[str, str]]  # by the name of its state


class Map(NamedTuple):
    width: int
    right: int  # where the numbers end
    groups: list[Group]
    bars: list[Bar]
    bars_height: int
    pictures: list[Picture]
    rest: str  # the lessons that nobody has begun


class _Columns:
    """Where each step of the lessons stands that somebody has begun."""

    def __init__(self, course: Course, report: ClassReport) -> None:
        chosen = [place for place, lesson in enumerate(report.lessons) if lesson.begun]
        self.lessons: list[tuple[int, Lesson, InClass]] = [
            (place, course.lessons[place], report.lessons[place]) for place in chosen
        ]
        total = sum(len(lesson.steps) for _, lesson, _ in self.lessons)
        self.step = min(WIDE, max(NARROW, ALL / max(1, total)))
        self.starts: list[float] = []
        x = float(NAMES)
        for _, lesson, _ in self.lessons:
            self.starts.append(x)
            x += len(lesson.steps) * self.step + GAP
        self.end = x


def drawn(course: Course, report: ClassReport, words: MissedWords) -> Map:
    columns = _Columns(course, report)
    furthest = sorted(report.students, key=lambda one: -one.steps.done)  # names stay in order among equals
    some = [furthest[start : start + TOGETHER] for start in range(0, len(furthest), TOGETHER)]
    begun = {lesson.id for _, lesson, _ in columns.lessons}
    rest = [lesson.id for lesson in course.lessons if lesson.id not in begun]
    return Map(
        round(columns.end) + NUMBERS,
        round(columns.end) + NUMBERS - 2,
        [*_groups(columns)],
        [*_bars(columns, len(report.students), words)],
        TALL + HEAD,
        [_picture(columns, part, at * TOGETHER, len(furthest)) for at, part in enumerate(some)],
        text("rollup.map-rest", names=", ".join(rest)) if rest else "",
    )


def _groups(columns: _Columns) -> Iterator[Group]:
    for start, (_, lesson, _) in zip(columns.starts, columns.lessons, strict=True):
        width = len(lesson.steps) * columns.step
        whole = f"{lesson.number} {lesson.id}"
        yield Group(round(start, 1), round(width, 1), whole if len(whole) * LETTER <= width else str(lesson.number))


def _bars(columns: _Columns, students: int, words: MissedWords) -> Iterator[Bar]:
    for start, (_, lesson, counted) in zip(columns.starts, columns.lessons, strict=True):
        for at, (step, done) in enumerate(zip(lesson.steps, counted.done, strict=True)):
            height = TALL * done / max(1, students)
            title = " ".join(plain(words.step(lesson, step.id)))
            said = text("rollup.map-column", lesson=lesson.id, number=at + 1, title=title, done=done, total=students)
            x, width = start + at * columns.step, columns.step * 0.8
            yield Bar(f"{x:.1f}", f"{HEAD + TALL - height:.1f}", f"{width:.1f}", f"{height:.1f}", said)


def _picture(columns: _Columns, students: Sequence[Student], before: int, total: int) -> Picture:
    lines = [
        Line(
            HEAD + at * LINE,
            name(one.who, NAME),
            f"{one.steps.done}/{one.steps.total}",
            text("rollup.map-line", student=name(one.who), done=one.steps.done, total=one.steps.total),
        )
        for at, one in enumerate(students)
    ]
    title = text("rollup.map-part", first=before + 1, last=before + len(students), total=total)
    paths = [(state.value, _path(columns, students, state)) for state in HEIGHTS]
    return Picture(title, HEAD + len(students) * LINE, lines, _track(columns, len(students)), paths)


def _track(columns: _Columns, students: int) -> str:
    widths = [len(lesson.steps) * columns.step for _, lesson, _ in columns.lessons]
    return "".join(
        f"M{x:.1f} {HEAD + at * LINE + CELL}h{width:.1f}v1h-{width:.1f}z"
        for at in range(students)
        for x, width in zip(columns.starts, widths, strict=True)
    )


def _path(columns: _Columns, students: Sequence[Student], state: State) -> str:
    """Return the path of all steps in a state: one rectangle for each run of them."""
    height = HEIGHTS[state]
    return "".join(
        f"M{x + first * columns.step:.1f} {HEAD + at * LINE + CELL - height}"
        f"h{length * columns.step:.1f}v{height}h-{length * columns.step:.1f}z"
        for at, one in enumerate(students)
        for x, (place, _, _) in zip(columns.starts, columns.lessons, strict=True)
        for first, length in _runs(one.lessons[place].states, state)
    )


def _runs(states: Sequence[State | None], wanted: State) -> Iterator[tuple[int, int]]:
    """Return where each run of a state begins, and how long it is."""
    place = 0
    for state, run in groupby(states):
        length = len([*run])
        if state is wanted:
            yield place, length
        place += length
