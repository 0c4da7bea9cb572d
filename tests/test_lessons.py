"""Every lesson for real: each check red before its step, green after, red again after its undo; any order; clean."""

from __future__ import annotations

import random

import pytest

from runner import engine
from runner.engine import LessonRun, silent
from runner.model import Course, Lesson, Outcome, Step
from runner.render import Values
from tests.conftest import the_course

pytestmark = pytest.mark.root
LESSONS = [lesson.id for lesson in the_course().lessons]


def open_lesson(course: Course, id: str, values: Values, lock: int) -> LessonRun:
    run = LessonRun(course, course.lesson(id), values, "default", lock)
    try:
        run.start()
    except BaseException:
        run.finish()
        raise
    return run


def assert_red(run: LessonRun, step: Step, when: str) -> None:
    for check in run.look(step, None, wait=False):
        assert check.outcome is Outcome.FAILED, f"{run.lesson.id}/{step.id} {when}: {check}"


def perform(run: LessonRun, step: Step) -> None:
    result = run.perform(step, silent)
    assert result.outcome is Outcome.PASSED, f"{run.lesson.id}/{step.id}: {result}"


@pytest.mark.parametrize("id", LESSONS)
def test_each_check_is_red_before_its_step_and_green_after(course: Course, values: Values, seat: int, id: str) -> None:
    run = open_lesson(course, id, values, seat)
    try:
        for step in run.lesson.steps:
            assert_red(run, step, "before")
            perform(run, step)
    finally:
        rollback = run.finish()
    assert rollback.leftovers == ()


@pytest.mark.parametrize("id", LESSONS)
def test_each_step_back_is_real(course: Course, values: Values, seat: int, id: str) -> None:
    """After its undo, the checks of a step are red again, and the step can be done once more."""
    run = open_lesson(course, id, values, seat)
    try:
        for step in run.lesson.steps:
            perform(run, step)
            run.step_back()
            assert_red(run, step, "after undo")
            perform(run, step)
    finally:
        rollback = run.finish()
    assert rollback.leftovers == ()


def test_the_lessons_in_a_random_order(course: Course, values: Values, seat: int) -> None:
    order = random.sample(LESSONS, len(LESSONS))
    for id in order:
        run = open_lesson(course, id, values, seat)
        try:
            for step in run.lesson.steps:
                perform(run, step)
        finally:
            rollback = run.finish()
        assert rollback.leftovers == (), order


@pytest.mark.parametrize("id", LESSONS)
def test_words_are_complete(course: Course, id: str) -> None:
    lesson: Lesson = course.lesson(id)
    assert 3 <= len(lesson.quiz) <= 5
    for words in lesson.words.values():
        for step in lesson.steps:
            assert words.steps[step.id].explain.v2.strip()
            assert words.steps[step.id].hints
            if step.fails:
                assert words.steps[step.id].after, f"{id}/{step.id} fails on purpose and must say what was seen"
        for question in lesson.quiz:
            asked = words.quiz[question.id]
            assert set(asked.reasons) == set(question.choices)
            assert bool(asked.right and asked.wrong) != bool(question.choices)


def test_a_step_typed_in_the_wrong_shell_is_not_typed(course: Course, values: Values, seat: int) -> None:
    run = open_lesson(course, "hostname", values, seat)
    try:
        rename = next(step for step in run.lesson.steps if step.at == "container")
        result = run.perform(rename, silent)
    finally:
        run.finish()
    assert result.command.trouble is not None
    assert result.outcome is Outcome.FAILED


def test_a_failure_on_purpose_must_fail_as_told(course: Course) -> None:
    from runner.model import CommandResult, Dual, Fails, Undo

    step = Step("x", Dual("x", "x"), Undo(), fails=Fails(127, "No such file"))
    assert engine.did_as_told(step, CommandResult("x", 127, "x: No such file or directory", 0.0))
    assert not engine.did_as_told(step, CommandResult("x", 0, "x: No such file or directory", 0.0))
    assert not engine.did_as_told(step, CommandResult("x", 127, "command not found", 0.0))
    assert not engine.did_as_told(step, CommandResult("x", 1, "No such file", 0.0))
