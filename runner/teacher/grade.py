"""A script's grade: every trial, in an order that nobody knows, in a fresh lab; and then all of it once more."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable
from pathlib import Path

from runner.checks.check_context import Gone, compare
from runner.engine.seat import Seat, Show
from runner.lab.jail import Limits
from runner.records.grade import Grade, verdicts
from runner.records.results import Finding, Outcome
from runner.teacher import grade_image
from runner.teacher.grade_bench import Bench
from runner.teacher.grade_trials import ASKS, Ask

ROUNDS = 2
COMMANDS = 6  # A round may take as long as so many commands that do not end.
LARGEST = 1 << 20  # bytes of a script

Tell = Callable[[int, int], None]  # how many trials are done, and of how many


def grade(  # noqa: PLR0917 -- what a grade needs
    seat: Seat, script: Path, busybox: Path, limits: Limits, seed: int, show: Show, tell: Tell
) -> Grade:
    """Grade one script. Raises OSError when it cannot be read, Dirty when a lab leaves something behind."""
    began, chance = time.monotonic(), random.Random(seed)  # noqa: S311 -- it must be repeatable, not secret for ever
    with script.open("rb") as file:
        engine = file.read(LARGEST)
    found: list[tuple[str, Finding]] = []
    total = ROUNDS * len(ASKS)
    for number in range(ROUNDS):
        salt = f"{chance.getrandbits(64):016d}"[-16:]
        order = chance.sample(ASKS, len(ASKS))
        image = grade_image.make(busybox, salt)
        with seat.lab(show) as lab:
            deadline = time.monotonic() + COMMANDS * limits.seconds
            bench = Bench(lab, engine, image, salt, limits, deadline)
            for done, ask in enumerate(order):
                tell(number * len(ASKS) + done + 1, total)
                _ask(bench, ask)
            found += bench.found
    digest = hashlib.sha256(engine).hexdigest()
    return Grade(str(script), digest, seed, verdicts(found), time.monotonic() - began)


def _ask(bench: Bench, ask: Ask) -> None:
    """Do one trial. What we cannot look at is our trouble, and told as that; what has no time left is the script's."""
    if time.monotonic() > bench.deadline:
        for name in ask.proves:
            bench.add(name, compare("grade.tried", "tried", "no time left"))
        return
    try:
        with bench.trial() as trial:
            ask.do(trial)
    except Gone as gone:
        for name in ask.proves:
            bench.add(name, compare("process.alive", "running", None, gone.source))
    except OSError as error:
        for name in ask.proves:
            bench.add(name, Finding("grade.tried", "", str(error), Outcome.COULD_NOT_CHECK))
