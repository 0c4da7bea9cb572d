"""Whether this machine can do a lesson: the one answer that `doctor` shows and that every verb obeys.

lesson.requires → capability.look (what can be read) → trial.run (what is tried in a lab) → Missing (why, and the cure)
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from runner.host import capability, capability_fixes
from runner.lab import trial
from runner.records.course import Course, Lesson
from runner.records.exercise import Exercise
from runner.records.results import Answer, Missing, Outcome

BASE = Path("/containers")


def required(course: Course, wanted: Lesson | Exercise) -> tuple[str, ...]:
    """Return what a lesson or an exercise needs: of the lab, of the lessons that prepare it, and of its own."""
    prepared = [start.lesson for start in wanted.start] if isinstance(wanted, Exercise) else wanted.needs
    names = (name for lesson in map(course.lesson, prepared) for name in lesson.requires)
    return tuple(dict.fromkeys((*capability.LAB, *names, *wanted.requires)))


def missing(course: Course, wanted: Lesson | Exercise) -> tuple[Missing, ...]:
    """Return what this machine or this user lacks for a lesson or an exercise."""
    return tuple(lacks for name in required(course, wanted) if (lacks := _answer(name).lacks))


def answers(names: Iterable[str]) -> list[Answer]:
    """Say of each capability whether it is there, for root and for others.

    Only root can try most of them, so for others the answer is that we could not check. Nor do others lack root when
    they have sudo, because `run` becomes root with it.
    """
    if os.geteuid() == 0:
        return list(map(_answer, names))
    return list(map(_unprivileged, names))


def _unprivileged(name: str) -> Answer:
    if name == "root" and shutil.which("sudo"):
        return Answer(name, Outcome.PASSED)
    lacks = capability.look(name)
    if lacks:
        return Answer(name, Outcome.FAILED, lacks)
    tried = name == "lab" or capability.command(name)
    return Answer(name, Outcome.COULD_NOT_CHECK if tried else Outcome.PASSED)


def _answer(name: str) -> Answer:
    """Look first, then try. Without a lab nothing can be tried, and the lab itself is what is missing."""
    lacks = capability.look(name)
    if lacks or (name != "lab" and not capability.command(name)):
        return Answer(name, Outcome.FAILED if lacks else Outcome.PASSED, lacks)
    if capability.look("root") or capability.look("lab"):
        return Answer(name, Outcome.COULD_NOT_CHECK)
    tried = trial.run(*_everything())
    observed = tried.lab if name == "lab" else tried.failed.get(name)
    if observed is None:
        return Answer(name, Outcome.PASSED if tried.answered and not tried.lab else Outcome.COULD_NOT_CHECK)
    cause, fix = capability_fixes.for_failure(name, observed)
    return Answer(name, Outcome.FAILED, Missing(name, observed, fix, cause))


def begin() -> None:
    """Let the trial begin while the course is being read; `missing` and `answers` wait for what it saw."""
    if not (capability.look("root") or capability.look("lab")):
        trial.begin(*_everything())


def _everything() -> tuple[trial.Commands, Path, str]:
    """Return what is tried, where, and in which terminal: the one that we are in."""
    commands = ((name, capability.command(name)) for name in capability.NAMES)
    return tuple((name, command) for name, command in commands if command), BASE, os.environ.get("TERM", "dumb")
