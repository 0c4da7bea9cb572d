"""A script's grade: every trial, in an order that nobody knows, in a fresh lab; and then all of it once more."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from runner.checks.check_context import Gone, compare
from runner.engine.seat import Seat, Show
from runner.host import files, login
from runner.lab.jail import Limits
from runner.records.errors import RunnerError, UsageError
from runner.records.grade import NO_TIME, Grade, verdicts
from runner.records.results import Finding, Outcome
from runner.teacher import grade_image
from runner.teacher.grade_bench import Bench
from runner.teacher.grade_trials import ASKS, Ask

ROUNDS = 2
COMMANDS = 6  # A round may take as long as so many commands that do not end.
LARGEST = 1 << 20  # bytes of a script
REGULAR = b"+"
# What the machine must have: see `runner/host/capability.py`.
NEEDS = (
    *("root", "lab", "namespace.mount", "namespace.pid", "namespace.uts", "namespace.ipc", "namespace.net"),
    *("cgroup.memory", "cgroup.pids", "tool.busybox"),
)


class Progress(NamedTuple):
    """A trial that is about to begin."""

    number: int
    total: int


def read(script: Path) -> bytes:
    """Return what is in a script. Raises UsageError when it is none, or whoever typed the command may not read it: what
    an engine does is shown to them.
    """
    try:
        found = login.act(login.person(), lambda: _content(script))
    except OSError as error:
        raise UsageError("grade-script", path=str(script), reason=error.strerror or str(error)) from error
    if not found:
        raise UsageError("grade-not-a-file", path=str(script))
    engine = found.removeprefix(REGULAR)
    if len(engine) > LARGEST:
        raise UsageError("grade-too-large", path=str(script))
    return engine


def _content(script: Path) -> bytes:
    """Return REGULAR and what is in a file, as far as it may be a script; nothing when it is no regular file."""
    stream = files.opened(script)
    if stream is None:
        return b""
    with stream:
        return REGULAR + stream.read(LARGEST + 1)


def grading(  # noqa: PLR0917 -- what a grade needs
    seat: Seat,
    script: Path,
    engine: bytes,
    busybox: Path,
    limits: Limits,
    seed: int,
    show: Show,
    rounds: int = ROUNDS,
    asks: Sequence[Ask] = ASKS,
) -> Iterator[Progress | Grade]:
    """Grade one script: give each trial before it begins, and the grade in the end. Raises Dirty when a lab leaves
    something behind."""
    began, chance = time.monotonic(), random.Random(seed)  # noqa: S311 -- it must be repeatable, not secret for ever
    found: list[tuple[str, Finding]] = []
    for number in range(rounds):
        salt = f"{chance.randrange(10**16):016d}"
        order = chance.sample(asks, len(asks))
        image = grade_image.make(busybox, salt)
        yield Progress(number * len(asks) + 1, rounds * len(asks))
        with seat.lab(show) as lab:
            bench = Bench(lab, engine, image, salt, limits, time.monotonic() + COMMANDS * limits.seconds)
            for done, ask in enumerate(order, 1):
                _ask(bench, ask)
                if done < len(order):
                    yield Progress(number * len(asks) + done + 1, rounds * len(asks))
            found += bench.found
    yield Grade(str(script), digest(engine), seed, verdicts(found), time.monotonic() - began)


def digest(engine: bytes) -> str:
    """Return the word by which a script is known, whatever its name is."""
    return hashlib.sha256(engine).hexdigest()


def _ask(bench: Bench, ask: Ask) -> None:
    """Do one trial. What we cannot look at is our trouble, and told as that; what has no time left is the script's."""
    if time.monotonic() > bench.deadline:
        for name in ask.proves:
            bench.add(name, compare("grade.tried", "tried", NO_TIME))
        return
    try:
        with bench.trial() as trial:
            ask.do(trial)
    except Gone as gone:
        for name in ask.proves:
            bench.add(name, compare("process.alive", "running", None, gone.source))
    except Exception as error:  # a script may show us what nobody has thought of, and the class goes on
        for name in ask.proves:
            bench.add(name, Finding("grade.tried", "", _told(error), Outcome.COULD_NOT_CHECK))


def _told(error: Exception) -> str:
    """Say what happened: a RunnerError's detail is the kernel's word, when the jail did not open, or is gone."""
    if isinstance(error, RunnerError):
        return str(error.values.get("detail", error.key))
    return str(error) if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
