"""The proof of an exercise: red as it is prepared, green after each way to its goal, and red after each wrong way.

Nothing is printed. Everything that is not as it should be becomes a Doubt.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from runner.author.prove_step import Doubt, Stage, StepProof, ending
from runner.engine.exercise_run import TIMEOUT, ExerciseRun
from runner.engine.lab_run import silent
from runner.records.exercise import FactResult, all_true
from runner.records.texts import Dual

SETTLE = 5.0  # seconds for what is right to come true; never reached where it does
STAYS = 1.0  # seconds for which what is wrong is watched
POLL = 0.05  # seconds


def ways(run: ExerciseRun) -> Iterator[StepProof]:
    """Try the exercise as it is prepared, and then each way through it, each in a lab in which nothing was done yet."""
    exercise = run.exercise
    yield _proof(run, "begin", Stage("prepared", _begin(run) or _never_true(run, "solved-itself")))
    yield _mended(run, "fix", exercise.fix)
    run.restart()
    yield _mended(run, "also", exercise.also)
    for number, way in enumerate(exercise.wrong, 1):
        run.restart()
        doubts = _follow(run, way) or _never_true(run, "wrong-solves")
        yield _proof(run, f"wrong {number}", Stage("mistaken", doubts, _typed(run, way)))


def _mended(run: ExerciseRun, name: str, way: Sequence[Dual]) -> StepProof:
    return _proof(run, name, Stage("mended", _follow(run, way) or _all_true(run), _typed(run, way)))


def _proof(run: ExerciseRun, name: str, stage: Stage) -> StepProof:
    return StepProof(run.exercise.id, 1, name, (stage,), exercise=True)


def _typed(run: ExerciseRun, way: Sequence[Dual]) -> str:
    return "\n".join(run.commands(way))


def _begin(run: ExerciseRun) -> tuple[Doubt, ...]:
    """Return a doubt for what is true before anything was done: in what is broken, some of it may be."""
    found = run.look_at_facts()
    if run.exercise.broken and not all_true(found):
        return ()
    return tuple(doubt for fact in found if fact.true for doubt in _of(fact, "true-before"))


def _follow(run: ExerciseRun, way: Sequence[Dual]) -> tuple[Doubt, ...]:
    """Type a way. A command in it may fail, but it must end."""
    for command in run.commands(way):
        result = run.solve(command, silent)
        if result.trouble:
            return (
                Doubt(
                    "way-troubled",
                    fact="exit",
                    expected="0",
                    observed=ending(result),
                    trouble=result.trouble,
                    limit=TIMEOUT,
                ),
            )
    return ()


def _all_true(run: ExerciseRun) -> tuple[Doubt, ...]:
    found = run.look_at_facts(wait=SETTLE)
    return tuple(doubt for fact in found if not fact.true for doubt in _of(fact, "fact-false"))


def _never_true(run: ExerciseRun, key: str) -> tuple[Doubt, ...]:
    """Return a doubt if everything is true, even for a moment."""
    deadline = time.monotonic() + STAYS
    while time.monotonic() < deadline:
        if all_true(run.look_at_facts()):
            return (Doubt(key),)
        time.sleep(POLL)
    return ()


def _of(fact: FactResult, key: str) -> tuple[Doubt, ...]:
    findings = fact.missing or tuple(finding for check in fact.checks for finding in check.findings)
    return tuple(Doubt(key, fact.id, one.fact, one.expected, one.observed, one.source) for one in findings)
