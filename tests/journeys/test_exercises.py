"""Every exercise for real: prepared, it is red; mended one way or the other, green; mended wrongly, red; and clean."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

import pytest

from runner.author.prove_lesson import Prover, Round
from runner.course import load
from runner.course.render import Values
from runner.engine import fitness, machine_values
from runner.engine.exercise_run import ExerciseRun
from runner.engine.lab_run import silent
from runner.host import package_files
from runner.learner import exam_values
from runner.records.course import Course
from runner.records.exercise import Exercise, all_true
from runner.records.texts import Dual
from tests.conftest import seated, the_course
from tests.support import sample

pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]
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


def follow(run: ExerciseRun, way: Sequence[Dual]) -> None:
    for command in run.commands(way):
        result = run.solve(command, silent)
        assert result.trouble is None, result


each_exercise = pytest.mark.parametrize(
    "id", [pytest.param(id, marks=() if id in ALWAYS else pytest.mark.proof) for id in exercises()]
)


@each_exercise
def test_the_matrix(course: Course, id: str) -> None:
    """Broken is red; doing nothing stays red; the fix and the other fix are green; each wrong fix stays red."""
    exercise = exercises()[id]
    with seated(course) as seat:
        if lacks := seat.missing(exercise):
            pytest.skip(f"this machine lacks {lacks}")
        *ways, end = Prover(seat).exercise(exercise)
    assert len(ways) == 3 + len(exercise.wrong)
    assert isinstance(end, Round)
    assert end.proven, end
    assert end.rollback.restored == ()


@pytest.mark.parametrize("id", ["clinging-mount", "no-undertaker"])
def test_a_solution_ends_nobody_elses_program(course: Course, id: str) -> None:
    """The lab sees the machine's processes, and those of a colleague who does the same exercise."""
    other = subprocess.Popen(["sleep", "100000"], start_new_session=True)
    try:
        with seated(course) as seat:
            *_, end = Prover(seat).exercise(exercises()[id])
        assert isinstance(end, Round)
        assert end.proven, end
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


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


@each_exercise
def test_with_the_values_of_an_exam(course: Course, seat: int, id: str) -> None:
    """They are drawn anew each time: red at first, and green after the fix and the other fix, all the same."""
    exercise = exercises()[id]
    chosen = exam_values.own(course.variables, sample.SEED, id)
    token = {"token": exam_values.token(sample.SEED, id)}
    values = machine_values.but(course, machine_values.for_seat(course, chosen), token)
    with attempt(course, values, seat, exercise) as run:
        for way in filter(None, (exercise.fix, exercise.also)):
            assert not all_true(run.look_at_facts()), chosen
            follow(run, way)
            found = run.look_at_facts(wait=10)
            assert all_true(found), (chosen, [fact.missing for fact in found])
            run.restart()


@pytest.mark.parametrize("id", exercises())
def test_words(course: Course, values: Values, id: str) -> None:
    exercise = exercises()[id]
    course.lesson(exercise.lesson)
    for words in exercise.words.values():
        assert len(words.hints) in (2, 3)
        assert bool(words.story and words.symptom) == exercise.broken
        assert bool(words.goal) != exercise.broken
        for text in (words.goal, words.story, words.symptom, words.explain):
            assert all(len(line) <= 80 for line in text.splitlines()), text


def test_there_is_enough_to_do() -> None:
    found = exercises().values()
    assert {one.lesson for one in found if not one.broken} == {lesson.id for lesson in the_course().lessons}
    assert sum(one.broken for one in found) >= 12
