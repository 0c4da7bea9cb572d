"""Whether this machine can do a lesson: the one answer that `doctor` shows and that every verb obeys.

lesson.requires → capability.look (what can be read) → trial.run (what is tried in a lab) → Missing (why, and the cure)
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from runner.host import capability, capability_fixes, programs
from runner.lab import trial
from runner.records.course import Course, Lesson
from runner.records.exercise import Exercise
from runner.records.results import Answer, Leftover, Missing, Outcome

BASE = Path("/containers")
Tried = tuple[trial.Commands, Path, str]  # the commands, where, and in which terminal


def required(course: Course, wanted: Lesson | Exercise) -> tuple[str, ...]:
    """Return what a lesson or an exercise needs: of the lab, of the lessons that prepare it, and of its own."""
    prepared = [start.lesson for start in wanted.start] if isinstance(wanted, Exercise) else wanted.needs
    parts = (*map(course.lesson, prepared), wanted)
    names = (name for part in parts for name in (*part.requires, *_of_programs(part)))
    return tuple(dict.fromkeys((*capability.LAB, *names)))


def _of_programs(part: Lesson | Exercise) -> Iterator[str]:
    """Give what the commands and checks need of the programs that they use."""
    steps = part.breaks if isinstance(part, Exercise) else part.steps
    commands = (step.run for step in steps)
    undos = (undo for step in steps for undo in step.undo.commands)
    fix = part.fix if isinstance(part, Exercise) else ()
    return programs.needed((*commands, *undos, *fix), (check for step in steps for check in step.checks))


def missing(course: Course, wanted: Lesson | Exercise) -> tuple[Missing, ...]:
    """Return what this machine or this user lacks for a lesson or an exercise."""
    names = required(course, wanted)
    return tuple(lacks for name in names if (lacks := _answer(name, names).lacks))


def answers(names: Iterable[str]) -> list[Answer]:
    """Say of each capability whether it is there, for root and for others.

    Only root can try most of them, so for others the answer is that we could not check. Nor do others lack root when
    they have sudo, because `run` becomes root with it.
    """
    wanted = tuple(names)
    return [_answer(name, wanted) if os.geteuid() == 0 else _unprivileged(name) for name in wanted]


def noticed(names: Iterable[str]) -> list[Leftover]:
    """Return what is different on the machine since these were tried: a module brings network interfaces."""
    commands, base, term = _loading(tuple(names))
    if not commands or capability.look("root") or capability.look("lab"):
        return []
    return [Leftover(**fields) for fields in trial.run(commands, base, term).noticed]


def _unprivileged(name: str) -> Answer:
    if name == "root" and shutil.which("sudo"):
        return Answer(name, Outcome.PASSED)
    lacks = capability.look(name)
    if lacks:
        return Answer(name, Outcome.FAILED, lacks)
    tried = name == "lab" or capability.command(name)
    return Answer(name, Outcome.COULD_NOT_CHECK if tried else Outcome.PASSED)


def _answer(name: str, wanted: Sequence[str]) -> Answer:
    """Look first, then try. Without a lab nothing can be tried, and the lab itself is what is missing."""
    lacks = capability.look(name)
    if lacks or (name != "lab" and not capability.command(name)):
        return Answer(name, Outcome.FAILED if lacks else Outcome.PASSED, lacks)
    if capability.look("root") or capability.look("lab"):
        return Answer(name, Outcome.COULD_NOT_CHECK)
    tried = trial.run(*(_loading(wanted) if _loads(name) else _harmless()))
    observed = tried.lab if name == "lab" else tried.failed.get(name)
    if observed is None:
        return Answer(name, Outcome.PASSED if tried.answered and not tried.lab else Outcome.COULD_NOT_CHECK)
    cause, fix = capability_fixes.for_failure(name, observed)
    return Answer(name, Outcome.FAILED, Missing(name, observed, fix, cause))


def begin() -> None:
    """Let the trial begin while the course is being read; `missing` and `answers` wait for what it saw."""
    if not (capability.look("root") or capability.look("lab")):
        trial.begin(*_harmless())


def _loads(name: str) -> bool:
    """Tell whether to try a capability loads modules of the kernel, some of which bring network interfaces."""
    return name.partition(".")[0] in ("link", "tc", "nft")


def _harmless() -> Tried:
    names = (*capability.NAMES, *(f"tool.{name}" for name in programs.USES))
    return _trial(name for name in names if not _loads(name))


def _loading(wanted: Sequence[str]) -> Tried:
    """Return the trial of what loads modules: only what is wanted of it."""
    return _trial(name for name in capability.NAMES if _loads(name) and name in wanted)


def _trial(names: Iterable[str]) -> Tried:
    """Return what is tried, where, and in which terminal: the one that we are in."""
    commands = ((name, capability.command(name)) for name in names)
    return tuple((name, command) for name, command in commands if command), BASE, os.environ.get("TERM", "dumb")
