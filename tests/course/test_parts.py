"""The parts of a course: lessons by parts, a part's name in place of theirs, and the faults of a wrong one."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pytest

from runner.course import load, selection
from runner.host import package_files
from runner.records.course import Course
from runner.records.errors import InvalidLesson, UsageError
from runner.records.results import Answer, Missing, Outcome
from runner.screen.doctor_page import doctor
from runner.screen.plain import Plain
from tests.support.authors import write_exercise, write_lesson
from tests.support.command import semdocker
from tests.support.shelf import MINE

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


def test_no_part_interrupts_another_and_all_verbs_have_the_order_of_the_list(tmp_path: Path) -> None:
    parts = (PART.format(id="one", lessons="third, first"), PART.format(id="two", lessons="second"))
    course = load.course(with_parts(tmp_path, *parts))
    assert sections(course) == [("one", ["first", "third"]), ("two", ["second"])]
    assert [(lesson.number, lesson.id) for lesson in course.lessons] == [(1, "first"), (2, "third"), (3, "second")]
    assert selection.ids(["one"], course) == ("first", "third")


def test_lessons_and_exercises_from_elsewhere_yield_to_the_name_of_a_part(tmp_path: Path) -> None:
    """Their authors cannot change the course; and of what nobody asks for, the fault disturbs nobody."""
    write_lesson(tmp_path, MINE, id="base")
    write_exercise(tmp_path, "beyond")
    with pytest.raises(InvalidLesson) as raised:
        load.course(package_files.lessons(), extra=[tmp_path])
    assert [(Path(one.file).parent.name, one.key) for one in raised.value.faults] == [("01-base", "name-of-a-part")]
    for wanted, folder in (("01-base", "01-base"), ("beyond", "beyond")):
        with pytest.raises(InvalidLesson) as raised:
            load.course(package_files.lessons(), extra=[tmp_path], wanted=[wanted])
        assert [(Path(one.file).parent.name, one.key) for one in raised.value.faults] == [(folder, "name-of-a-part")]
    assert load.course(package_files.lessons(), extra=[tmp_path], wanted=["rootfs"]).left_out == ("base", "beyond")


def test_a_course_file_from_elsewhere_has_no_parts_to_yield_to(tmp_path: Path) -> None:
    write_lesson(tmp_path, MINE, id="base")
    (tmp_path / "course.yaml").write_text("format: 1\ntitle: {en: Mine}\nlessons: [base, rootfs]\n")
    assert [one.id for one in load.course(package_files.lessons(), extra=[tmp_path]).lessons] == ["base", "rootfs"]


def test_a_part_stands_for_its_lessons(tmp_path: Path) -> None:
    course = load.course(with_parts(tmp_path, PART.format(id="one", lessons="first, third")))
    assert selection.ids(["one"], course) == ("first", "third")
    assert selection.ids(["3", "One", "first"], course) == ("second", "first", "third"), "by the numbers of the list"
    assert [lesson.id for lesson in selection.provable(["one"], course)[0]] == ["first", "third"]


def test_who_mistypes_a_part_is_led_to_it() -> None:
    course = load.course(package_files.lessons())
    for choose in (selection.ids, selection.provable):
        with pytest.raises(UsageError) as raised:
            choose(["bse"], course)
        assert raised.value.values == {"name": "bse", "near": "base"}


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
    assert [part["id"] for part in document["parts"]] == ["base", "beyond", "engine"]
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
