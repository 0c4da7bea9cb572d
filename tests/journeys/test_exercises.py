"""Every exercise for real: prepared, it is red; mended one way or the other, green; mended wrongly, red; and clean."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

import pytest

from runner.course import load
from runner.course.render import Values
from runner.engine import fitness
from runner.engine.exercise_run import ExerciseRun
from runner.engine.lab_run import silent
from runner.host import package_files
from runner.records.course import Course, Dual
from runner.records.exercise import Exercise, FactResult, all_true
from tests.conftest import the_course

pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]
SETTLE = 5.0  # seconds for what is right to come true; never reached where it does
STAYS = 1.0  # seconds for which what is wrong is watched
ALWAYS = ("own-name", "leaky-name")  # the others are for `pytest --proof`


@cache
def exercises() -> dict[str, Exercise]:
    return {one.id: one for one in load.exercises(package_files.lessons(), the_course())}


@contextmanager
def attempt(course: Course, values: Values, lock: int, exercise: Exercise) -> Iterator[ExerciseRun]:
    if lacks := fitness.missing(course, exercise):
        pytest.skip(f"this machine lacks {lacks}")
    run = ExerciseRun(course, exercise, values, "default", lock)
    try:
        run.start()
        yield run
    finally:
        rollback = run.finish()
    assert rollback.leftovers == ()
    assert rollback.noticed == ()
    assert rollback.restored == ()


def follow(run: ExerciseRun, way: Sequence[Dual]) -> str:
    """Type a way; gives what the terminal showed, for the message of a failure."""
    shown = []
    for command in run.commands(way):
        result = run.solve(command, silent)
        assert result.trouble is None, result
        shown.append(f"# {command}\n{result.output}")
    return "\n".join(shown)


def told(facts: Sequence[FactResult]) -> str:
    return "; ".join(f"{fact.id}: {fact.outcome} {fact.missing}" for fact in facts)


def stays_red(run: ExerciseRun, shown: str) -> None:
    """Not even for a moment is everything true."""
    deadline = time.monotonic() + STAYS
    while time.monotonic() < deadline:
        found = run.look_at_facts()
        assert not all_true(found), f"{told(found)}\n{shown}"
        time.sleep(0.05)


each_exercise = pytest.mark.parametrize(
    "id", [pytest.param(id, marks=() if id in ALWAYS else pytest.mark.proof) for id in exercises()]
)


@each_exercise
def test_the_matrix(course: Course, values: Values, seat: int, id: str) -> None:
    """Broken is red; doing nothing stays red; the fix and the other fix are green; each wrong fix stays red."""
    exercise = exercises()[id]
    with attempt(course, values, seat, exercise) as run:
        begin = run.look_at_facts()
        red = [fact.id for fact in begin if not fact.true]
        assert red if exercise.broken else len(red) == len(begin), told(begin)
        stays_red(run, "nothing was done")
        for way in (exercise.fix, exercise.also):
            run.restart()
            shown = follow(run, way)
            found = run.look_at_facts(wait=SETTLE)
            assert all_true(found), f"{told(found)}\n{shown}"
        for way in exercise.wrong:
            run.restart()
            stays_red(run, follow(run, way))


@each_exercise
def test_a_reset_is_a_fresh_start_and_quick(
    course: Course, values: Values, seat: int, id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    exercise = exercises()[id]
    with attempt(course, values, seat, exercise) as run:
        begin = [(fact.id, fact.outcome) for fact in run.look_at_facts()]
        follow(run, exercise.fix)
        started = time.monotonic()
        run.restart()
        seconds = time.monotonic() - started
        assert [(fact.id, fact.outcome) for fact in run.look_at_facts(wait=0.2)] == begin
    with capsys.disabled():
        print(f"\n{id}: reset in {seconds * 1000:.0f} ms", end="")


@pytest.mark.parametrize("id", exercises())
def test_words(course: Course, values: Values, id: str) -> None:
    exercise = exercises()[id]
    course.lesson(exercise.lesson)
    for words in exercise.words.values():
        assert len(words.hints) == 2
        assert bool(words.story and words.symptom) == exercise.broken
        assert bool(words.goal) != exercise.broken
        for text in (words.goal, words.story, words.symptom, words.explain):
            assert all(len(line) <= 80 for line in text.splitlines()), text


def test_there_is_enough_to_do() -> None:
    found = exercises().values()
    assert {one.lesson for one in found if not one.broken} == {lesson.id for lesson in the_course().lessons}
    assert sum(one.broken for one in found) >= 12
