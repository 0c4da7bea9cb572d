"""Progress on the screen: the table of lessons, what is missing, and what is to be forgotten."""

from __future__ import annotations

from collections.abc import Sequence

from runner.messages import text
from runner.model import Course
from runner.progress import Progress, Tally, tally
from runner.progress.report import unknown
from runner.view.face import Face


def progress_page(face: Face, course: Course, progress: Progress, student: str) -> None:
    tallies = [tally(lesson, progress) for lesson in course.lessons]
    face.title(text("progress.title", student=student))
    if not progress.lessons:
        face.say(text("progress.nothing"))
        return
    head = ["list.lesson", "table.steps", "quiz.title", "table.seconds", "progress.missing"]
    face.table([text(name) for name in head], [_row(one) for one in tallies])
    face.gap()
    face.say(text("progress.summary", complete=sum(one.complete for one in tallies), total=len(tallies)))
    _still(face, [one for one in tallies if one.begun and not one.complete])
    if progress.place:
        key = "progress.place" if progress.place.step else "progress.place-quiz"
        face.say(text(key, lesson=progress.place.lesson, step=progress.place.step))
    others = unknown(course, progress)
    if others:
        face.say(text("progress.not-counted", names=", ".join(others)), "dim")


def _row(one: Tally) -> list[str]:
    return [one.lesson, steps(one), f"{one.right}/{one.questions}", spent(one.seconds), _missing(one)]


def steps(one: Tally) -> str:
    count = one.done + one.assisted
    if not one.assisted:
        return f"{count}/{one.steps}"
    return text("progress.with-help", count=count, total=one.steps, assisted=one.assisted)


def _missing(one: Tally) -> str:
    if one.complete:
        return text("progress.complete")
    if not one.begun:
        return text("progress.not-begun")
    counts = (("lesson.steps", len(one.missing_steps)), ("progress.questions", len(one.missing_questions)))
    return ", ".join(text(key, count=count) for key, count in counts if count)


def _still(face: Face, tallies: Sequence[Tally]) -> None:
    if tallies:
        face.gap()
        face.say(text("progress.still"), "dim")
        face.pairs([(one.lesson, missing_names(one)) for one in tallies])


def missing_names(one: Tally) -> str:
    """What is missing of a lesson by name, e.g. "steps `enter`, `rename`; questions `which-flag`"; Markdown."""
    parts = (("progress.still-steps", one.missing_steps), ("progress.still-questions", one.missing_questions))
    return "; ".join(text(key, names=", ".join(f"`{name}`" for name in names)) for key, names in parts if names)


def spent(seconds: float) -> str:
    """A duration as a person tells it: 45 s, 12 min, 1 h 5 min."""
    if seconds < 60:
        return text("progress.seconds", seconds=round(seconds))
    hours, minutes = divmod(round(seconds / 60), 60)
    return text("progress.hours", hours=hours, minutes=minutes) if hours else text("progress.minutes", minutes=minutes)


# --- forgetting -------------------------------------------------------------------------------


def forgotten(face: Face, head: str, progress: Progress, chosen: Sequence[str], step: str | None) -> None:
    """What a reset takes away: a line for each lesson, or one for the step; `head` is a key of `messages`."""
    face.say(text(head))
    for id in chosen:
        record = progress.of(id)
        counts = {
            "steps": text("lesson.steps", count=len(record.steps)),
            "questions": text("progress.questions", count=len(record.quiz)),
        }
        line = text("reset.step", lesson=id, step=step) if step else text("reset.lesson", lesson=id, **counts)
        face.say("  " + line)


def may_forget() -> bool:
    """Ask. Only on a terminal."""
    try:
        answer = input(text("reset.ask") + " ")
    except EOFError:
        return False
    return answer.strip().lower() in text("cleanup.yes").split()
