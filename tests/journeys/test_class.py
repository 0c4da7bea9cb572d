"""`semdocker class` beside students who are really at work."""

from __future__ import annotations

import json
import subprocess
import time
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from tests.conftest import the_course
from tests.support.command import COMMAND, environment, semdocker
from tests.support.person import CTRL_C, Person
from tests.support.practiser import Practiser
from tests.support.student import SEAT, Student

pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]


def seen(seat: str) -> dict[str, Any]:
    """What the class view tells of a seat."""
    done = semdocker("class", "--json", "--lang", "en")
    assert done.returncode == 0, done.stderr
    return next(dict(one) for one in json.loads(done.stdout)["seats"] if one["seat"] == seat)


def test_a_lesson_is_followed_step_by_step() -> None:
    steps = the_course().lesson("hostname").steps
    student = Student("hostname")
    first = seen(SEAT)
    assert (first["state"], first["user"], first["lesson"], first["step"]) == ("live", "root", "hostname", steps[0].id)
    assert (first["steps_done"], first["steps"], first["facts"]) == (0, len(steps), len(steps[0].facts))
    assert first["title"] == the_course().lesson("hostname").words["en"].title
    assert first["help"] is None
    time.sleep(1.1)  # A moment is told in whole seconds.
    student.press("\r")
    student.press("\r")
    after = seen(SEAT)
    assert (after["steps_done"], after["step"]) == (2, steps[2].id)
    assert after["moved"] > first["moved"]
    student.key("b")
    student.is_told("Undone")
    student.asked()
    back = seen(SEAT)
    assert (back["steps_done"], back["moved"]) == (1, after["moved"])  # To go back is no progress.
    student.leave()
    assert json.loads(semdocker("class", "--json").stdout)["seats"] == []


def test_facts_of_an_exercise_are_counted_while_the_student_is_at_the_shell() -> None:
    learner = Practiser("own-name")
    found = seen("practiser")
    assert (found["exercise"], found["facts_true"]) == ("own-name", 0)
    learner.press("s")  # the solution makes them true
    learner.until(lambda: seen("practiser")["state"] == "over", "all facts")
    assert seen("practiser")["facts_true"] == seen("practiser")["facts"]
    learner.press("r")
    assert (seen("practiser")["state"], seen("practiser")["facts_true"]) == ("live", 0)
    learner.leave()


@pytest.mark.parametrize("key", ["x", "q", "\x1b", "\r", "\x1b[A"])
def test_a_watch_ends_by_any_key_and_gives_the_screen_back(key: str) -> None:
    teacher = Person("class", "--watch", "0.2", "--lang", "en")
    teacher.sees("No lab is live on this machine.")
    teacher.send(key)
    teacher.wait_for("\x1b[?1049l")
    teacher.end()


def test_a_watch_sees_a_student_come_and_go_and_ends_by_ctrl_c() -> None:
    teacher = Person("class", "--watch", "0.2", "--lang", "pt")
    teacher.sees("Turma: 0 laboratórios")
    student = Student("hostname", language="pt")
    teacher.sees("student (root)")
    teacher.sees("1/")
    student.press("\r")
    teacher.sees("2/")
    teacher.resize(60, 10)
    student.leave()
    teacher.sees("Turma: 0 laboratórios")
    teacher.send(CTRL_C)
    teacher.end(130)


def test_a_watch_in_a_pipe_shows_changes_and_no_escapes() -> None:
    words = [*COMMAND, "class", "--watch", "0.1", "--lang", "en"]
    with subprocess.Popen(words, env=environment(), stdout=subprocess.PIPE, text=True) as teacher:
        time.sleep(1)
        student = Student("hostname")
        time.sleep(1)
        student.leave()
        time.sleep(0.5)
        teacher.terminate()
        shown = teacher.communicate()[0]
    assert teacher.returncode == 143
    assert "\x1b" not in shown
    assert "student (root) · lesson “" in shown
    blocks = shown.split("Class: ")[1:]
    assert all(earlier != later for earlier, later in pairwise(blocks))  # not one for each look
    assert "No lab is live" in blocks[0] and "No lab is live" in blocks[-1]


def test_a_watch_for_programs_is_one_document_a_line() -> None:
    words = [*COMMAND, "class", "--json", "--watch", "0.1"]
    with subprocess.Popen(words, env=environment(), stdout=subprocess.PIPE, text=True) as teacher:
        assert teacher.stdout
        documents = [json.loads(teacher.stdout.readline()) for _ in range(3)]
        teacher.terminate()
    assert {one["schema"] for one in documents} == {"semdocker/class/1"}
    assert datetime.fromisoformat(documents[0]["date"]) <= datetime.now(UTC)


def test_a_student_asks_for_help_goes_on_and_takes_it_back() -> None:
    student = Student("hostname")
    assert "a ask teacher" in student.opens_bar()
    student.send("a")
    assert "Asked for help: the teacher sees it with “semdocker class”; a takes it back." in student.asked()
    asked = seen(SEAT)
    assert asked["help"] is not None
    shown = student.press("\r")  # on the next step it is still asked for
    assert "Asked for help" not in shown, "once is enough; the bar says it, too"
    assert seen(SEAT)["help"] == asked["help"]
    student.key("b")  # also after an undo, which may open another lab
    student.is_told("Undone")
    student.asked()
    assert seen(SEAT)["help"] == asked["help"]
    assert "a no help needed" in student.opens_bar()
    student.send("a")
    assert "Taken back" in student.asked()
    assert seen(SEAT)["help"] is None
    assert "Asked for help" not in student.press("\r")
    assert "take back that you need help" not in student.lists_keys()
    student.leave()


def test_help_is_asked_for_in_whole_lines_and_ends_with_the_lesson() -> None:
    student = Student("hostname", "--plain", language="pt")
    assert "a professor" in student.press("?")
    assert "Ajuda pedida" in student.press("a")
    assert seen(SEAT)["help"]
    student.leave()
    student = Student("hostname", language="pt", begun=True)
    assert seen(SEAT)["help"] is None
    student.leave()


def test_help_at_an_exercise() -> None:
    learner = Practiser("own-name")
    assert "the teacher sees it with “semdocker class”" in learner.press("a")
    assert seen("practiser")["help"]
    assert "Asked for help" in learner.press("c")
    learner.press("r")  # a fresh lab, and the same need
    assert seen("practiser")["help"]
    assert "take back that you need help" in learner.press("?")
    assert "Taken back" in learner.press("a")
    assert seen("practiser")["help"] is None
    learner.leave()
