"""Progress as one HTML page that needs nothing else: no scripts, no references, good on paper; colour never alone."""

from __future__ import annotations

from html import escape
from itertools import accumulate, pairwise

from runner.learner.progress import LessonRecord, Progress, State, Tally, tally
from runner.learner.progress_export import unknown
from runner.learner.progress_page import steps
from runner.messages import safe_text
from runner.messages.sentences import text
from runner.records.course import Course, Lesson, LessonWords, QuestionWords
from runner.screen.duration import spent
from runner.screen.markdown import plain

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2 { line-height: 1.2; }
section { break-inside: avoid-page; margin: 2rem 0; }
svg { display: block; width: 100%; height: 1rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; font-size: 0.9rem; }
th, td { text-align: left; vertical-align: top; padding: 0.2rem 0.6rem 0.2rem 0; border-bottom: 1px solid #8888; }
td { overflow-wrap: anywhere; }
@media print { body { margin: 0; max-width: none; font-size: 11pt; } }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
HATCH = (
    '<pattern id="hatch-{lesson}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="6" height="6" fill="#fff"/><rect width="3" height="6" fill="#1a7f4b"/></pattern>'
)
BAR = (600, 16)  # width and height of the picture, in its own units


def webpage(course: Course, progress: Progress, language: str, student: str, when: str) -> str:
    """The whole page; `when` is the moment it tells of, ISO 8601."""
    tallies = {lesson.id: tally(lesson, progress) for lesson in course.lessons}
    complete = sum(one.complete for one in tallies.values())
    others = unknown(course, progress)
    parts = [
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{_said('progress.title', student=student)}</title>\n<style>{STYLE}</style>\n</head>\n<body>",
        f"<h1>{_said('progress.title', student=student)}</h1>",
        f"<p>{_text(course.title[language])} · {_said('progress.summary', complete=complete, total=len(tallies))}</p>",
        *(
            _lesson(lesson, lesson.words[language], progress.of(lesson.id), tallies[lesson.id])
            for lesson in course.lessons
        ),
        _practised(progress) if progress.practice else "",
        f"<p>{_said('progress.not-counted', names=', '.join(others))}</p>" if others else "",
        f"<footer><p><small>{_said('page.made', when=when)}</small></p></footer>\n</body>\n</html>\n",
    ]
    return "\n".join(part for part in parts if part)


def _text(words: str) -> str:
    """Anything from outside, as text that cannot become markup."""
    return escape(safe_text.inert(words), quote=True)


def _said(key: str, **values: object) -> str:
    return _text(text(key, **values))


def _lesson(lesson: Lesson, words: LessonWords, record: LessonRecord, one: Tally) -> str:
    numbers = [
        f"{text('table.steps')}: {steps(one)}",
        f"{text('quiz.title')}: {one.right}/{one.questions}",
        f"{text('table.seconds')}: {spent(one.seconds)}",
    ]
    parts = [
        f"<section>\n<h2>{lesson.number} · {_text(words.title)}</h2>",
        _bar(one),
        f"<p>{_text(' · '.join(numbers))}</p>" if one.begun else f"<p>{_said('progress.not-begun')}</p>",
        _steps(lesson, words, record) if record.steps else "",
        _predictions(lesson, words, record) if record.predictions else "",
        _questions(lesson, words, record) if record.quiz else "",
        "</section>",
    ]
    return "\n".join(part for part in parts if part)


def _bar(one: Tally) -> str:
    """Steps and questions that count: done filled, with help hatched, missing empty."""
    left = len(one.missing_steps) + len(one.missing_questions)
    counts = (one.done + one.right, one.assisted, left)
    width, height = BAR
    edges = [0.0, *(width * total / max(1, sum(counts)) for total in accumulate(counts))]
    parts = [
        f'<rect x="{start:.1f}" width="{end - start:.1f}" height="{height}" fill="{fill}"/>'
        for (start, end), fill in zip(pairwise(edges), ("#1a7f4b", f"url(#hatch-{one.lesson})", "none"), strict=True)
        if end > start
    ]
    frame = f'<rect width="{width}" height="{height}" fill="none" stroke="#666" stroke-width="2"/>'
    words = _said("page.bar", done=counts[0], assisted=counts[1], left=left)
    return (
        f'<svg role="img" aria-label="{words}" viewBox="0 0 {width} {height}" preserveAspectRatio="none">'
        f"<title>{words}</title><defs>{HATCH.format(lesson=one.lesson)}</defs>{''.join(parts)}{frame}</svg>"
    )


def _table(head: list[str], rows: list[list[str]]) -> str:
    titles = "".join(f'<th scope="col">{_said(key)}</th>' for key in head)
    lines = "\n".join("<tr>" + "".join(f"<td>{_text(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table>\n<thead><tr>{titles}</tr></thead>\n<tbody>\n{lines}\n</tbody>\n</table>"


def _steps(lesson: Lesson, words: LessonWords, record: LessonRecord) -> str:
    rows = []
    for number, step in enumerate(lesson.steps, start=1):
        name = f"{number} · {_shown(words.steps[step.id].title, step.id)}"
        one = record.steps.get(step.id)
        if one is None:
            rows.append([name, text("page.untouched"), "", "", "", ""])
        else:
            counts = [str(one.attempts), str(one.hints), spent(one.seconds)]
            rows.append([name, _state(one.state), *counts, _moment(one.when)])
    return _table(["page.step", "page.result", "page.attempts", "page.hints", "table.seconds", "page.when"], rows)


def _practised(progress: Progress) -> str:
    """The exercises that were tried."""
    rows = [
        [id, _state(one.state), str(one.attempts), str(one.hints), spent(one.seconds), _moment(one.when)]
        for id, one in progress.practice.items()
    ]
    head = ["practice.exercise", "page.result", "page.attempts", "page.hints", "table.seconds", "page.when"]
    return f"<section>\n<h2>{_said('progress.practised')}</h2>\n{_table(head, rows)}\n</section>"


def _state(state: State) -> str:
    mark = {State.DONE: "✓", State.ASSISTED: "✓", State.OPEN: "…"}[state]
    return f"{mark} {text('page.' + state)}"


def _predictions(lesson: Lesson, words: LessonWords, record: LessonRecord) -> str:
    found = [(step.id, record.predictions[step.id]) for step in lesson.steps if step.id in record.predictions]
    rows = [[_shown(words.steps[id].title, id), one.guess, one.answer, _right(one.right)] for id, one in found]
    return _table(["page.step", "page.guess", "page.machine", "page.result"], rows)


def _questions(lesson: Lesson, words: LessonWords, record: LessonRecord) -> str:
    rows = []
    for question in lesson.quiz:
        name = _shown(words.quiz[question.id].ask, question.id)
        one = record.quiz.get(question.id)
        if one is None:
            rows.append([name, "", text("page.untouched"), ""])
        else:
            chosen = "; ".join(_choice(words.quiz[question.id], choice) for choice in one.chosen)
            rows.append([name, chosen, _right(one.right), str(one.asked)])
    return _table(["page.question", "page.chosen", "page.result", "page.attempts"], rows)


def _choice(words: QuestionWords, choice: str) -> str:
    return _shown(words.choices[choice], choice) if choice in words.choices else choice  # what was typed, as it is


def _right(right: bool) -> str:
    return f"✓ {text('page.right')}" if right else f"✗ {text('page.wrong')}"


def _shown(words: str, id: str) -> str:
    """Words of a lesson on one line without their Markdown; where they hold variables of a machine, the id."""
    return id if "{{" in words else " ".join(plain(words))


def _moment(when: str) -> str:
    return when.replace("T", " ").removesuffix("Z")
