"""`semdocker learn` through a real terminal: the whole course, its questions, leaving and coming back."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import the_course
from tests.support import sample
from tests.support.command import semdocker
from tests.support.person import LEAVE, Person
from tests.support.student import (
    ANSWER,
    BAR,
    BEGIN,
    LIVE,
    NEXT,
    NOT_YET,
    PAGE,
    SEAT,
    Student,
    progress,
    rightly,
)

pytestmark = [pytest.mark.root, pytest.mark.timeout(600)]
LESSONS = [lesson.id for lesson in the_course().lessons]


# --- the course ---

# Its end as one walk, and some other lessons alone; all of it in one walk when all is asked for.
TO_THE_END = LESSONS if sample.everything else LESSONS[-2:]
ALONE = [] if sample.everything else sample.of(LESSONS[:-2], 1 / 6, "lessons by Enter")


def have_done(lessons: Sequence[str], state: Path, *, questions: bool = True) -> None:
    """Let all steps of lessons be done already, and their questions, too, unless only those are to be open."""
    step = {"state": "done", "attempts": 1, "hints": 0, "seconds": 1.0, "when": ""}
    answer = {"chosen": [], "right": True, "asked": 1, "seconds": 1.0, "when": ""}
    done = {
        lesson.id: {
            "steps": {one.id: step for one in lesson.steps},
            "quiz": {one.id: answer for one in lesson.quiz if questions},
            "predictions": {},
        }
        for lesson in map(the_course().lesson, lessons)
    }
    (state / "semdocker").mkdir()
    document = {"schema": "semdocker/progress/1", "place": None, "lessons": done}
    (state / "semdocker" / f"progress-{SEAT}.json").write_text(json.dumps(document))


def test_the_course_with_enter_only(tmp_path: Path) -> None:
    """In Portuguese; it is typed in English below."""
    have_done(LESSONS[: -len(TO_THE_END)], tmp_path)
    student = Student(TO_THE_END[0], language="pt", state=tmp_path, begun=False)
    for lesson in TO_THE_END:
        student.begins()
        student.enters_through(lesson)
        student.answers(lesson)
        if lesson != LESSONS[-1]:
            assert "✗" not in student.is_told(NEXT["pt"])
            student.send("\r")
    assert "o curso inteiro" in student.end()
    again = Student(language="pt", state=tmp_path, begun=False)
    shown = again.end()
    assert "semdocker report" in shown
    assert progress(tmp_path)["place"] is None


@pytest.mark.parametrize("lesson", ALONE)
def test_a_lesson_with_enter_only(lesson: str) -> None:
    student = Student(lesson)
    student.enters_through(lesson)
    student.answers(lesson)
    assert "✗" not in student.is_told(NEXT["en"])
    student.send("n")
    student.end()


def test_typing_every_command_of_the_course(tmp_path: Path) -> None:
    """In plain mode, which shows commands unfolded; so the course is done without any repaint, too."""
    have_done(LESSONS[: -len(TO_THE_END)], tmp_path)
    student = Student(TO_THE_END[0], "--plain", state=tmp_path, begun=False)
    for lesson in TO_THE_END:
        student.begins()
        types(student, lesson)
        if lesson != LESSONS[-1]:
            student.is_told(NEXT["en"])
            student.send("\r")
    assert "whole course" in student.end()
    assert not re.search("[─-╿■-◿✓✗•▸]", student.everything)


@pytest.mark.parametrize("lesson", ALONE)
def test_typing_every_command_of_a_lesson(lesson: str) -> None:
    student = Student(lesson, "--plain", begun=False)
    student.begins()
    types(student, lesson)
    student.is_told(NEXT["en"])
    student.send("n\r")
    student.end()


def types(student: Student, lesson: str) -> None:
    """Type every command of a lesson, and answer its questions."""
    for step in the_course().lesson(lesson).steps[:-1]:
        student.copies()
        assert NOT_YET["en"] not in student.asked(), f"{lesson}/{step.id}"
    student.copies()
    student.answers(lesson)


# --- questions ---


def test_leaving_in_the_questions_goes_on_with_those_that_are_open(tmp_path: Path) -> None:
    questions = the_course().lesson("hostname").quiz
    student = Student("hostname", state=tmp_path)
    student.enters_through("hostname")
    student.is_told(ANSWER["en"])
    assert "equal" in student.everything  # the machine is back before anything is asked
    student.send(rightly(questions[0]) + "\r")
    student.is_told(ANSWER["en"])
    student.send("what?\r")
    student.is_told("There is no choice")
    wrong = next(number for number, one in enumerate(questions[1].choices, 1) if one not in questions[1].answer)
    student.send(f"{wrong}\r")
    student.is_told(": no.")
    student.is_told(ANSWER["en"])
    student.send("q\r")
    assert "place is kept" in student.end()
    assert progress(tmp_path)["place"] == {"lesson": "hostname", "step": None}

    again = Student(state=tmp_path, begun=False)  # no lesson said: it goes on
    for question in questions[1:]:
        shown = again.is_told(ANSWER["en"])
        assert the_course().lesson("hostname").words["en"].quiz[question.id].ask[:40].replace("`", "") in shown
        again.send(rightly(question) + "\r")
    assert "Lesson hostname complete" in again.is_told(NEXT["en"])
    again.send("n")
    again.end()
    assert progress(tmp_path)["place"] is None


def test_answers_that_are_typed_get_their_reason(tmp_path: Path) -> None:
    have_done(["chroot"], tmp_path, questions=False)
    student = Student("chroot", state=tmp_path, begun=False)
    student.is_told(NEXT["en"])
    student.send("\r")
    questions = the_course().lesson("chroot").quiz
    number = next(index for index, question in enumerate(questions) if question.number is not None)
    for question in questions[:number]:
        student.is_told(ANSWER["en"])
        student.send(rightly(question) + "\r")
    assert "a number" in student.is_told(ANSWER["en"])
    student.send("many\r")
    student.is_told("is no number")
    student.is_told(ANSWER["en"])
    student.send("l\r")
    student.language = "pt"
    assert "Com que código de saída" in student.is_told(ANSWER["pt"])
    student.send("126\r")
    student.is_told("“126”: não é isso.")
    student.is_told("Esse é o vizinho")
    for question in questions[number + 1 :]:
        student.is_told(ANSWER["pt"])
        student.send(rightly(question) + "\r")
    student.is_told("1 pergunta, mais uma vez")
    student.is_told(ANSWER["pt"])
    student.send("1\r")
    student.is_told("A resposta é: 127")
    assert "which" not in student.is_told(NEXT["pt"])
    student.send("n")
    student.end()
    quiz = progress(tmp_path)["lessons"]["chroot"]["quiz"]  # type: ignore[index]
    assert quiz["not-found"]["chosen"] == ["1"]
    assert quiz["not-found"]["right"] is False


# --- leaving, and coming back ---


def test_leaving_and_coming_back_goes_on_at_the_same_step(tmp_path: Path) -> None:
    student = Student("hostname", state=tmp_path)
    for _ in range(5):
        student.press("\r")
    assert "equal" in student.leave()
    again = Student(state=tmp_path, begun=False)
    assert "Step 6 of" in again.asked()
    assert "Step 7 of" in again.press("\r")
    again.leave()
    found = progress(tmp_path)
    assert found["schema"] == "semdocker/progress/1"
    assert found["lessons"]["hostname"]["steps"]["host-name"]["state"] == "done"  # type: ignore[index]


def test_a_new_student_is_told_of_the_other_language_once(tmp_path: Path) -> None:
    def opening(*words: str, **variables: str) -> str:
        person = Person("learn", *words, seat=SEAT, environment={"XDG_STATE_HOME": str(tmp_path), **variables})
        stops = [page for pages in PAGE.values() for page in pages]
        shown = person.wait_for(*BEGIN.values(), *LIVE.values(), *stops)
        if person.seen.endswith(tuple(LIVE.values())):
            person.send(LEAVE)
            person.wait_for(*BAR.values())
        person.send("q")
        person.end()
        return shown

    assert "português" not in opening("--lang", "en")
    assert "Em português: tecle l, ou comece com --lang pt" in opening()
    assert "In English: press l, or start with --lang en" in opening(LANG="pt_BR.UTF-8", LC_ALL="")
    (tmp_path / "semdocker").mkdir(exist_ok=True)
    document = {"schema": "semdocker/progress/1", "place": {"lesson": "rootfs", "step": "tree"}, "lessons": {}}
    (tmp_path / "semdocker" / f"progress-{SEAT}.json").write_text(json.dumps(document))
    assert "português:" not in opening()


def test_who_quits_at_the_question_whether_to_answer_now_has_quit(tmp_path: Path) -> None:
    """It used to mean no, and the lesson began."""
    have_done(["hostname"], tmp_path, questions=False)
    student = Student("hostname", state=tmp_path, begun=False)
    student.is_told("[Y/n]")
    student.send("q")
    assert "step 1" not in student.end().lower()


def test_ctrl_c_at_a_guess_shows_the_keys_and_who_leaves_there_keeps_the_place(tmp_path: Path) -> None:
    student = Student("rootfs", state=tmp_path, begun=False)
    student.is_told(BEGIN["en"])
    student.send("\r")
    student.sees_guess()
    student.wait_for("> ")
    student.send("\x03")
    student.wait_for(BAR["en"])
    student.send("q")
    assert "Your place is kept" in student.end()
    assert progress(tmp_path)["place"] == {"lesson": "rootfs", "step": "ingredients"}


def test_who_looks_into_another_lesson_loses_no_place(tmp_path: Path) -> None:
    """`learn chroot` used to forget a step in the middle of cgroups."""
    (tmp_path / "semdocker").mkdir()
    document = {"schema": "semdocker/progress/1", "place": {"lesson": "cgroups", "step": "memory-limit"}, "lessons": {}}
    (tmp_path / "semdocker" / f"progress-{SEAT}.json").write_text(json.dumps(document))
    student = Student("hostname", state=tmp_path)
    assert "place is kept" in student.leave()
    for words, title in (((), "What is this machine called"), (("cgroups",), "A ceiling for memory")):
        again = Student(*words, state=tmp_path, begun=False)
        again.is_told(LIVE["en"])
        assert title in again.everything
        again.leave()


# --- beginning ---


def test_without_a_terminal_it_never_asks() -> None:
    done = semdocker("learn", "--lang", "en")
    assert done.returncode == 2
    assert "semdocker run" in done.stderr


def test_learn_is_what_happens_at_a_terminal_when_nothing_is_said(seat: int, tmp_path: Path) -> None:
    """The seat is held by us, so that it says so instead of starting."""
    person = Person(environment={"XDG_STATE_HOME": str(tmp_path)})
    assert "Another run" in person.end(6)
