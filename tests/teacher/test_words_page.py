"""Pages of words before a class: read screen by screen, to their last line, forth and back."""

from __future__ import annotations

import io
import re

import pytest

from runner.engine import machine_values
from runner.messages.language import install
from runner.records.course import Lesson
from runner.screen.color import Color
from runner.screen.narration import View
from runner.screen.repaint import Paint, painted
from runner.teacher import around_steps
from runner.teacher.class_screen import State
from runner.teacher.words_page import Words, divided
from tests.conftest import the_course

COLOR = re.compile(r"\x1b\[[0-9;]*m")
SIZES = [(80, 24), (60, 18), (40, 10)]


@pytest.fixture(params=SIZES, ids=str)
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    columns, lines = request.param
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("LINES", str(lines))
    return columns, lines


@pytest.fixture(params=["en", "pt"])
def language(request: pytest.FixtureRequest) -> str:
    install(request.param)
    return str(request.param)


def shown(words: Words, capsys: pytest.CaptureFixture[str]) -> list[str]:
    words.show(Color(io.StringIO(), force_terminal=True))
    return [COLOR.sub("", line).rstrip() for line in capsys.readouterr().out.split("\r\n")]


def pages(lesson: Lesson, language: str) -> list[tuple[Paint, str]]:
    view = View(Color(io.StringIO()), language, machine_values.for_seat(the_course(), {}))
    words = lesson.words[language]
    after = around_steps.after_steps(lesson)
    first = around_steps.introduction(view, 1, 1, lesson, words), "ready"
    return [first, *((around_steps.page(view, lesson, words, one), around_steps.footer(lesson, one)) for one in after)]


def test_every_page_of_the_base_is_whole_and_fits(
    size: tuple[int, int], language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for lesson in the_course().lessons[:6]:
        for paint, footer in pages(lesson, language):
            whole = "".join("".join(COLOR.sub("", line).split()) for line in painted(paint, *size))
            words = Words(paint, footer, 0, waits=True)
            screens = [shown(words, capsys)]
            while words.turns(1):
                screens.append(shown(words, capsys))
            assert all(len(screen) < size[1] for screen in screens)
            assert (
                "".join(screens[-1][screens[-1].index("") :] or "").replace(" ", "").endswith(footer.replace(" ", ""))
            )
            read = [line for screen in screens for line in screen[: _footer(screen)]]
            assert "".join("".join(line.split()) for line in read) == whole
            while words.turns(-1):
                screens.pop()
            assert len(screens) == 1


def _footer(screen: list[str]) -> int:
    """The line of the last gap, below which the way on is told."""
    return max(place for place, line in enumerate(screen) if not line)


def test_an_answer_stands_below_its_question_and_nothing_moves(language: str) -> None:
    for lesson in the_course().lessons[:6]:
        found = [paint for paint, _ in pages(lesson, language)][2:]
        for question, answered in zip(found[::2], found[1::2], strict=True):
            before, after = painted(question, 80, 24), painted(answered, 80, 24)
            assert after[: len(before)] == before
            assert len(after) > len(before)
            assert not re.search("Answer: |Resposta: ", "\n".join(before))


def test_the_pages_after_the_steps() -> None:
    lesson = the_course().lesson("hostname")
    found = around_steps.after_steps(lesson)
    assert found[0].state is State.ENDING
    assert [leaf.state for leaf in found[1:]] == [State.QUESTION, State.ANSWER] * len(lesson.quiz)
    assert [leaf.question for leaf in found[1::2]] == list(lesson.quiz)


def test_paragraphs_stay_together() -> None:
    lines = ["one", "", "two", "two", "two", "", "three", "three"]
    assert list(divided(lines, 6)) == [["one", "", "two", "two", "two"], ["three", "three"]]
    assert list(divided(lines, 8)) == [lines]
    assert list(divided(["a"] * 7, 3)) == [["a"] * 3, ["a"] * 3, ["a"]]
    assert list(divided(["a", "b", "c", ""], 3)) == [["a", "b", "c"]]
