"""Exercises from elsewhere: listed, practiced, shown before they run, and proven without a checkout."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from runner.course import load, selection, trust
from runner.host import package_files
from runner.records.course import Course
from runner.records.errors import InvalidLesson, UsageError
from runner.records.options import Options
from tests.support.authors import MAKE, THERE, write_exercise, write_lesson
from tests.support.command import semdocker
from tests.support.person import Person


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder with one exercise, of a built-in lesson."""
    write_exercise(tmp_path / "shelf")
    return tmp_path / "shelf"


def listed(tmp_path: Path, *words: str) -> list[dict[str, object]]:
    """What `practice --list` knows, told by somebody who has done nothing yet."""
    done = semdocker("practice", "--list", "--json", *words, XDG_STATE_HOME=str(tmp_path))
    return list(json.loads(done.stdout)["exercises"])


def course_with(shelf: Path, *wanted: str, practice: bool = False) -> Course:
    return load.course(package_files.lessons(), extra=[shelf], wanted=wanted, practice=practice)


def test_they_stand_beside_the_built_in_ones(shelf: Path, tmp_path: Path) -> None:
    every, built_in = listed(tmp_path, "--lessons", str(shelf)), listed(tmp_path)
    assert [one for one in every if one not in built_in] == [
        {
            "id": "mine",
            "lesson": "rootfs",
            "broken": False,
            "minutes": 1,
            "state": "todo",
            "repeat": False,
            "title": "T",
        }
    ]
    assert [one for one in built_in if one not in every] == []


def test_a_course_that_leaves_lessons_out_leaves_their_exercises_out(shelf: Path, tmp_path: Path) -> None:
    (shelf / "course.yaml").write_text("format: 1\ntitle: {en: Names}\nlessons: [hostname]\n")
    every = listed(tmp_path, "--lessons", str(shelf))
    assert {one["lesson"] for one in every if one["id"] != "mine"} == {"hostname"}
    assert "mine" in {one["id"] for one in every}, "it may build on a lesson that the course does not list"


def test_a_name_is_taken_once(shelf: Path) -> None:
    write_exercise(shelf, "own-name")
    with pytest.raises(InvalidLesson) as caught:
        course_with(shelf, practice=True)
    assert [fault.key for fault in caught.value.faults] == ["exercise-twice"]
    assert [one.id for one in course_with(shelf).exercises] == ["mine"], "who only runs lessons is not stopped"
    assert [one.id for one in course_with(shelf, "mine", practice=True).exercises] == ["mine"]


def test_consent_is_to_what_is_shown(shelf: Path) -> None:
    """The digest is of the exercises, too; one that is left out for its faults is not part of it."""
    before = course_with(shelf).origins[0]
    assert before.exercises == ("mine",)
    words = shelf / "exercises" / "mine" / "en.yaml"
    words.write_text(words.read_text() + "# more\n")
    after = course_with(shelf).origins[0]
    assert after.digest != before.digest
    other = write_exercise(shelf, "other") / "exercise.yaml"
    assert course_with(shelf).origins[0].digest != after.digest
    other.write_text(other.read_text().replace("minutes: 1", "minutes: 0"))
    assert course_with(shelf).origins[0] == after


def test_lint_finds_their_faults(shelf: Path) -> None:
    file = shelf / "exercises" / "mine" / "exercise.yaml"
    file.write_text(
        file.read_text().replace("mkdir {{ root }}x", "rm -r {{ root }}").replace("minutes: 1", "minutes: 0")
    )
    for path in (shelf, shelf / "exercises" / "mine"):
        faults = json.loads(semdocker("lint", str(path), "--json").stdout)["faults"]
        assert [(Path(one["file"]).name, one["key"]) for one in faults] == [("exercise.yaml", "out-of-range")]


def test_a_break_is_typed_where_there_is_a_shell(shelf: Path) -> None:
    enter = {"run": "unshare -u bash --norc", "enters": "room"}
    write_exercise(shelf, "good", breaks=[enter, {"at": "room", "run": "hostname x"}])
    write_exercise(shelf, "bad", breaks=[{"at": "room", "run": "hostname x"}])
    with pytest.raises(InvalidLesson) as caught:
        course_with(shelf, practice=True)
    assert [(Path(one.file).parent.name, one.key) for one in caught.value.faults] == [("bad", "unknown-shell")]


