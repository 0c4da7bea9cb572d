"""`semdocker practice`: a goal and facts to make true, or something broken to mend, in a watched terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated

import typer

from runner.course import load, selection
from runner.engine.seat import Seat
from runner.host import bundled
from runner.learner import progress_store
from runner.learner.notebook import Notebook
from runner.learner.practice_screen import Coach, catalogue, mark
from runner.learner.practice_session import PracticeSession
from runner.messages.sentences import text
from runner.records.course import Course
from runner.records.errors import ExitStatus, UsageError
from runner.records.exercise import Exercise, ExerciseWords
from runner.records.options import Options
from runner.screen import record
from runner.screen.choose import at_terminal, choose_face, open_view
from runner.verbs.parameters import Action, JsonFlag, Lang, PlainFlag, Record, SeatName, Settings, merged
from runner.verbs.recorded import recorded
from runner.verbs.sudo import need_root

LIST = "list"  # `--broken` without a name
ALONE = {"broken": LIST}

Broken = Annotated[
    str | None,
    typer.Option("--broken", metavar=f"[{text('help.EXERCISE')}]", help=text("help.broken"), show_default=False),
]


def command(
    context: typer.Context,
    *,
    exercise: Annotated[str, typer.Argument(metavar=f"[{text('help.EXERCISE')}]", show_default=False)] = "",
    broken: Broken = None,
    listed: Annotated[bool, typer.Option("--list", help=text("help.practice-list"))] = False,
    settings: Settings = None,
    record: Record = None,
    seat: SeatName = "default",
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
) -> Action:
    options = merged(context, plain=plain, json=json)._replace(
        exercise=exercise, settings=tuple(settings or ()), record=record, seat=seat
    )
    return partial(begin, options, broken, listed=listed)


def begin(options: Options, broken: str | None, *, listed: bool) -> ExitStatus:
    """List exercises, for which nobody need be root; or refuse what cannot be done, become root, and practise."""
    course = load.course(bundled.lessons())
    exercises = load.exercises(bundled.lessons(), course)
    if listed or options.json or (broken == LIST and not options.exercise):
        return show([one for one in exercises if one.broken or broken is None], options)
    named = [name for name in (options.exercise, broken) if name and name != LIST]
    if len(named) > 1:
        raise UsageError("practice-forms")
    if named:
        id = selection.exercise_id(named[0], course, exercises, broken=broken is not None)
        options = options._replace(exercise=id)
    if not at_terminal():
        raise UsageError("no-terminal", verb="practice")
    record.accepts(options.record)
    need_root(options)
    with recorded("practice", options):
        return practice(options, course, exercises)


def show(exercises: Sequence[Exercise], options: Options) -> ExitStatus:
    """List exercises, and which of them were done; root is not needed."""
    found, _ = progress_store.load()
    marks = {one.id: mark(found.practice.get(one.id)) for one in exercises}
    words = {one.id: one.words[options.lang] for one in exercises}
    if options.json:
        sys.stdout.write(_document(exercises, words, marks, options.lang))
    else:
        catalogue(choose_face(sys.stdout, plain=options.plain), exercises, words, marks)
    return ExitStatus.OK


def _document(
    exercises: Sequence[Exercise], words: Mapping[str, ExerciseWords], marks: Mapping[str, str], language: str
) -> str:
    listed = [
        {
            "id": one.id,
            "lesson": one.lesson,
            "broken": one.broken,
            "minutes": one.minutes,
            "state": marks[one.id],
            "title": words[one.id].title,
        }
        for one in exercises
    ]
    document = {"schema": "semdocker/exercises/1", "lang": language, "exercises": listed}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def practice(options: Options, course: Course, exercises: Sequence[Exercise]) -> ExitStatus:
    """Practise from the exercise asked for on. Raises RunnerError, or Interrupted."""
    view = open_view(options)
    notebook = Notebook(view.remark)
    exercise: Exercise | None = selection.exercise(options.exercise, exercises, notebook.practised)
    with Seat(course, options, view) as seat:
        view.values = seat.values
        while exercise:
            session = PracticeSession(seat, exercise, Coach(view), notebook)
            exercise = _after(exercise, exercises, session) if session.practise() else None
    return ExitStatus.OK


def _after(exercise: Exercise, exercises: Sequence[Exercise], session: PracticeSession) -> Exercise | None:
    """The next of the same kind."""
    same = [one for one in exercises if one.broken == exercise.broken]
    rest = same[same.index(exercise) + 1 :]
    if not rest:
        session.coach.remark("practice.last")
    return rest[0] if rest else None
