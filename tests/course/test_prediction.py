"""Guesses: the machine's answer of each kind, how a guess may be written, and that the course asks in every lesson."""

from __future__ import annotations

import pytest

from runner.course import prediction
from runner.host.kernel import Identity
from runner.messages.language import REQUIRED
from runner.records.course import Lesson, Predict
from runner.records.results import CommandResult, Trouble
from tests.conftest import the_course

LESSONS = the_course().lessons
PLACES = {"container": Identity(4711, 1)}


def ended(output: str = "", exit: int | None = 0) -> CommandResult:
    return CommandResult("x", exit, output, 0.1, None if exit is not None else Trouble.TIMEOUT)


@pytest.mark.parametrize(
    ("predict", "command", "answer"),
    [
        (Predict("text"), ended(" web \r\n"), "web"),
        (Predict("lines"), ended("a\nb\nc\n"), "3"),
        (Predict("lines"), ended(), "0"),
        (Predict("exit"), ended(exit=137), "137"),
        (Predict("fails"), ended(exit=1), "yes"),
        (Predict("fails"), ended(), "no"),
        (Predict("pid", "container"), ended(), "4711"),
        (Predict("pid", "jail"), ended(), None),
        (Predict("text"), ended("half", exit=None), None),
        (Predict("fails"), ended(exit=None), None),
    ],
)
def test_the_machine_answers(predict: Predict, command: CommandResult, answer: str | None) -> None:
    assert prediction.answer(predict, command, PLACES) == answer


@pytest.mark.parametrize(
    ("kind", "guess", "answer"),
    [
        ("text", " web ", "web"),
        *(("text", guess, "I am here") for guess in ('"I am here"', "'I am here'", "“I am here”.", "I am here.")),
        ("text", "v1.2.", "v1.2."),
        ("lines", "03", "3"),
        ("lines", "0", "0"),
        ("exit", " 137 ", "137"),
        ("pid", "4711", "4711"),
        *(("fails", guess, "yes") for guess in ("y", "Yes", "s", "SIM")),
        *(("fails", guess, "no") for guess in ("n", "No", "não", "NAO")),
    ],
)
def test_right_guesses(kind: str, guess: str, answer: str) -> None:
    assert prediction.verdict(kind, guess, answer)


@pytest.mark.parametrize(
    ("kind", "guess", "answer"),
    [
        ("text", "Web", "web"),
        ("text", "", "web"),
        ("lines", "30", "3"),
        ("lines", "three", "3"),
        ("lines", "", "0"),
        ("exit", "-1", "1"),
        ("exit", "²", "2"),
        ("fails", "y", "no"),
        ("fails", "maybe", "yes"),
    ],
)
def test_other_guesses(kind: str, guess: str, answer: str) -> None:
    assert not prediction.verdict(kind, guess, answer)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.id)
def test_every_lesson_asks_at_least_twice_in_every_language(lesson: Lesson) -> None:
    predicting = [step for step in lesson.steps if step.predict]
    assert len(predicting) >= 2
    for language in REQUIRED:
        for step in predicting:
            words = lesson.words[language].steps[step.id].predict
            assert words
            for version in ("v1", "v2"):
                assert "?" in words.ask.on(version)
                assert len(words.why.on(version)) > 40


def test_every_kind_is_asked() -> None:
    """All but a PID: nobody can know that number. It remains for lessons from elsewhere."""
    asked = {step.predict.kind for lesson in LESSONS for step in lesson.steps if step.predict}
    assert asked | {"pid"} == set(prediction.KINDS)


@pytest.mark.parametrize(
    ("kind", "typed", "could_be"),
    [
        ("lines", "12", True),
        ("lines", "twelve", False),
        ("pid", "-1", False),
        ("exit", "\N{ARABIC-INDIC DIGIT THREE}", False),
        ("fails", " Sim ", True),
        ("fails", "maybe", False),
        ("text", "anything at all", True),
        ("text", "  ", False),
    ],
)
def test_what_cannot_be_a_guess(kind: str, typed: str, could_be: bool) -> None:
    assert prediction.is_guess(kind, typed) is could_be
