"""`semdocker learn` through a real terminal: the whole course, its questions, leaving and coming back."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from tests.command import CHECKOUT
from tests.conftest import the_course
from tests.student import (
    ANSWER,
    BEGIN,
    ENVIRONMENT,
    NEXT,
    NOT_YET,
    PROMPT,
    SEAT,
    Student,
    plain,
    progress,
    rightly,
)

pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]
LESSONS = [lesson.id for lesson in the_course().lessons]


# --- the whole course ---


@pytest.mark.parametrize("language", ["pt", "en"])
def test_the_whole_course_with_enter_only(language: str, tmp_path: Path) -> None:
    student = Student("rootfs", language=language, state=str(tmp_path), begun=False)
    for lesson in LESSONS:
        student.begins()
        student.enters_through(lesson)
        student.answers(lesson)
        if lesson != LESSONS[-1]:
            assert "✗" not in student.sees(NEXT[language])
            student.send("\r")
    shown = student.end()
    assert ("whole course" if language == "en" else "o curso inteiro") in shown
    again = Student(language=language, state=str(tmp_path), begun=False)
    shown = again.end()
    assert "semdocker report" in shown
    assert progress(tmp_path)["place"] is None


def test_typing_every_command_of_the_course() -> None:
    """In plain mode, which shows commands unfolded; so the whole course is done without any repaint, too."""
    student = Student("rootfs", "--plain", begun=False)
    for lesson in LESSONS:
        student.begins()
        for step in the_course().lesson(lesson).steps[:-1]:
            student.copies()
            assert NOT_YET["en"] not in student.at_prompt(), f"{lesson}/{step.id}"
        student.copies()
        student.answers(lesson)
        if lesson != LESSONS[-1]:
            student.sees(NEXT["en"])
            student.send("\r")
    assert "whole course" in student.end()
    assert not re.search("[─-╿■-◿✓✗•▸]", student.everything)


# --- questions ---


def test_leaving_in_the_questions_goes_on_with_those_that_are_open(tmp_path: Path) -> None:
    questions = the_course().lesson("hostname").quiz
    student = Student("hostname", state=str(tmp_path))
    student.enters_through("hostname")
    student.sees(ANSWER["en"])
    assert "equal" in student.everything  # the machine is back before anything is asked
    student.send(rightly(questions[0]) + "\r")
    student.sees(ANSWER["en"])
    student.send("what?\r")
    student.sees("There is no choice")
    wrong = next(number for number, one in enumerate(questions[1].choices, 1) if one not in questions[1].answer)
    student.send(f"{wrong}\r")
    student.sees(": no.")
    student.sees(ANSWER["en"])
    student.send("q\r")
    assert "place is kept" in student.end()
    assert progress(tmp_path)["place"] == {"lesson": "hostname", "step": None}

    again = Student(state=str(tmp_path), begun=False)  # no lesson said: it goes on
    for question in questions[1:]:
        shown = again.sees(ANSWER["en"])
        assert the_course().lesson("hostname").words["en"].quiz[question.id].ask[:40].replace("`", "") in shown
        again.send(rightly(question) + "\r")
    assert "Lesson hostname complete" in again.sees(NEXT["en"])
    again.send("n")
    again.end()
    assert progress(tmp_path)["place"] is None


def test_answers_that_are_typed_get_their_reason(tmp_path: Path) -> None:
    """One lesson whose steps are done already: only its questions are open."""
    steps = {
        step.id: {"state": "done", "attempts": 1, "hints": 0, "seconds": 1.0, "when": ""}
        for step in the_course().lesson("chroot").steps
    }
    lessons = {"chroot": {"steps": steps, "quiz": {}, "predictions": {}}}
    (tmp_path / "semdocker").mkdir()
    document = {"schema": "semdocker/progress/1", "place": None, "lessons": lessons}
    (tmp_path / "semdocker" / "progress.json").write_text(json.dumps(document))
    student = Student("chroot", state=str(tmp_path), begun=False)
    student.sees(NEXT["en"])
    student.send("\r")
    questions = the_course().lesson("chroot").quiz
    number = next(index for index, question in enumerate(questions) if question.number is not None)
    for question in questions[:number]:
        student.sees(ANSWER["en"])
        student.send(rightly(question) + "\r")
    assert "a number" in student.sees(ANSWER["en"])
    student.send("many\r")
    student.sees("is no number")
    student.sees(ANSWER["en"])
    student.send("l\r")
    student.language = "pt"
    assert "Com que código de saída" in student.sees(ANSWER["pt"])
    student.send("126\r")
    student.sees("“126”: não é isso.")
    student.sees("Esse é o vizinho")
    for question in questions[number + 1 :]:
        student.sees(ANSWER["pt"])
        student.send(rightly(question) + "\r")
    student.sees("1 pergunta, mais uma vez")
    student.sees(ANSWER["pt"])
    student.send("1\r")
    student.sees("A resposta é: 127")
    assert "which" not in student.sees(NEXT["pt"])
    student.send("n")
    student.end()
    quiz = progress(tmp_path)["lessons"]["chroot"]["quiz"]  # type: ignore[index]
    assert quiz["not-found"]["chosen"] == ["1"]
    assert quiz["not-found"]["right"] is False


# --- leaving, and coming back ---


def test_leaving_and_coming_back_goes_on_at_the_same_step(tmp_path: Path) -> None:
    student = Student("hostname", state=str(tmp_path))
    for _ in range(5):
        student.press("\r")
    assert "equal" in student.leave()
    again = Student(state=str(tmp_path), begun=False)
    assert "Step 6 of" in again.at_prompt()
    assert "Step 7 of" in again.press("\r")
    again.leave()
    found = progress(tmp_path)
    assert found["schema"] == "semdocker/progress/1"
    assert found["lessons"]["hostname"]["steps"]["host-name"]["state"] == "done"  # type: ignore[index]


def test_a_new_student_is_told_of_the_other_language_once(tmp_path: Path) -> None:
    def opening(*arguments: str, **environment: str) -> str:
        terminal = pexpect.spawn(
            sys.executable,
            ["-m", "runner", *arguments],
            cwd=str(CHECKOUT),
            dimensions=(24, 80),
            encoding="utf-8",
            timeout=30,
            env={**ENVIRONMENT, "XDG_STATE_HOME": str(tmp_path), **environment},
        )
        terminal.expect_exact([*BEGIN.values(), *PROMPT.values()])
        shown = plain(str(terminal.before))
        terminal.send("q")
        terminal.expect(pexpect.EOF)
        terminal.close()
        return shown

    assert "português" not in opening("learn", "--seat", SEAT, "--lang", "en")
    assert "Em português: tecle l, ou comece com --lang pt" in opening("learn", "--seat", SEAT)
    assert "In English: press l, or start with --lang en" in opening(
        "learn", "--seat", SEAT, LANG="pt_BR.UTF-8", LC_ALL=""
    )
    (tmp_path / "semdocker").mkdir(exist_ok=True)
    document = {"schema": "semdocker/progress/1", "place": {"lesson": "rootfs", "step": "tree"}, "lessons": {}}
    (tmp_path / "semdocker" / "progress.json").write_text(json.dumps(document))
    assert "português:" not in opening("learn", "--seat", SEAT)


# --- beginning ---


def test_without_a_terminal_it_never_asks() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "runner", "learn", "--lang", "en"],
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "semdocker run" in done.stderr


def test_learn_is_what_happens_at_a_terminal_when_nothing_is_said(seat: int, tmp_path: Path) -> None:
    """The seat is held by us, so that it says so instead of starting."""
    terminal = pexpect.spawn(
        sys.executable,
        ["-m", "runner"],
        cwd=str(CHECKOUT),
        encoding="utf-8",
        timeout=30,
        env={**ENVIRONMENT, "XDG_STATE_HOME": str(tmp_path)},
    )
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert "Another run" in str(terminal.before)
    assert terminal.exitstatus == 6
