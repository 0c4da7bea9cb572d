"""`semdocker practice`: exercises in a watched terminal. The student reaches a goal or repairs something."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from runner.course import load, selection
from runner.engine.seat import Seat
from runner.host import package_files
from runner.learner import progress_file
from runner.learner.notebook import Notebook
from runner.learner.practice_screen import Coach, catalog, state
from runner.learner.practice_session import PracticeSession
from runner.messages import safe_text
from runner.messages.catalog import text
from runner.records.course import Course
from runner.records.errors import ExitStatus, UsageError
from runner.records.exercise import Exercise, ExerciseWords
from runner.records.options import Options
from runner.screen import keys
from runner.screen.choose_face import at_terminal, choose_face, open_view
from runner.verbs import practice_exam, trusted_course
from runner.verbs.parameters import Action, Folders, JsonFlag, Lang, PlainFlag, SeatName, Settings, Trust, merged
from runner.verbs.practice_exam import Wanted
from runner.verbs.sudo import need_root

DAY = 24 * 60  # minutes
LIST = "list"  # the value of `--broken` without a name
ALONE = {"broken": LIST}

Broken = Annotated[
    str | None,
    typer.Option("--broken", metavar=f"[{text('help.EXERCISE')}]", help=text("help.broken"), show_default=False),
]


def command(
    context: typer.Context,
    *,
    exercise: Annotated[
        list[str] | None, typer.Argument(metavar=f"[{text('help.EXERCISE')}]...", show_default=False)
    ] = None,
    broken: Broken = None,
    listed: Annotated[bool, typer.Option("--list", help=text("help.practice-list"))] = False,
    exam: Annotated[
        int | None,
        typer.Option(
            "--exam", metavar=text("help.MINUTES"), help=text("help.exam"), min=1, max=DAY, show_default=False
        ),
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--to", metavar=text("help.FILE"), help=text("help.exam-to"), show_default=False)
    ] = None,
    junit: Annotated[
        Path | None,
        typer.Option("--junit", metavar=text("help.FILE"), help=text("help.exam-junit"), show_default=False),
    ] = None,
    seed: Annotated[
        str | None, typer.Option("--seed", metavar=text("help.SEED"), help=text("help.exam-seed"), show_default=False)
    ] = None,
    settings: Settings = None,
    seat: SeatName,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
    folders: Folders = None,
    trust: Trust = None,
) -> Action:
    options = merged(context, plain=plain, json=json)._replace(settings=tuple(settings or ()), seat=seat)
    names = exercise or []
    if exam is not None:
        if broken is not None or listed or options.json:
            raise UsageError("exam-forms")
        return partial(practice_exam.begin, options, Wanted(exam, names, to, junit, seed or ""))
    for option, value in (("--to", to), ("--junit", junit), ("--seed", seed)):
        if value is not None:
            raise UsageError("exam-only", option=option)
    if len(names) > 1:
        raise UsageError("practice-forms")
    return partial(begin, options._replace(exercise="".join(names)), broken, listed=listed)


def begin(options: Options, broken: str | None, *, listed: bool) -> ExitStatus:
    """List the exercises, which needs no root; or refuse wrong options, become root, and practice."""
    named = [name for name in (options.exercise, broken) if name and name != LIST]
    course = load.course(package_files.lessons(), extra=options.folders, wanted=named, practice=True)
    exercises = selection.all_exercises(course)
    if listed or options.json or (broken == LIST and not options.exercise):
        return show([one for one in exercises if one.broken or broken is None], options)
    if len(named) > 1:
        raise UsageError("practice-forms")
    if named:
        id = selection.exercise_id(named[0], course, exercises, broken=broken is not None)
        options = options._replace(exercise=id)
    if not at_terminal():
        raise UsageError("no-terminal", verb="practice")
    need_root(options)
    return practice(options, course, exercises)


def show(exercises: Sequence[Exercise], options: Options) -> ExitStatus:
    """List these exercises with how far the student came in each. Root is not needed."""
    progress, _ = progress_file.load(options.seat)
    states = {one.id: state(progress.practice.get(one.id)) for one in exercises}
    repeats = progress.due()
    words = {one.id: one.words[options.lang] for one in exercises}
    if options.json:
        sys.stdout.write(_document(exercises, words, states, repeats, options.lang))
    else:
        catalog(choose_face(sys.stdout, plain=options.plain), exercises, words, states, repeats)
    return ExitStatus.OK


def _document(
    exercises: Sequence[Exercise],
    words: Mapping[str, ExerciseWords],
    states: Mapping[str, str],
    repeats: Sequence[str],
    language: str,
) -> str:
    listed = [
        {
            "id": one.id,
            "lesson": one.lesson,
            "broken": one.broken,
            "minutes": one.minutes,
            "state": states[one.id],
            "repeat": one.id in repeats,
            "title": words[one.id].title,
        }
        for one in exercises
    ]
    document = {"schema": "semdocker/exercises/1", "lang": language, "exercises": listed}
    return safe_text.json_text(document)


def practice(options: Options, course: Course, exercises: Sequence[Exercise]) -> ExitStatus:
    """Practice from the exercise that the options name on. Raises RunnerError, or Interrupted."""
    view = open_view(options)
    trusted_course.agree(course, options, view)
    notebook = Notebook(options.seat, view.remark)
    known = {one.id for one in exercises}
    repeats = [id for id in notebook.repeats() if id in known]
    exercise: Exercise | None = selection.exercise(options.exercise, exercises, notebook.practiced, repeats)
    others = [id for id in repeats if exercise and id != exercise.id]
    if others and not options.exercise:
        Coach(view).repeats(others)
    with keys.hushed(), Seat(course, options, view) as seat:
        view.values = seat.values
        while exercise:
            session = PracticeSession(seat, exercise, Coach(view), notebook)
            exercise = _after(exercise, exercises, session) if session.practice() else None
    return ExitStatus.OK


def _after(exercise: Exercise, exercises: Sequence[Exercise], session: PracticeSession) -> Exercise | None:
    """Return the next exercise of the same kind; None after the last, which is said."""
    same = [one for one in exercises if one.broken == exercise.broken]
    rest = same[same.index(exercise) + 1 :]
    if not rest:
        session.coach.remark("practice.last")
    return rest[0] if rest else None
