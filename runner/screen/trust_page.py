"""The page that is shown before lessons from elsewhere may run: all their commands, and the digest of their files."""

from __future__ import annotations

from runner.course.render import Values, render
from runner.messages.catalog import text
from runner.records.course import Course, Dual, Origin, Step
from runner.screen import keys
from runner.screen.face import Face


def origin_page(face: Face, course: Course, origin: Origin, values: Values, language: str) -> None:
    """Show every command that these lessons would type on this machine, with its variables filled in."""
    face.heading(text("origin.title", folder=str(origin.folder)))
    face.prose(text("origin.why"))
    for lesson in map(course.lesson, origin.lessons):
        face.subheading(f"{lesson.id} · {lesson.words[language].title}")
        for step in lesson.steps:
            _step(face, step, values)
    face.gap()
    face.say(text("course.values"), "dim")
    face.pairs([(name, values[name]) for name in course.variables])
    face.gap()
    face.say(text("origin.digest", digest=origin.digest))


def _step(face: Face, step: Step, values: Values) -> None:
    def typed(command: Dual) -> str:
        return render(command.on(values["cgroup_version"]), values)

    face.command(step.at, typed(step.run))
    for undo in step.undo.commands:
        face.command(text("origin.undo", place=step.at), typed(undo))
    for sabotage in step.sabotage:
        face.command(text("origin.prove", place=step.at), typed(sabotage.command))


def may_trust() -> bool:
    """Ask whether these lessons may run from now on. Only for a terminal; no answer is a no."""
    return keys.agreed(text("origin.ask"))
