"""Every lesson for real: each check red before its step, green after, red again after its undo; any order; clean."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable

import pytest

from runner.author.prove_lesson import Event, Prover
from runner.author.prove_step import StepProof
from runner.course.render import Values
from runner.engine import lesson_run
from runner.engine.lab_run import silent
from runner.records import results
from runner.records.course import Course, Lesson, Step
from runner.records.results import Outcome
from tests.conftest import seated, the_course
from tests.support import sample

pytestmark = [pytest.mark.root, pytest.mark.timeout(1200)]  # the longest is proven in two minutes on a fast machine
LESSONS = [lesson.id for lesson in the_course().lessons]


def assert_proven(found: Iterable[Event]) -> None:
    for one in list(found):  # to its end, which puts the machine back
        doubts = [stage for stage in one.stages if stage.doubts] if isinstance(one, StepProof) else one
        assert one.proven, f"{one.lesson}: {doubts}"


@pytest.mark.parametrize("id", sample.of(LESSONS, 1 / 5, "lessons"))
def test_a_lesson_is_proven(course: Course, id: str) -> None:
    """Some of them, and once, to be quick; `semdocker prove` does all of them twice."""
    with seated(course) as seat:
        assert_proven(Prover(seat).lesson(course.lesson(id), rounds=1))


def test_the_lessons_in_a_random_order(course: Course) -> None:
    order = random.sample(course.lessons, len(course.lessons) // 4)
    with seated(course) as seat:
        assert_proven(Prover(seat).after_each_other(order))


@pytest.mark.parametrize("id", LESSONS)
def test_what_lasts_is_sabotaged(course: Course, id: str) -> None:
    """A check of a lasting fact has something that breaks it; what a command printed or who is gone has not."""
    for step in course.lesson(id).steps:
        lasting = [
            check for check in step.checks if check.kind != "output" and check.params.get("alive", True) is not False
        ]
        assert step.sabotage or not lasting, f"{id}/{step.id}"


@pytest.mark.parametrize("id", LESSONS)
def test_words_are_complete(course: Course, id: str) -> None:
    lesson: Lesson = course.lesson(id)
    assert 3 <= len(lesson.quiz) <= 6
    for words in lesson.words.values():
        for step in lesson.steps:
            assert words.steps[step.id].explain.v2.strip()
            assert words.steps[step.id].hints
            assert not any("`" in one for one in words.steps[step.id].evidence.values()), "evidence has no Markdown"
            notes = words.steps[step.id].notes
            assert notes, f"{id}/{step.id} has nothing for whoever shows it to a class"
            for note in re.split("^- ", notes.v2, flags=re.MULTILINE):
                assert not re.fullmatch('"[^"]*"', note.strip()), f"{id}/{step.id}: quoted, as if a student said it"
            if step.fails:
                assert words.steps[step.id].after, f"{id}/{step.id} fails on purpose and must say what was seen"
        for question in lesson.quiz:
            asked = words.quiz[question.id]
            assert set(asked.reasons) == set(question.choices)
            assert bool(asked.right and asked.wrong) != bool(question.choices)


def test_a_step_typed_in_the_wrong_shell_is_not_typed(course: Course, values: Values, seat: int) -> None:
    run = lesson_run.LessonRun(course, course.lesson("hostname"), values, "default", seat)
    try:
        run.start()
        rename = next(step for step in run.lesson.steps if step.at == "container")
        result = run.perform(rename, silent)
    finally:
        run.finish()
    assert result.command.trouble is not None
    assert result.outcome is Outcome.FAILED


def test_a_failure_on_purpose_must_fail_as_told(course: Course) -> None:
    from runner.records.course import Fails, Undo
    from runner.records.results import CommandResult
    from runner.records.texts import Dual

    step = Step(id="x", run=Dual("x", "x"), undo=Undo(), fails=Fails(127, "No such file"))
    assert results.did_as_told(step, CommandResult("x", 127, "x: No such file or directory", 0.0))
    assert not results.did_as_told(step, CommandResult("x", 0, "x: No such file or directory", 0.0))
    assert not results.did_as_told(step, CommandResult("x", 127, "command not found", 0.0))
    assert not results.did_as_told(step, CommandResult("x", 1, "No such file", 0.0))
