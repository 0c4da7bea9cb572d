"""Progress as one HTML page to print or hand in. It needs no script and no other file, nor color to be understood.

This module fills the page; `templates/progress.html` has its layout.
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from pathlib import Path
from typing import NamedTuple

from runner.learner.progress import Progress, Tally, tally
from runner.learner.progress_export import Student, unknown
from runner.learner.progress_page import steps, title
from runner.messages.catalog import text
from runner.records.course import Course, Lesson
from runner.records.progress import LessonRecord, State, StepRecord
from runner.records.words import LessonWords, QuestionWords
from runner.screen.duration import spent
from runner.screen.markdown import plain
from runner.screen.webpage import page

TEMPLATES = Path(__file__).parent / "templates"
WIDTH = 600  # the width of the bar, in units of the SVG
COUNTS = ("page.result", "page.attempts", "page.hints", "table.seconds", "page.when")


class Part(NamedTuple):
    """One rectangle of a bar."""

    x: str
    width: str
    fill: str  # empty: the color of what is done


class Bar(NamedTuple):
    """The progress in a lesson as a picture. `words` says the same, and `hatch` is the id of its SVG pattern."""

    words: str
    hatch: str
    parts: list[Part]


class Table(NamedTuple):
    head: list[str]
    rows: list[list[str]]


class Section(NamedTuple):
    title: str
    bar: Bar | None
    line: str
    tables: list[Table]


def webpage(course: Course, progress: Progress, language: str, student: Student, when: str) -> str:
    """Return the HTML page. `when` is the time at which it is made, ISO 8601."""
    tallies = {lesson.id: tally(lesson, progress) for lesson in course.lessons}
    complete = text("progress.summary", complete=sum(one.complete for one in tallies.values()), total=len(tallies))
    lessons = [_lesson(one, one.words[language], progress.of(one.id), tallies[one.id]) for one in course.lessons]
    others = unknown(course, progress)
    return page(
        TEMPLATES,
        "progress.html",
        language=language,
        title=title(student),
        summary=f"{course.title[language]} · {complete}",
        sections=[*lessons, _practiced(progress)] if progress.practice else lessons,
        width=WIDTH,
        others=text("progress.not-counted", names=", ".join(others)) if others else "",
        made=text("page.made", when=when),
    )


def _lesson(lesson: Lesson, words: LessonWords, record: LessonRecord, one: Tally) -> Section:
    numbers = [
        f"{text('table.steps')}: {steps(one)}",
        f"{text('quiz.title')}: {one.right}/{one.questions}",
        f"{text('table.seconds')}: {spent(one.seconds)}",
    ]
    tables = [
        *([_steps(lesson, words, record)] if record.steps else []),
        *([_predictions(lesson, words, record)] if record.predictions else []),
        *([_questions(lesson, words, record)] if record.quiz else []),
    ]
    line = " · ".join(numbers) if one.begun else text("progress.not-begun")
    return Section(f"{lesson.number} · {words.title}", _bar(one), line, tables)


def _bar(one: Tally) -> Bar:
    left = len(one.missing_steps) + len(one.missing_questions)
    counts = (one.done + one.right, one.assisted, left)
    hatch = f"hatch-{one.lesson}"
    edges = [0.0, *(WIDTH * total / max(1, sum(counts)) for total in accumulate(counts))]
    parts = [
        Part(f"{start:.1f}", f"{end - start:.1f}", fill)
        for (start, end), fill in zip(pairwise(edges), ("", f"url(#{hatch})", "none"), strict=True)
        if end > start
    ]
    return Bar(text("page.bar", done=counts[0], assisted=counts[1], left=left), hatch, parts)


def _table(head: tuple[str, ...], rows: list[list[str]]) -> Table:
    return Table([text(key) for key in head], rows)


def _steps(lesson: Lesson, words: LessonWords, record: LessonRecord) -> Table:
    rows = []
    for number, step in enumerate(lesson.steps, start=1):
        one = record.steps.get(step.id)
        counts = _counts(one) if one else [text("page.untouched"), "", "", "", ""]
        rows.append([f"{number} · {_shown(words.steps[step.id].title, step.id)}", *counts])
    return _table(("page.step", *COUNTS), rows)


def _practiced(progress: Progress) -> Section:
    """Return the exercises that were tried."""
    rows = [[id, *_counts(one)] for id, one in progress.practice.items()]
    return Section(text("progress.practised"), None, "", [_table(("practice.exercise", *COUNTS), rows)])


def _counts(one: StepRecord) -> list[str]:
    """Return the cells under the heads COUNTS, for a step or an exercise."""
    state = f"{'…' if one.state is State.OPEN else '✓'} {text('page.' + one.state)}"
    return [state, str(one.attempts), str(one.hints), spent(one.seconds), one.when.replace("T", " ").removesuffix("Z")]


def _predictions(lesson: Lesson, words: LessonWords, record: LessonRecord) -> Table:
    records = [(step.id, record.predictions[step.id]) for step in lesson.steps if step.id in record.predictions]
    rows = [[_shown(words.steps[id].title, id), one.guess, one.answer, _right(one.right)] for id, one in records]
    return _table(("page.step", "page.guess", "page.machine", "page.result"), rows)


def _questions(lesson: Lesson, words: LessonWords, record: LessonRecord) -> Table:
    rows = []
    for question in lesson.quiz:
        name = _shown(words.quiz[question.id].ask, question.id)
        one = record.quiz.get(question.id)
        if one is None:
            rows.append([name, "", text("page.untouched"), ""])
        else:
            chosen = "; ".join(_choice(words.quiz[question.id], choice) for choice in one.chosen)
            rows.append([name, chosen, _right(one.right), str(one.asked)])
    return _table(("page.question", "page.chosen", "page.result", "page.attempts"), rows)


def _choice(words: QuestionWords, choice: str) -> str:
    return _shown(words.choices[choice], choice) if choice in words.choices else choice  # a typed answer stays as it is


def _right(right: bool) -> str:
    return f"✓ {text('page.right')}" if right else f"✗ {text('page.wrong')}"


def _shown(words: str, id: str) -> str:
    """Return words on one line without Markdown; the id if they hold variables, which need a machine."""
    return id if "{{" in words else " ".join(plain(words))
