"""The page that is shown before lessons from elsewhere may run: all their commands, and the digest of their files."""

from __future__ import annotations

from runner.course.render import Values, render
from runner.messages import place_names
from runner.messages.catalog import text
from runner.records.course import Course, Origin, Step
from runner.records.exercise import Exercise
from runner.records.texts import Dual
from runner.screen import keys
from runner.screen.face import Face


def origin_page(face: Face, course: Course, origin: Origin, values: Values, language: str) -> None:
    """Show every command that these lessons would type on this machine, with its variables filled in."""
    face.heading(text("origin.title", folder=str(origin.folder)))
    face.prose(text("origin.why"))
    for lesson in map(course.lesson, origin.lessons):
        face.subheading(f"{lesson.id} · {lesson.words[language].title}")
        for step in lesson.steps:
            _step(face, step, place_names.named(lesson.words[language].places, step.at), values)
    for exercise in course.exercises:
        if exercise.id in origin.exercises:
            _exercise(face, exercise, values, language)
    face.gap()
    face.say(text("course.values"), "dim")
    face.pairs([(name, values[name]) for name in course.variables])
    face.gap()
    face.say(text("origin.digest", digest=origin.digest))


def _step(face: Face, step: Step, place: str, values: Values) -> None:
    face.command(place, _typed(step.run, values))
    for undo in step.undo.commands:
        face.command(text("origin.undo", place=place), _typed(undo, values))
    for sabotage in step.sabotage:
        face.command(text("origin.prove", place=place), _typed(sabotage.command, values))


def _exercise(face: Face, exercise: Exercise, values: Values, language: str) -> None:
    """Show what breaks the exercise, what mends it on asking, and what only `prove` types."""
    face.subheading(f"{exercise.id} · {exercise.words[language].title}")
    for step in exercise.breaks:
        face.command(place_names.named(exercise.words[language].places, step.at), _typed(step.run, values))
    for command in exercise.fix:
        face.command(text("origin.solution"), _typed(command, values))
    for way in (exercise.also, *exercise.wrong):
        for command in way:
            face.command(text("origin.prove", place=text("origin.solution")), _typed(command, values))


def _typed(command: Dual, values: Values) -> str:
    return render(command.on(values["cgroup_version"]), values)


def may_trust() -> bool:
    """Ask whether these lessons may run from now on. Only for a terminal; no answer is a no."""
    return keys.agreed(text("origin.ask"))
