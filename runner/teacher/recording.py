"""Lessons performed for a handout: what each command printed is kept, and a picture of the container."""

from __future__ import annotations

import time
from typing import NamedTuple

from runner.engine.lab_run import silent
from runner.engine.lesson_run import LessonRun
from runner.engine.seat import Seat, Show
from runner.lab.published_state import HOST
from runner.lab.xray import FOREGROUND, XRay, take_all
from runner.records.course import Lesson
from runner.records.errors import Dirty
from runner.records.results import LessonResult, Outcome, StepResult
from runner.screen.xray_drawing import drawing


class Recording(NamedTuple):
    """A lesson that was performed, or skipped; and the picture of its container."""

    result: LessonResult
    picture: str = ""  # SVG: what lived in the lab after the last step in a container
    pictured: str = ""  # the id of the step after which that was


def record(seat: Seat, lesson: Lesson, show: Show) -> Recording:
    """Perform a lesson up to its end, or to the step that does not pass; `show` gets the rollback.

    Raise Dirty only when another error had ended the lesson already: what stays is in the result.
    """
    lacks = seat.missing(lesson)
    if lacks:
        return Recording(LessonResult(lesson.id, Outcome.SKIPPED, 0.0, missing=lacks))
    started = time.monotonic()
    steps: list[StepResult] = []
    seen = "", ""
    try:
        with seat.lesson(lesson, show) as run:
            seen = _performed(run, seat.name, steps)
    except Dirty as dirty:
        if dirty.__context__:
            raise
    seconds = time.monotonic() - started
    return Recording(LessonResult(lesson.id, steps[-1].outcome, seconds, tuple(steps), run.rollback), *seen)


def _performed(run: LessonRun, seat: str, steps: list[StepResult]) -> tuple[str, str]:
    """Do the steps, and add their results. Return the picture of the places that were entered, and its step."""
    seen: tuple[XRay, ...] = ()
    pictured = ""
    for step in run.lesson.steps:
        steps.append(run.perform(step, silent))
        if steps[-1].outcome is not Outcome.PASSED:
            break
        if step.enters or step.at != HOST:
            entered = tuple(one for one in take_all(seat) if one.place not in (HOST, FOREGROUND))
            fewer = {one.pid for one in entered} < {one.pid for one in seen}  # some of it was left: that is no news
            if entered and not fewer:
                seen, pictured = entered, step.id
    return drawing(seen) if seen else "", pictured
