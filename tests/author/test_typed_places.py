"""lint follows the shells of a lesson: what is open, what is covered, what was left, and when nobody can know."""

from __future__ import annotations

import pytest

from runner.author import typed_places
from runner.course import load
from runner.host import package_files

IN = {"enters": "room", "run": "unshare -u bash"}
DEEPER = {"at": "room", "enters": "inner", "run": "bash"}
OUT = {"run": "exit"}
THERE = {"at": "room", "run": "true"}


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ((IN, THERE), ""),
        ((IN, {"run": "true"}, THERE), ""),  # the host's shell stays beside it
        ((IN, {"at": "room", **OUT}, THERE), "shell-left"),
        ((IN, {"at": "room", **OUT}, IN, THERE), ""),
        ((IN, DEEPER, THERE), "shell-covered"),
        ((IN, DEEPER, {"at": "inner", **OUT}, THERE), ""),
        ((IN, DEEPER, {"at": "inner", "run": "exec true"}, THERE), ""),
        ((IN, DEEPER, {"run": "kill -9 {{ pid }}"}, THERE), ""),
        ((IN, DEEPER, {"run": "sleep 1", "checks": [{"process": {"of": "inner", "alive": False}}]}, THERE), ""),
        ((IN, {"run": "sleep 1", "checks": [{"process": {"of": "room", "alive": False}}]}, THERE), "shell-left"),
        ((IN, {**DEEPER, "fails": {"exit": 1}}, THERE), ""),
        ((IN, {"at": "room", "run": {"v1": "exit", "v2": "true"}}, THERE), ""),
        ((IN, {**IN, "enters": "other"}, THERE, {"at": "other", "run": "true"}), ""),
        ((IN, DEEPER, {"run": "exit"}, IN, THERE), ""),
        ((IN, DEEPER, IN, {"at": "inner", "run": "true"}), "shell-left"),
    ],
)
def test_the_last_step(steps: tuple[dict[str, object], ...], found: str) -> None:
    told = typed_places.obstacles(typed_places.of({"id": str(number), **step}) for number, step in enumerate(steps))
    assert [obstacle.key for obstacle in told if obstacle] == ([found] if found else [])
    assert bool(told[-1]) == bool(found)


def test_a_step_of_a_file_and_of_a_record_are_the_same() -> None:
    reading = load.read(package_files.lessons())
    course = load.built(reading)
    for draft in reading.drafts:
        written = [typed_places.of(step) for _, step in draft.lesson.entries("steps")]
        made = [typed_places.of_record(step) for step in course.lesson(draft.name).steps]
        assert [(one.id, one.at, one.enters, one.fails, one.ends) for one in written] == [
            (one.id, one.at, one.enters, one.fails, one.ends) for one in made
        ]
