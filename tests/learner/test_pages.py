"""A page of `learn` fits a screen of 80 columns and 24 lines, and one that does not stops at its fold."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest

from runner.engine import machine_values
from runner.engine.lesson_run import LessonRun
from runner.lab import seats
from runner.learner.tutor import Tutor
from runner.records.course import Course, Lesson
from runner.records.results import Leftover, Rollback, StepResult
from runner.screen.color import UNDER_A_PAGE, Color
from runner.screen.narration import View
from tests.support.lesson import SEAT

LINES = 24 - UNDER_A_PAGE
SHARE = 0.95


def _view(run: LessonRun, language: str) -> tuple[View, io.StringIO]:
    stream = io.StringIO()
    view = View(Color(stream, width=80, height=24, force_terminal=True), language, run.values)
    return view, stream


def _step_page(run: LessonRun, lesson: Lesson, number: int, language: str) -> int:
    view, stream = _view(run, language)
    step = lesson.steps[number]
    words = lesson.words[language].steps[step.id]
    view.step_opens(number + 1, len(lesson.steps), step, words, run.command(step))
    return len(stream.getvalue().rstrip().splitlines())


def _result_page(run: LessonRun, lesson: Lesson, number: int, language: str, result: StepResult) -> int:
    view, stream = _view(run, language)
    step = lesson.steps[number]
    view.output(result.command.output)
    view.step_closes(result, step, lesson.words[language].steps[step.id], why=False, whole=False)
    return len(stream.getvalue().rstrip().splitlines())


def _pages(run: LessonRun, lesson: Lesson) -> Iterator[tuple[str, int]]:
    for number, step in enumerate(lesson.steps):
        sizes = {("step", name): _step_page(run, lesson, number, name) for name in ("en", "pt")}
        result = run.perform(step, lambda _: None)
        assert result.outcome == "passed", step.id
        sizes |= {("result", name): _result_page(run, lesson, number, name, result) for name in ("en", "pt")}
        for (kind, name), lines in sizes.items():
            yield f"{lesson.id}/{step.id} {kind} {name}", lines


@pytest.mark.root
def test_pages_fit(course: Course) -> None:
    pages: dict[str, int] = {}
    values = machine_values.for_seat(course, {})
    for lesson in course.lessons:
        with seats.hold(SEAT, wait=60) as lock:
            run = LessonRun(course, lesson, values, SEAT, lock)
            try:
                run.start()
                pages.update(_pages(run, lesson))
            finally:
                run.finish()
    long = {name: lines for name, lines in pages.items() if lines > LINES}
    share = 1 - len(long) / len(pages)
    print(f"\n  {len(pages)} pages, {share:.1%} of them fit {LINES} lines; the others: {long}")
    assert share >= SHARE


def test_a_longer_page_stops_at_its_fold() -> None:
    stream = io.StringIO()
    face = Color(stream, width=80, height=24)
    turned: list[int] = []
    face.paged(lambda: turned.append(stream.getvalue().count("\n")))
    for number in range(60):
        face.say(f"line {number}")
    assert turned == [LINES, 2 * LINES]


def test_what_fits_on_one_page_is_not_torn() -> None:
    stream = io.StringIO()
    face = Color(stream, width=80, height=24)
    turned: list[int] = []
    face.paged(lambda: turned.append(stream.getvalue().count("\n")))
    face.say("\n".join(["first"] * 15))
    face.say("\n".join(["second"] * 10))
    assert turned == [15]


@pytest.mark.parametrize("above", range(1, LINES))
def test_a_long_text_is_not_torn_within_a_table_nor_after_its_heading(above: int) -> None:
    stream = io.StringIO()
    face = Color(stream, width=80, height=24)
    turned: list[list[str]] = []
    face.paged(lambda: turned.append(stream.getvalue().rstrip().splitlines()))
    rows = "\n".join(f"| row {number} | b |" for number in range(5))
    text = "\n\n".join(f"Paragraph {number}." for number in range(above))
    face.prose(f"{text}\n\n## Heading\n\n| head | b |\n|---|---|\n{rows}\n\n" + "\n\n".join(["The end."] * 11))
    assert turned
    assert not any(re.search("Heading|head|row [0-3]|━", lines[-1]) for lines in turned)


def test_how_the_machine_was_put_back_is_told_without_waiting() -> None:
    """Whoever read may have left, and the keyboard with them."""
    stream = io.StringIO()
    face = Color(stream, width=80, height=24)
    face.paged(pytest.fail)
    left = tuple(Leftover("cgroups", f"/sys/fs/cgroup/{number}", "rmdir") for number in range(50))
    View(face, "en").rolled_back(Rollback(left))
    assert stream.getvalue().count("/sys/fs/cgroup") >= 50


@pytest.mark.parametrize("language", ["en", "pt"])
def test_what_was_sealed_in_the_lab_is_told(language: str) -> None:
    stream = io.StringIO()
    View(Color(stream, width=80, height=24), language).rolled_back(Rollback(sealed=("ext4 /mnt", "virtiofs /a`b")))
    shown = re.sub("\x1b[^m]*m", "", stream.getvalue())
    assert "ext4 /mnt" in shown and "virtiofs /a´b" in shown


def test_what_was_read_does_not_count() -> None:
    stream = io.StringIO()
    face = Color(stream, width=80, height=24)
    face.paged(pytest.fail)
    for _ in range(5):
        face.say("\n".join(["line"] * 15))
        face.read()


@pytest.mark.parametrize(("before", "breaks"), [(LINES, []), (LINES + 1, [LINES])])
def test_the_last_line_of_a_page_is_not_hidden_alone(before: int, breaks: list[int]) -> None:
    """What fits on the screen with it needs no other key; what does not, turns before it."""
    stream = io.StringIO()
    face = Color(stream, width=80, height=24)
    turned: list[int] = []
    face.paged(lambda: turned.append(stream.getvalue().count("\n")))
    for number in range(before):
        face.say(f"line {number}")
    face.gap()
    face.say("Enter goes on", ends=True)
    assert turned == breaks
    assert before - sum(breaks) + 2 < 24


def test_pages_stop_at_their_fold_again_after_the_lab_is_put_back() -> None:
    """The end of a lesson comes after that, and is longer than a screen."""
    stream = io.StringIO()
    view = View(Color(stream, width=80, height=24), "en")
    turned: list[int] = []
    tutor = Tutor(view)
    tutor._more = lambda: turned.append(1)  # type: ignore[method-assign]
    view.rolled_back(Rollback(()))
    tutor.turns_pages()
    view.face.read()
    for number in range(30):
        view.face.say(f"line {number}")
    assert turned
