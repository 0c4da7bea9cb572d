"""`semdocker practice --exam`: what is refused before the clock starts, and what is asked of this student."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from runner import __version__
from runner.course import load, selection
from runner.course.render import Values, assignments
from runner.engine import machine_values
from runner.engine.seat import Seat
from runner.host import login, package_files
from runner.learner import exam_file, exam_values
from runner.learner.exam_session import MOST, ExamSession
from runner.messages import safe_text
from runner.records.course import Course
from runner.records.errors import ExitStatus, UsageError
from runner.records.exam import Exam, unanswered
from runner.records.exercise import Exercise
from runner.records.options import Options
from runner.screen import keys
from runner.screen.choose_face import at_terminal, open_view
from runner.verbs import trusted_course
from runner.verbs.sudo import need_root

SEED = 100  # characters


class Wanted(NamedTuple):
    """The options of an exam."""

    minutes: int
    names: Sequence[str]  # of exercises, as they were typed
    to: Path | None
    junit: Path | None
    seed: str


def begin(options: Options, wanted: Wanted) -> ExitStatus:
    """Refuse what is wrong before the exam begins, become root, and hold it. Raises RunnerError, or Interrupted."""
    course = load.course(package_files.lessons(), extra=options.folders, wanted=wanted.names, practice=True)
    exercises = _chosen(wanted.names, course)
    to = _path(wanted.to or exam_file.default(options.seat), ".json", "--to")
    junit = _path(wanted.junit, ".xml", "--junit") if wanted.junit else None
    options = _with_own_values(options, course, _valid(wanted.seed))
    exam = _asked(options, course, exercises, wanted)
    exam_file.before(to, exam, junit)
    if not at_terminal():
        raise UsageError("no-terminal", verb="practice")
    need_root(options)
    view = open_view(options)
    trusted_course.agree(course, options, view)
    with keys.hushed(), Seat(course, options, view, only=True) as seat:
        before = exam_file.before(to, exam, junit)  # Only now nobody else is in this exam.
        token = {"token": exam_values.token(wanted.seed, options.seat)}
        view.values = seat.values = machine_values.but(course, seat.values, token)
        ExamSession(seat, view, exercises, before or exam, to, junit).hold()
    return ExitStatus.OK


def _chosen(names: Sequence[str], course: Course) -> list[Exercise]:
    """Return the exercises by their names, each once."""
    if not names:
        raise UsageError("exam-none")
    listed = selection.all_exercises(course)
    ids = dict.fromkeys(selection.exercise_id(name, course, listed, broken=False) for name in names)
    if len(ids) > MOST:
        raise UsageError("exam-many", limit=MOST)
    return [selection.exercise(id, listed, bool) for id in ids]


def _path(path: Path, ending: str, option: str) -> Path:
    """Return the whole path. Refuses another kind of file than the one that we write."""
    if path.suffix != ending:
        raise UsageError("exam-extension", option=option, path=str(path), ending=ending)
    return path.absolute()


def _valid(seed: str) -> str:
    """Return the seed. It is read aloud and typed by a class, so it has nothing that cannot be seen."""
    if not seed.isprintable() or len(seed) > SEED:
        raise UsageError("exam-seed", limit=SEED)
    return seed


def _with_own_values(options: Options, course: Course, seed: str) -> Options:
    """Return the options with the student's own values; what --set says comes after them, and counts."""
    own = exam_values.own(course.variables, seed, options.seat)
    return options._replace(settings=(*(f"{name}={value}" for name, value in own.items()), *options.settings))


def _asked(options: Options, course: Course, exercises: Sequence[Exercise], wanted: Wanted) -> Exam:
    values = Values(course.variables, assignments(options.settings))
    return Exam(
        version=__version__,
        host=platform.node(),
        user=safe_text.line(login.person().name),
        seat=options.seat,
        seed=wanted.seed,
        minutes=wanted.minutes,
        values={**values, "token": exam_values.token(wanted.seed, options.seat)},
        answers=tuple(map(unanswered, exercises)),
    )
