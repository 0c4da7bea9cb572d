"""The parts of a course: lessons by parts, a part's name in place of theirs, and the faults of a wrong one."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pytest

from runner.course import load, selection
from runner.records.course import Course
from runner.records.errors import InvalidLesson
from runner.records.results import Answer, Missing, Outcome
from runner.screen.doctor_page import doctor
from runner.screen.plain import Plain
from tests.support.command import semdocker

GOOD = Path(__file__).parents[1] / "cases" / "good"
PART = "  - {{id: {id}, title: {{pt: P, en: P}}, lessons: [{lessons}]}}\n"


def with_parts(folder: Path, *parts: str) -> Path:
    copy = shutil.copytree(GOOD, folder / "course")
    with (copy / "course.yaml").open("a") as heading:
        heading.write("parts:\n" + "".join(parts))
    return copy


def sections(course: Course) -> list[tuple[str | None, list[str]]]:
    return [(part.id if part else None, [lesson.id for lesson in lessons]) for part, lessons in course.sections]


def test_lessons_by_parts(tmp_path: Path) -> None:
    course = load.course(with_parts(tmp_path, PART.format(id="one", lessons="second, first")))
    assert sections(course) == [("one", ["first", "second"]), (None, ["third"])]
    assert sections(load.course(GOOD)) == [(None, ["first", "second", "third"])]


def test_a_part_stands_for_its_lessons(tmp_path: Path) -> None:
    course = load.course(with_parts(tmp_path, PART.format(id="one", lessons="first, third")))
    assert selection.ids(["one"], course) == ("first", "third")
    assert selection.ids(["2", "One", "first"], course) == ("second", "first", "third")
    assert [lesson.id for lesson in selection.provable(["one"], course)[0]] == ["first", "third"]


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        ([PART.format(id="one", lessons="frist")], "unknown-lesson-near"),
        ([PART.format(id="one", lessons="first"), PART.format(id="two", lessons="first")], "twice"),
        ([PART.format(id="one", lessons="first"), PART.format(id="one", lessons="second")], "twice"),
        ([PART.format(id="first", lessons="second")], "part-is-lesson"),
        ([PART.format(id="one", lessons="first").replace("pt: P, ", "")], "title-missing"),
    ],
)
def test_faults(parts: list[str], fault: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidLesson) as raised:
        load.course(with_parts(tmp_path, *parts))
    assert [found.key for found in raised.value.faults] == [fault]


def test_the_catalog_shows_the_parts() -> None:
    shown = semdocker("list", "--lang", "en").stdout
    base, beyond = shown.index("(semdocker run base)"), shown.index("(semdocker run beyond)")
    assert base < shown.index("verification") < beyond < shown.index("network")
    document = json.loads(semdocker("list", "--json").stdout)
    assert [part["id"] for part in document["parts"]] == ["base", "beyond"]
    assert {lesson["id"]: lesson["part"] for lesson in document["lessons"]}["network"] == "beyond"


def test_doctor_tells_how_much_of_each_part_can_run() -> None:
    lacks = Missing("tool.nft", "absent", "apt-get install -y nftables")
    answers = [
        (Answer("root", Outcome.PASSED), ("rootfs", "network")),
        (Answer("tool.nft", Outcome.FAILED, lacks), ("network",)),
    ]
    for unfit, told in ((answers, True), (answers[:1], False)):
        stream = io.StringIO()
        doctor(Plain(stream), unfit, parts=[("Six", 6, 6), ("Beyond", 0, 1)])
        assert ("Beyond: 0 of 1 can run here." in stream.getvalue()) is told
        assert ("Six: 6 of 6 can run here." in stream.getvalue()) is told
