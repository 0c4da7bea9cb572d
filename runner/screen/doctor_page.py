"""The page of `doctor`: what this machine offers, what it lacks, and which lessons that costs."""

from __future__ import annotations

import os
from collections.abc import Sequence

from runner.messages.catalog import label, text
from runner.records.results import Answer, Leftover, Outcome
from runner.screen.face import Face
from runner.screen.narration import show_missing


def doctor(
    face: Face,
    rows: Sequence[tuple[Answer, Sequence[str]]],
    remains: Sequence[Leftover] = (),
    parts: Sequence[tuple[str, int, int]] = (),
) -> None:
    """Show one row for each capability; a missing one with the lessons that need it. Then what was made by hand.

    Where something is missing, the `parts` of the course tell with how many of their lessons can run.
    """
    face.title(text("doctor.title"))
    for answer, lessons in rows:
        if answer.lacks:
            show_missing(face, answer.lacks)
            face.say("    " + text("doctor.costs", lessons=", ".join(lessons)))
        else:
            unknown = "doctor.untried" if os.geteuid() == 0 else "doctor.unseen"
            state = text("doctor.present" if answer.outcome == Outcome.PASSED else unknown)
            face.evidence(answer.outcome, label("capability." + answer.capability), [state])
    if remains:
        face.gap()
        face.say(text("doctor.hand-made"), "warn")
        face.pairs([(text("area." + one.area), f"{one.what}: {one.remove}") for one in remains])
    face.gap()
    _fitness(face, [answer for answer, _ in rows])
    if any(answer.lacks for answer, _ in rows):
        for title, fit, total in parts:
            face.say(text("doctor.part", title=title, fit=fit, total=total))


def _fitness(face: Face, answers: Sequence[Answer]) -> None:
    count = sum(answer.lacks is not None for answer in answers)
    if count:
        face.say(text("doctor.unfit", count=count), "bad")
    elif any(answer.outcome == Outcome.COULD_NOT_CHECK for answer in answers):
        face.say(text("doctor.unsure"), "warn")
    else:
        face.say(text("doctor.fit"), "good")
