"""The rules that the files of an exercise must keep, among themselves and with the course that they belong to."""

from __future__ import annotations

from runner.course import render
from runner.course.course_rules import forms, hints, not_a_part, places_in, requires, templates
from runner.course.drafts import Document, Draft, items
from runner.course.format import FACT_CHECK
from runner.records.course import Course, Lesson, Step


def apply(draft: Draft, course: Course) -> None:
    """Apply every rule to one exercise, as far as its files were understood."""
    document = draft.lesson
    _identity(draft, course)
    requires(document)
    _places(document, [*_start(document, course)])
    _causes(document)
    _words(draft)
    _hints(draft)
    lesson = _lesson(draft, course)
    folder = {render.FOLDER} if lesson and lesson.folder else set()
    for file in draft.documents:
        templates(file, {*course.variables, *render.MACHINE, *folder})


def _lesson(draft: Draft, course: Course) -> Lesson | None:
    id = (draft.lesson.value or {}).get("lesson")
    return next((lesson for lesson in (*course.lessons, *course.others) if lesson.id == id), None)


def _identity(draft: Draft, course: Course) -> None:
    document, lessons = draft.lesson, [lesson.id for lesson in (*course.lessons, *course.others)]
    value = document.value or {}
    if value.get("id", draft.name) != draft.name:
        document.fault(("id",), "id-is-not-folder", id=value["id"], folder=draft.folder.name)
    if draft.name in lessons:
        document.fault(("id",), "exercise-is-lesson", name=draft.name)
    for part in course.parts:
        not_a_part(draft, part.id)
    if value.get("lesson", lessons[0]) not in lessons:
        document.unknown(("lesson",), "unknown-lesson", value["lesson"], lessons)
    document.unique([((*way, "id"), entry.get("id")) for way, entry in document.entries("facts")])


def _start(document: Document, course: Course) -> list[Step]:
    """Check `start`, and return the steps that are done before the student comes."""
    lessons = {lesson.id: lesson for lesson in (*course.lessons, *course.others)}
    done: list[Step] = []
    for way, entry in document.entries("start"):
        lesson = lessons.get(entry.get("lesson", ""))
        if lesson is None:
            if "lesson" in entry:
                document.unknown((*way, "lesson"), "unknown-lesson", entry["lesson"], lessons)
            continue
        if "steps" not in entry and not lesson.leaves and not document.refused(way, "steps"):
            document.fault((*way, "lesson"), "needs-nothing", name=lesson.id)
        steps = {step.id: step for step in lesson.steps}
        for place, name in items(entry, "steps", way):
            if name not in steps:
                document.unknown(place, "unknown-step", name, steps)
        done += [steps[name] for name in entry.get("steps", lesson.leaves) if name in steps]
    return done


def _places(document: Document, done: list[Step]) -> None:
    """Check that every place in a fact has a name, from `places`, from a step that is done, or from a break."""
    if document.value is None or document.refused((), "places", "start", "breaks"):
        return
    known = ["host", *(document.value.get("places") or {})]
    known += [name for step in done for name in (*([step.enters] if step.enters else ()), *step.binds)]
    if "host" in (document.value.get("places") or {}):
        document.fault_at_key(("places", "host"), "host-is-taken")
    shells = ["host", *(step.enters for step in done if step.enters)]
    for way, entry in document.entries("breaks"):
        if entry.get("at", "host") not in shells:
            document.unknown((*way, "at"), "unknown-shell", entry["at"], shells)
        shells += [entry["enters"]] if "enters" in entry else []
        known += [*([entry["enters"]] if "enters" in entry else ()), *entry.get("binds", ())]
    for way, entry in document.entries("facts"):
        for index, check in enumerate(entry.get("checks") or ()):
            for place, name in places_in(check, FACT_CHECK, (*way, "checks", index)):
                if name not in known:
                    document.unknown(place, "unknown-place", name, known)


def _causes(document: Document) -> None:
    """Check that the student is told at least one fact before the first hint."""
    facts = (document.value or {}).get("facts") or ()
    if facts and all(entry and entry.get("cause") for entry in facts):
        document.fault_at_key(("facts",), "only-causes")


def _words(draft: Draft) -> None:
    """Check that exactly the facts have words. Broken exercises have a story and a symptom; others have a goal."""
    value = draft.lesson.value
    for document in draft.all_words:
        if document.value is None or value is None:
            continue
        entries = draft.lesson.entries("facts")
        ids = dict.fromkeys(entry["id"] for _, entry in entries if "id" in entry)
        if ids and len(ids) == len(value.get("facts", ())) and "facts" in document.value:
            document.same_keys(("facts",), document.value["facts"], ids)
        if draft.lesson.refused((), "breaks"):
            continue
        for name in ("story", "symptom") if "breaks" in value else ("goal",):
            if name not in document.value and not document.refused((), name):
                document.fault_at_key((), "missing-key", name=name)


def _hints(draft: Draft) -> None:
    solutions = [(draft.lesson.value or {}).get(name) or () for name in ("fix", "also")]
    commands = {form for solution in solutions for command in solution if command for form in forms(command)}
    for document in draft.all_words:
        hints(document, document.value or {}, (), commands)
