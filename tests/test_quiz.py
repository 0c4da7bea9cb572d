"""What a student types as an answer is understood generously, and judged exactly."""

from __future__ import annotations

import pytest

from runner import messages, quiz
from runner.model import Course, Question, QuestionWords

ONE = Question("one", ("x", "y", "z"), ("y",))
TWO = Question("two", ("p", "q", "r", "s"), ("p", "r"))
MANY = Question("many", tuple(f"c{number}" for number in range(12)), ("c0", "c11"))
WORDS = QuestionWords("?", dict.fromkeys("pqrs", "choice"), {letter: f"because {letter}" for letter in "pqrs"})


@pytest.mark.parametrize("typed", ["b", "B", " b ", "2", "b)", "(b)", "2.", "b,", "b b", "b 2"])
def test_one_choice(typed: str) -> None:
    assert quiz.parse(typed, ONE) == ("y",)


@pytest.mark.parametrize(
    "typed", ["a,c", "c,a", "1 3", "A C", "a;3", "ac", "CA", "a, c", "a + c", "1,3,", "a&c", "a a c"]
)
def test_many_choices_in_the_order_shown(typed: str) -> None:
    assert quiz.parse(typed, TWO) == ("p", "r")


def test_numbers_are_not_run_together() -> None:
    assert quiz.parse("12", MANY) == ("c11",)
    assert quiz.parse("1 12", MANY) == ("c0", "c11")
    assert quiz.parse("l", MANY) == ("c11",)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("", "quiz.nothing"),
        ("   ", "quiz.nothing"),
        (" , ;", "quiz.nothing"),
        ("d", "quiz.unknown"),
        ("0", "quiz.unknown"),
        ("4", "quiz.unknown"),
        ("-1", "quiz.unknown"),
        ("12", "quiz.unknown"),
        ("a d", "quiz.unknown"),
        ("yes", "quiz.unknown"),
        ("²", "quiz.unknown"),
        ("\x1b[A", "quiz.unknown"),
        ("a,b", "quiz.one-only"),
        ("ab", "quiz.one-only"),
        ("1 2", "quiz.one-only"),
    ],
)
def test_what_is_no_answer_says_why(typed: str, key: str) -> None:
    found = quiz.parse(typed, ONE)
    assert isinstance(found, quiz.Refusal)
    assert found.key == key
    assert "{" not in messages.text(found.key, **found.values)


def test_the_word_that_is_unknown_is_named() -> None:
    found = quiz.parse("a x", TWO)
    assert isinstance(found, quiz.Refusal)
    assert found.values == {"typed": "x", "last": "d", "count": "4"}


@pytest.mark.parametrize(
    ("chosen", "right", "lacking"),
    [
        (("p", "r"), True, 0),
        (("r", "p"), True, 0),
        (("p",), False, 1),
        (("q",), False, 2),
        (("p", "q", "r"), False, 0),
        (("p", "q", "r", "s"), False, 0),
    ],
)
def test_right_is_exactly_the_answer(chosen: tuple[str, ...], right: bool, lacking: int) -> None:
    verdict = quiz.judge(TWO, WORDS, chosen)
    assert (verdict.right, verdict.lacking) == (right, lacking)
    assert [reason.choice for reason in verdict.reasons] == sorted(chosen)
    for reason in verdict.reasons:
        assert reason.right == (reason.choice in TWO.answers)
        assert reason.words == f"because {reason.choice}"
        assert reason.letter == "abcd"["pqrs".index(reason.choice)]


def test_what_to_review() -> None:
    assert quiz.to_review((ONE, TWO, MANY), {"many": False, "one": False, "two": True}) == (ONE, MANY)
    assert quiz.to_review((ONE, TWO), {}) == ()


def test_every_question_of_the_course_can_be_answered(course: Course) -> None:
    for lesson in course.lessons:
        for question in lesson.quiz:
            typed = ",".join(quiz.letters(question)[answer] for answer in question.answers)
            chosen = quiz.parse(typed, question)
            assert isinstance(chosen, tuple)
            for words in lesson.words.values():
                assert quiz.judge(question, words.quiz[question.id], chosen).right
            assert quiz.is_multiple(question) == (len(question.answers) > 1)
