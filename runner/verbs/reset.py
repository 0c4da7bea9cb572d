"""`semdocker reset`: it forgets the progress of a step, a lesson or an exercise, or all progress."""

from __future__ import annotations

import sys
from functools import partial
from typing import Annotated, NamedTuple

import typer

from runner.course import load, selection
from runner.host import package_files
from runner.learner import progress_file
from runner.learner.progress import Progress, without, without_practice
from runner.learner.progress_export import Student
from runner.learner.progress_page import forgotten, may_forget, title
from runner.messages import documents, safe_text
from runner.messages.catalog import text
from runner.messages.did_you_mean import unknown
from runner.records.course import Course
from runner.records.errors import ExitStatus, RunnerError, UsageError
from runner.records.options import Options
from runner.screen.choose_face import at_terminal, choose_face
from runner.screen.error_page import remark
from runner.screen.face import Face
from runner.verbs.parameters import Action, Folders, JsonFlag, Lang, PlainFlag, SeatName, merged

SCHEMA = "semdocker/reset/1"


def command(
    context: typer.Context,
    lesson: Annotated[str, typer.Argument(metavar=f"[{text('help.LESSON')}]", show_default=False)] = "",
    step: Annotated[str, typer.Argument(metavar=f"[{text('help.STEP')}]", show_default=False)] = "",
    *,
    everything: Annotated[bool, typer.Option("--all", help=text("help.all"))] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=text("help.reset-yes"))] = False,
    seat: SeatName,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
    folders: Folders = None,
) -> Action:
    options = merged(context, plain=plain, json=json)._replace(yes=yes, seat=seat)
    return partial(reset, options, lesson, step, everything=everything)


class Target(NamedTuple):
    """What to forget: one exercise; a lesson, or a step of it; everything when no field is set."""

    lesson: str | None = None
    step: str | None = None
    exercise: str | None = None

    @property
    def everything(self) -> bool:
        return not self.lesson and not self.exercise


def reset(options: Options, lesson: str, step: str, *, everything: bool) -> ExitStatus:
    """Ask, and then forget. Without a terminal and with --json only --yes allows it. Root is not needed."""
    if everything == bool(lesson):
        raise UsageError("reset-both" if lesson else "reset-what")
    progress, note = progress_file.load(options.seat)
    target = _target(options, progress, lesson, step)
    lessons = _touched(progress, target)
    face = choose_face(sys.stderr if options.json else sys.stdout, plain=options.plain)
    student = Student.on(options.seat)
    if not student.own:
        face.say(title(student))
    practiced = _practiced(progress, target)
    if not lessons and not practiced and not (note and everything):
        if note:
            remark(note.key, note.values)
        face.say(text("reset.nothing"))
    elif options.yes or _agreed(options, face, progress, lessons, target):
        _forget(options.seat, target)
        forgotten(face, "reset.done", progress, lessons, target.step, practiced=practiced)
    else:
        lessons, practiced = [], []
        face.say(text("reset.kept"))
    if options.json:
        which = {"lessons": lessons, "step": target.step, "exercises": practiced}
        sys.stdout.write(safe_text.json_text({**documents.heading(SCHEMA), "seat": options.seat, **which}))
    return ExitStatus.OK


def _target(options: Options, progress: Progress, lesson: str, step: str) -> Target:
    """Return what the typed names mean. Raises UsageError for a name that is in neither course nor progress."""
    if not lesson:
        return Target()
    if lesson in progress.practice and not step:
        return Target(exercise=lesson)
    course = load.course(package_files.lessons(), extra=options.folders)
    # The progress may hold lessons of another course.
    id = lesson if lesson in progress.lessons else selection.find(lesson, course.lessons).id
    return Target(id, _step(course, progress, id, step) if step else None)


def _step(course: Course, progress: Progress, lesson: str, name: str) -> str:
    """Return the id of a step. `name` is its id, or its number in the lesson."""
    record = progress.of(lesson)
    if name in record.steps or name in record.predictions:
        return name
    steps = [step.id for one in course.lessons if one.id == lesson for step in one.steps]
    if name in steps:
        return name
    if name in map(str, range(1, len(steps) + 1)):
        return steps[int(name) - 1]
    raise unknown("unknown-step", name, steps or list(record.steps))


def _touched(progress: Progress, target: Target) -> list[str]:
    """Return the ids of the lessons of which something would be forgotten."""
    after = _after(progress, target)
    return [id for id in progress.lessons if progress.of(id) != after.of(id)]


def _after(progress: Progress, target: Target) -> Progress:
    if target.exercise:
        return without_practice(progress, target.exercise)
    return without(progress, target.lesson, target.step)


def _practiced(progress: Progress, target: Target) -> list[str]:
    """Return the ids of the exercises that would be forgotten."""
    return [id for id in progress.practice if target.everything or id == target.exercise]


def _agreed(options: Options, face: Face, progress: Progress, lessons: list[str], target: Target) -> bool:
    if options.json or not at_terminal():
        raise UsageError("reset-unconfirmed")
    forgotten(face, "reset.will", progress, lessons, target.step, practiced=_practiced(progress, target))
    return may_forget()


def _forget(seat: str, target: Target) -> None:
    """Forget in the file as it is now, because another terminal may have changed it meanwhile."""
    _, note = progress_file.update(seat, lambda progress: _after(progress, target))
    if note and note.key == progress_file.UNSAVED:
        raise RunnerError(note.key, **note.values)
    if note:
        remark(note.key, note.values)
