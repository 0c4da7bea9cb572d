"""Progress on the screen: the table of lessons, what is missing, and what a reset forgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runner.learner.progress import Progress, Tally, places, tally
from runner.learner.progress_export import Student, unknown
from runner.messages.catalog import text
from runner.records.course import Course, Lesson
from runner.records.progress import Place, StepRecord
from runner.screen import keys
from runner.screen.duration import spent
from runner.screen.face import Face


def progress_page(face: Face, course: Course, progress: Progress, student: Student) -> None:
    tallies = [tally(lesson, progress) for lesson in course.lessons]
    face.title(title(student))
    if not progress.lessons and not progress.practice:
        face.say(text("progress.nothing"))
        return
    head = ["list.lesson", "table.steps", "quiz.title", "table.seconds", "progress.missing"]
    face.table([text(name) for name in head], [_row(one) for one in tallies])
    face.gap()
    face.say(text("progress.summary", complete=sum(one.complete for one in tallies), total=len(tallies)))
    _still(face, course, [one for one in tallies if one.begun and not one.complete])
    for number, place in enumerate(places(course, progress)):
        _goes_on(face, course, place, "progress.place-other" if number else "progress.place")
    if progress.practice:
        face.gap()
        _practiced(face, progress.practice)
    others = unknown(course, progress)
    if others:
        face.say(text("progress.not-counted", names=", ".join(others)), "dim")


def _goes_on(face: Face, course: Course, place: Place, key: str) -> None:
    steps = [step.id for step in course.lesson(place.lesson).steps]
    number = steps.index(place.step) + 1 if place.step else 0
    face.say(text(key if number else f"{key}-quiz", lesson=place.lesson, number=number))


def title(student: Student) -> str:
    key = "progress.title" if student.own else "progress.title-seat"
    return text(key, student=student.name, seat=student.seat)


def _practiced(face: Face, records: Mapping[str, StepRecord]) -> None:
    """Show the exercises that were tried, with how far the student came in each."""
    head = ["practice.exercise", "practice.state", "page.attempts", "page.hints", "table.seconds"]
    rows = [
        [id, text("practice.state." + one.state), str(one.attempts), str(one.hints), spent(one.seconds)]
        for id, one in records.items()
    ]
    face.table([text(name) for name in head], rows)


def _row(one: Tally) -> list[str]:
    return [one.lesson, steps(one), f"{one.right}/{one.questions}", spent(one.seconds), _missing(one)]


def steps(one: Tally) -> str:
    """Return how many steps are done out of how many, and how many of them by typing, or with help."""
    parts = (("progress.typed", one.typed), ("progress.with-help", one.assisted))
    remarks = ", ".join(text(key, count=count) for key, count in parts if count)
    return f"{one.done + one.assisted}/{one.steps}" + (f" ({remarks})" if remarks else "")


def _missing(one: Tally) -> str:
    if one.complete:
        return text("progress.complete")
    if not one.begun:
        return text("progress.not-begun")
    counts = (("lesson.steps", len(one.missing_steps)), ("progress.questions", len(one.missing_questions)))
    return ", ".join(text(key, count=count) for key, count in counts if count)


def _still(face: Face, course: Course, tallies: Sequence[Tally]) -> None:
    if tallies:
        face.gap()
        face.say(text("progress.still"), "dim")
        face.pairs([(one.lesson, missing(one, course.lesson(one.lesson))) for one in tallies])


def missing(one: Tally, lesson: Lesson) -> str:
    """Return what is missing, by the numbers that the lesson shows: "steps 3, 12; questions 2"."""
    steps = [step.id for step in lesson.steps]
    questions = [question.id for question in lesson.quiz]
    parts = (
        ("progress.still-step", [steps.index(id) for id in one.missing_steps]),
        ("progress.still-question", [questions.index(id) for id in one.missing_questions]),
    )
    return "; ".join(
        text(key if len(places) == 1 else f"{key}s", numbers=", ".join(str(at + 1) for at in places))
        for key, places in parts
        if places
    )


# --- forgetting -------------------------------------------------------------------------------


def forgotten(
    face: Face, head: str, progress: Progress, chosen: Sequence[str], step: str | None, *, practiced: Sequence[str] = ()
) -> None:
    """Show what a reset forgets: a line for each lesson, step or exercise. `head` is a key of `messages`."""
    face.say(text(head))
    for id in chosen:
        record = progress.of(id)
        counts = {
            "steps": text("lesson.steps", count=len(record.steps)),
            "questions": text("progress.questions", count=len(record.quiz)),
        }
        line = text("reset.step", lesson=id, step=step) if step else text("reset.lesson", lesson=id, **counts)
        face.say("  " + line)
    for id in practiced:
        face.say("  " + text("reset.exercise", exercise=id))


def may_forget() -> bool:
    """Ask whether to forget it. Only for a terminal."""
    return keys.agreed(text("reset.ask"))
