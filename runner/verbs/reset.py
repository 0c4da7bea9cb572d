"""`semdocker reset`: forget the progress of a step, of a lesson, of an exercise, or all of it."""

from __future__ import annotations

import json
import sys
from functools import partial
from typing import Annotated, NamedTuple

import typer

from runner.course import load, selection
from runner.host import bundled
from runner.learner import progress_store
from runner.learner.progress import Progress, without, without_practice
from runner.learner.progress_page import forgotten, may_forget
from runner.messages.sentences import text
from runner.messages.similar import unknown
from runner.records.course import Course
from runner.records.errors import ExitStatus, RunnerError, UsageError
from runner.records.options import Options
from runner.screen.choose import at_terminal, choose_face
from runner.screen.face import Face
from runner.screen.trouble import remark
from runner.verbs.parameters import Action, Folders, JsonFlag, Lang, PlainFlag, merged

SCHEMA = "semdocker/reset/1"


def command(
    context: typer.Context,
    lesson: Annotated[str, typer.Argument(metavar=f"[{text('help.LESSON')}]", show_default=False)] = "",
    step: Annotated[str, typer.Argument(metavar=f"[{text('help.STEP')}]", show_default=False)] = "",
    *,
    everything: Annotated[bool, typer.Option("--all", help=text("help.all"))] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=text("help.reset-yes"))] = False,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
    folders: Folders = None,
) -> Action:
    options = merged(context, plain=plain, json=json)._replace(yes=yes)
    return partial(reset, options, lesson, step, everything=everything)


class Wanted(NamedTuple):
    """What to forget: one exercise; a lesson, or a step of it; all when nothing is named."""

    lesson: str | None = None
    step: str | None = None
    exercise: str | None = None

    @property
    def everything(self) -> bool:
        return not self.lesson and not self.exercise


def reset(options: Options, lesson: str, step: str, *, everything: bool) -> ExitStatus:
    """Forget after asking; without a terminal, or with --json, only with --yes. Root is not needed."""
    if everything == bool(lesson):
        raise UsageError("reset-both" if lesson else "reset-what")
    found, note = progress_store.load()
    wanted = _wanted(options, found, lesson, step)
    lessons = _touched(found, wanted)
    face = choose_face(sys.stderr if options.json else sys.stdout, plain=options.plain)
    practised = _practised(found, wanted)
    if not lessons and not practised and not (note and everything):
        if note:
            remark(note.key, note.values)
        face.say(text("reset.nothing"))
    elif options.yes or _agreed(options, face, found, lessons, wanted):
        _forget(wanted)
        forgotten(face, "reset.done", found, lessons, wanted.step, practised=practised)
    else:
        lessons, practised = [], []
        face.say(text("reset.kept"))
    if options.json:
        sys.stdout.write(
            json.dumps({"schema": SCHEMA, "lessons": lessons, "step": wanted.step, "exercises": practised}, indent=2)
            + "\n"
        )
    return ExitStatus.OK


def _wanted(options: Options, found: Progress, lesson: str, step: str) -> Wanted:
    """Names as the progress has them. Raises UsageError for what is neither in the course nor in the file."""
    if not lesson:
        return Wanted()
    if lesson in found.practice and not step:
        return Wanted(exercise=lesson)
    course = load.course(bundled.lessons(), extra=options.folders)
    # What is in the file may be of another course.
    id = lesson if lesson in found.lessons else selection.find(lesson, course.lessons).id
    return Wanted(id, _step(course, found, id, step) if step else None)


def _step(course: Course, found: Progress, lesson: str, name: str) -> str:
    """Return the id of a step that is named by its id or by its number in the lesson."""
    record = found.of(lesson)
    if name in record.steps or name in record.predictions:
        return name
    steps = [step.id for one in course.lessons if one.id == lesson for step in one.steps]
    if name in steps:
        return name
    if name in map(str, range(1, len(steps) + 1)):
        return steps[int(name) - 1]
    raise unknown("unknown-step", name, steps or list(record.steps))


def _touched(found: Progress, wanted: Wanted) -> list[str]:
    """Ids of the lessons of which something would be forgotten."""
    after = _after(found, wanted)
    return [id for id in found.lessons if found.of(id) != after.of(id)]


def _after(found: Progress, wanted: Wanted) -> Progress:
    return without_practice(found, wanted.exercise) if wanted.exercise else without(found, wanted.lesson, wanted.step)


def _practised(found: Progress, wanted: Wanted) -> list[str]:
    """Ids of the exercises that would be forgotten."""
    return [id for id in found.practice if wanted.everything or id == wanted.exercise]


def _agreed(options: Options, face: Face, found: Progress, lessons: list[str], wanted: Wanted) -> bool:
    if options.json or not at_terminal():
        raise UsageError("reset-unconfirmed")
    forgotten(face, "reset.will", found, lessons, wanted.step, practised=_practised(found, wanted))
    return may_forget()


def _forget(wanted: Wanted) -> None:
    """Forget in the file as it is now; another terminal may have written since."""
    _, note = progress_store.update(lambda progress: _after(progress, wanted))
    if note and note.key == progress_store.UNSAVED:
        raise RunnerError(note.key, **note.values)
    if note:
        remark(note.key, note.values)
