"""The course many times over: nothing grows.

pytest --soak -s
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runner.course.render import Values
from runner.engine.lab_run import silent
from runner.engine.lesson_run import LessonRun
from runner.host import kernel
from runner.lab import seats
from runner.records.course import Course
from runner.records.results import Outcome
from tests.conftest import BASE

pytestmark = [pytest.mark.root, pytest.mark.soak, pytest.mark.timeout(1500)]
TIMES = 30
TENTH = 10  # The lessons beyond the recipe, which take longer, come with every tenth course.


def counts() -> dict[str, int]:
    """What must not grow."""
    groups = (
        1 for top in Path("/sys/fs/cgroup").rglob("*") if top.is_dir() and top.name.startswith(("semd", "contai"))
    )
    return {
        "mounts": len(kernel.mounts()),
        "cgroups": sum(groups),
        "descriptors": len(os.listdir("/proc/self/fd")),
        "children": len(kernel.descendants(os.getpid())),
        "journals": len(seats.remembered()),
        "directories": int(BASE.exists()),
    }


def test_many_courses_leave_nothing_behind(course: Course, values: Values, seat: int) -> None:
    before, largest = counts(), 0
    _, recipe = course.sections[0]
    for time in range(TIMES):
        for lesson in recipe if time % TENTH else course.lessons:
            largest = max(largest, perform(course, lesson.id, values, seat))
        assert counts() == before
    print(f"\n  {TIMES} courses; {before}; unchanged; largest journal {largest} bytes", flush=True)
    assert largest < 10_000


def perform(course: Course, lesson: str, values: Values, seat: int) -> int:
    """One lesson; returns the size of its journal at the end."""
    run = LessonRun(course, course.lesson(lesson), values, "default", seat)
    try:
        run.start()
        for step in run.lesson.steps:
            result = run.perform(step, silent)
            assert result.outcome is Outcome.PASSED, result
        size = run.lab.journal.path.stat().st_size
    finally:
        rollback = run.finish()
    assert rollback.leftovers == ()
    return size
