"""The files of exercises: what they become, and every way in which they can be refused."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from runner.course import load
from runner.host import package_files
from runner.records.errors import Fault, InvalidLesson
from runner.records.exercise import Finder, Start
from tests.conftest import the_course

ID = "leaky-name"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of lessons with one exercise in it; the course itself is the real one."""
    shutil.copytree(package_files.lessons() / "exercises" / ID, tmp_path / "exercises" / ID)
    return tmp_path


def faults_of(folder: Path) -> list[Fault]:
    with pytest.raises(InvalidLesson) as error:
        load.exercises(folder, the_course())
    return list(error.value.faults)


def keys_of(folder: Path) -> list[str]:
    return [f"{Path(fault.file).name} {fault.key}" for fault in faults_of(folder)]


def change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / "exercises" / ID / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_an_exercise(folder: Path) -> None:
    (one,) = load.exercises(folder, the_course())
    assert (one.id, one.lesson, one.broken) == (ID, "hostname", True)
    assert one.start == (Start("rootfs"), Start("hostname", ("pretend", "name-pretend")))
    assert [step.enters for step in one.breaks] == ["leaky", None]
    assert one.places == {"container": Finder("{{ root }}", ("pid",))}
    assert [fact.id for fact in one.facts] == ["machine", "container", "drawer"]
    assert (len(one.fix), len(one.wrong)) == (4, 3)
    assert set(one.words) == {"pt", "en"}


def test_an_exercise_has_the_folder_of_its_lesson(folder: Path) -> None:
    course = the_course()
    change(folder, "exercise.yaml", "  - hostname production", "  - hostname production > {{ folder }}/x")
    with pytest.raises(InvalidLesson) as error:
        load.exercises(folder, course)
    assert [fault.key for fault in error.value.faults] == ["folder-undeclared"]
    lessons = tuple(replace(one, folder="mine") if one.id == "hostname" else one for one in course.lessons)
    (one,) = load.exercises(folder, replace(course, lessons=lessons))
    assert any(command.v2.endswith(" > /root/mine/x") for command in (*one.fix, *one.also))


def test_a_course_without_exercises(tmp_path: Path) -> None:
    assert load.exercises(tmp_path, the_course()) == ()


def test_the_folder_of_exercises_is_no_misnamed_lesson(tmp_path: Path) -> None:
    lessons = Path(shutil.copytree(package_files.lessons(), tmp_path / "lessons"))
    assert [lesson.id for lesson in load.course(lessons).lessons] == [lesson.id for lesson in the_course().lessons]


def test_plain_ones_come_first_and_both_in_the_order_of_the_lessons() -> None:
    found = load.exercises(package_files.lessons(), the_course())
    order = [lesson.id for lesson in the_course().lessons]
    places = [(one.broken, order.index(one.lesson)) for one in found]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("exercise.yaml", "id: leaky-name", "id: leaky", "id-is-not-folder"),
        ("exercise.yaml", "format: 1", "format: 2", "format-version"),
        ("exercise.yaml", "lesson: hostname\nminutes", "lesson: hostnam\nminutes", "unknown-lesson-near"),
        ("exercise.yaml", "{lesson: rootfs}", "{lesson: rotfs}", "unknown-lesson-near"),
        ("exercise.yaml", "{lesson: rootfs}", "{lesson: chroot}", "needs-nothing"),
        ("exercise.yaml", "steps: [pretend, name-pretend]", "steps: [pretend, name-pretent]", "unknown-step-near"),
        ("exercise.yaml", "tool.hostname]", "tool.hostname, namespace.utz]", "unknown-capability-near"),
        ("exercise.yaml", "  container: {root", "  host: {root: /a}\n  container: {root", "host-is-taken"),
        ("exercise.yaml", "{of: container, than", "{of: contaner, than", "unknown-place-near"),
        ("exercise.yaml", "than: pretend", "than: production", "unknown-place"),
        ("exercise.yaml", "namespace: [pid]", "namespace: [pd]", "want-choice-near"),
        ("exercise.yaml", 'root: "{{ root }}", namespace: [pid]', "", "missing-one-of"),
        ("exercise.yaml", "- hostname: {of: pretend", "- output: {has: [a]}\n      - root: {of: a", "unknown-key"),
        ("exercise.yaml", "  - id: drawer", "  - id: machine", "twice"),
        ("exercise.yaml", "  - hostname production", "  - hostname {{ hostnam }}", "unknown-variable-near"),
        ("exercise.yaml", "breaks:", "braks:", "unknown-key-near"),
        ("pt.yaml", "  machine:", "  machin:", "words-missing"),
        ("en.yaml", "hints:", "hints:\n  - hostname {{ hostname }}", "hint-is-command"),
        ("en.yaml", "symptom: |", "sympton: |", "unknown-key-near"),
        ("en.yaml", "title: The", "goal: This.\ntitle: The", "more-than-one"),
        ("en.yaml", "title: The", "title: The {{ root }}", "form-heading"),
    ],
)  # fmt: skip
def test_refused(folder: Path, file: str, old: str, new: str, fault: str) -> None:
    change(folder, file, old, new)
    found = faults_of(folder)
    assert (file, fault) in [(Path(one.file).name, one.key) for one in found], found


