"""A half-written lesson: its real faults are seen first, and it does not stand in the way of the others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runner.author import new_lesson
from runner.course import load
from runner.host import package_files
from runner.records.errors import InvalidLesson
from tests.support.authors import MAKE, THERE, write_lesson
from tests.support.command import semdocker


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A finished lesson, and one whose steps are already others than those of the model, but not its words."""
    write_lesson(tmp_path, {**MAKE, "checks": [THERE]}, id="good")
    half, _ = new_lesson.create("half", tmp_path)
    (tmp_path / "course.yaml").unlink()
    file = half / "lesson.yaml"
    steps = "".join(f"  - {{id: mine-{number}, run: echo, undo: nothing}}\n" for number in range(4))
    head, _, quiz = file.read_text().partition("steps:\n")
    file.write_text(f"{head.replace('minutes: 5', 'minutes: 0')}steps:\n{steps}quiz:{quiz.partition('quiz:')[2]}")
    return tmp_path


@pytest.mark.parametrize("words", [("lint",), ("run", "half", "--lessons")], ids=lambda words: words[0])
def test_the_words_of_a_file_are_one_line(shelf: Path, words: tuple[str, ...]) -> None:
    done = semdocker(*words, str(shelf), "--lang", "en")
    assert done.returncode == 3
    lines = [line for line in (done.stdout + done.stderr).splitlines() if "02-half" in line and "warning" not in line]
    assert [line.split(":")[0].rpartition("/")[2] for line in lines] == ["lesson.yaml", "pt.yaml", "en.yaml"]
    assert lines[0].endswith("0 is out of range: from 1 to 600.")
    for line in lines[1:]:
        assert "No words yet for: mine-0, mine-1, mine-2, mine-3." in line
        assert "Words for what the lesson does not have: folder, note, refused" in line


def test_a_program_is_told_each_place(shelf: Path) -> None:
    faults = json.loads(semdocker("lint", str(shelf), "--json").stdout)["faults"]
    assert sum(fault["key"] == "words-missing" for fault in faults) == 8


def test_it_does_not_stand_in_the_way_of_others(shelf: Path) -> None:
    with pytest.raises(InvalidLesson):
        load.course(package_files.lessons(), extra=[shelf])
    found = load.course(package_files.lessons(), extra=[shelf], wanted=["good"])
    assert found.lessons[-1].id == "good"
    assert len(found.lessons) == len(load.course(package_files.lessons()).lessons) + 1
    assert found.origins[0].lessons == ("good",)
    assert found.left_out == ("half",)
    for wanted in ("half", str(len(found.lessons) + 1), "02-half"):
        with pytest.raises(InvalidLesson):
            load.course(package_files.lessons(), extra=[shelf], wanted=[wanted])
    write_lesson(shelf, {**MAKE, "checks": [THERE]}, id="third", number=3, needs=["half"])
    with pytest.raises(InvalidLesson):
        load.course(package_files.lessons(), extra=[shelf], wanted=["third"])


def test_the_numbers_of_others_stay(shelf: Path) -> None:
    write_lesson(shelf, {**MAKE, "checks": [THERE]}, id="third", number=3)
    found = load.course(package_files.lessons(), extra=[shelf], wanted=["third"])
    built_in = len(load.course(package_files.lessons()).lessons)
    assert [(one.id, one.number) for one in found.lessons[built_in:]] == [
        ("good", built_in + 1),
        ("third", built_in + 3),
    ]


def test_lessons_are_listed_in_their_order(tmp_path: Path) -> None:
    for number, id in enumerate(("zebra", "apple", "moss"), 1):
        write_lesson(tmp_path, MAKE, id=id, number=number, **({"needs": ["nowhere-at-all"]} if number == 3 else {}))
    with pytest.raises(InvalidLesson) as caught:
        load.course(package_files.lessons(), extra=[tmp_path])
    (fault,) = caught.value.faults
    assert str(fault.values["known"]).split(", ")[-3:] == ["zebra", "apple", "moss"]
    assert str(fault.values["known"]).startswith("rootfs, chroot, unshare")


@pytest.mark.root
def test_the_others_are_proven(shelf: Path) -> None:
    done = semdocker("prove", "good", "--lessons", str(shelf), "--trust", "mine", "--lang", "en")
    assert done.returncode == 0, done.stderr
    assert "Left out, because their files have faults (“semdocker lint” tells them): half\n" in done.stdout
    assert done.stdout.splitlines()[-1] == "1 lesson is proven."