def test_a_path_means_an_exercise_or_all_of_a_folder(shelf: Path) -> None:
    write_lesson(shelf, {**MAKE, "checks": [THERE]}, id="theirs")
    one = selection.with_paths(Options(lessons=(f"{shelf}/exercises/mine",)), practice=True)
    assert (one.lessons, one.folders) == (("mine",), (shelf,))
    every = selection.with_paths(Options(lessons=(str(shelf),)), practice=True)
    assert (every.lessons, every.folders) == (("theirs", "mine"), (shelf,))
    lessons, exercises = selection.provable(every.lessons, course_with(shelf))
    assert ([lesson.id for lesson in lessons], [one.id for one in exercises]) == (["theirs"], ["mine"])
    assert [one.id for one in selection.provable(("own-name",), course_with(shelf))[1]] == ["own-name"]
    with pytest.raises(UsageError, match="unknown-exercise"):
        selection.provable(("nothing",), course_with(shelf))


@pytest.mark.root
def test_prove_shows_them_first_and_proves_them(shelf: Path, nobody_agreed: None) -> None:
    refused = semdocker("prove", str(shelf), "--lang", "en", "--plain")
    assert refused.returncode == 7
    assert "\nsolution # mkdir /containers/teste\n" in refused.stdout
    assert "\nsolution, only in “prove” # touch /containers/teste\n" in refused.stdout
    digest = course_with(shelf).origins[0].digest
    done = semdocker("prove", str(shelf), "--lang", "en", "--plain", "--trust", digest)
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1] == "1 exercise is proven."
    document = json.loads(semdocker("prove", str(shelf), "--json", "--trust", "mine").stdout)
    assert [(one["lesson"], one["exercise"], one["proven"]) for one in document["rounds"]] == [(None, "mine", True)]


@pytest.mark.root
def test_what_does_not_prove_says_why(shelf: Path, nobody_agreed: None) -> None:
    write_exercise(shelf, "bad", fix=["touch {{ root }}"], wrong=[["mkdir {{ root }}"], ["true"]])
    done = semdocker("prove", "bad", "--lessons", str(shelf), "--trust", "mine", "--lang", "en")
    assert done.returncode == 1
    assert "FAILED: fix: fact there is not true after this way" in done.stdout
    assert "expected directory, observed regular file" in done.stdout
    wrong = "FAILED: wrong 1: every fact became true, although this way is said to be wrong: “mkdir /containers/teste”"
    assert wrong in done.stdout
    assert done.stdout.splitlines()[-1] == "0 of 1 exercise is proven; the doubts are above."


@pytest.mark.root
def test_practice_at_a_terminal(shelf: Path, nobody_agreed: None, tmp_path: Path) -> None:
    words = ("practice", "mine", "--lessons", str(shelf), "--lang", "en", "--trust", "mine")
    student = Person(*words, patience=60, environment={"XDG_STATE_HOME": str(tmp_path)})
    student.wait_for("Goals reached: 0 of 1")
    looked = semdocker("check", "--json")
    assert json.loads(looked.stdout)["exercise"] == "mine", looked.stderr
    student.send("s")
    student.wait_for("That is it: every fact is true.")
    student.send("q")
    student.end()


# --- --trust mine ---


@pytest.mark.root
@pytest.mark.parametrize("how", ["owner", "writable", "folder"])
def test_what_others_can_write_is_not_mine(shelf: Path, nobody_agreed: None, how: str) -> None:
    file = shelf / "exercises" / "mine" / "en.yaml"
    if how == "owner":
        os.chown(file, 12345, 0)
    else:
        (file if how == "writable" else file.parent).chmod(0o777)
    odd = file.parent if how == "folder" else file
    done = semdocker("prove", "mine", "--lessons", str(shelf), "--trust", "mine", "--lang", "en")
    assert done.returncode == 7
    assert f"but {odd} is {'12345' if how == 'owner' else 'root'}'s and has the mode 0" in done.stderr
    assert "Exercise" not in done.stdout


@pytest.mark.root
def test_files_of_the_person_behind_sudo_are_mine(shelf: Path, nobody_agreed: None) -> None:
    for path in (shelf, *shelf.rglob("*")):
        os.chown(path, 65534, 65534)
    words = ("prove", "mine", "--lessons", str(shelf), "--trust", "mine", "--json")
    assert semdocker(*words).returncode == 7
    assert semdocker(*words, SUDO_UID="65534", SUDO_GID="65534").returncode == 0
    assert not trust.FILE.exists(), "it is for that command alone"