def test_a_broken_one_needs_a_story_and_a_symptom(folder: Path) -> None:
    for name in ("pt.yaml", "en.yaml"):
        change(folder, name, "story: |", "goal: |")
        text = (folder / "exercises" / ID / name).read_text()
        begin, end = text.index("symptom: |"), text.index("facts:")
        (folder / "exercises" / ID / name).write_text(text[:begin] + text[end:])
    assert keys_of(folder) == [
        "pt.yaml missing-key",
        "pt.yaml missing-key",
        "en.yaml missing-key",
        "en.yaml missing-key",
    ]


def test_fewer_than_two_wrong_ways_prove_nothing(folder: Path) -> None:
    path = folder / "exercises" / ID / "exercise.yaml"
    text = path.read_text()
    path.write_text(text[: text.index("wrong:")] + "wrong:\n  - [hostname production]\n")
    assert keys_of(folder) == ["exercise.yaml too-few"]


def test_somebody_who_is_told_no_fact_has_no_goal(folder: Path) -> None:
    path = folder / "exercises" / ID / "exercise.yaml"
    assert [fact.cause for fact in load.exercises(folder, the_course())[0].facts] == [False, False, True]
    whole = path.read_text().replace("    cause: true\n", "")
    path.write_text(whole.replace("\n    checks:", "\n    cause: true\n    checks:"))
    assert keys_of(folder) == ["exercise.yaml only-causes"]


def test_the_name_of_a_lesson_is_taken(folder: Path) -> None:
    (folder / "exercises" / ID).rename(folder / "exercises" / "hostname")
    path = folder / "exercises" / "hostname" / "exercise.yaml"
    path.write_text(path.read_text().replace(f"id: {ID}", "id: hostname"))
    assert keys_of(folder) == ["exercise.yaml exercise-is-lesson"]


def test_a_link_may_not_lead_out(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "exercises" / "elsewhere").symlink_to("/etc")
    assert [key for key in keys_of(folder) if key.endswith(" outside")]


@pytest.mark.parametrize("file", ["exercise.yaml", "pt.yaml"])
def test_any_line_may_be_missing_or_twice(folder: Path, file: str) -> None:
    """Whatever an editor does to a file, it is refused with reasons or it still means something."""
    path = folder / "exercises" / ID / file
    lines = path.read_text().splitlines(keepends=True)
    for number in range(len(lines)):
        for changed in (lines[:number] + lines[number + 1 :], lines[: number + 1] + lines[number:]):
            path.write_text("".join(changed))
            with suppress(InvalidLesson):
                load.exercises(folder, the_course())
