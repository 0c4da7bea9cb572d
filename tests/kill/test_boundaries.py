"""Killed at every boundary of every lesson, in five ways; then `cleanup`; then the machine is as it was.

pytest -m kill -s tests/kill       # prints how many points were tried and what was left
"""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.course.render import Values
from runner.lab import seats, snapshot
from runner.lab.effects import directory
from runner.lab.journal import Journal
from runner.records.course import Course
from tests.conftest import BASE, the_course
from tests.kill.harness import WAYS, kill_both, leftovers, strike

pytestmark = [pytest.mark.root, pytest.mark.kill, pytest.mark.timeout(1200)]
NEVER = 10**6
EXERCISES = ["own-limits", "wrong-group"]  # those that make the most of what outlives processes
ALL = [*(lesson.id for lesson in the_course().lessons), *EXERCISES]
finished: list[str] = []
tried: dict[str, int] = {}


@pytest.mark.parametrize("lesson", ALL)
def test_killed_at_every_boundary(course: Course, values: Values, lesson: str) -> None:
    """Power-cut style at each boundary; the four milder ways at every fifth, each at its own."""
    before = snapshot.take(BASE, seats.journal_of("default"))
    boundaries = strike(course, lesson, values, at=NEVER, act=kill_both)
    assert boundaries > 40
    assert leftovers(before) == ()
    for at in range(1, boundaries + 1):
        ways = [name for index, name in enumerate(WAYS) if index == 0 or at % 5 == index]
        for way in ways:
            strike(course, lesson, values, at=at, act=WAYS[way])
            assert leftovers(before) == (), f"{lesson}: {way} at boundary {at} of {boundaries}"
            tried[way] = tried.get(way, 0) + 1
    finished.append(lesson)


def test_the_harness_catches_a_mutant_that_journals_after_the_effect(course: Course, values: Values) -> None:
    def alter() -> None:
        def late(journal: Journal, path: Path) -> None:
            path.mkdir()
            journal.intend("directory", f"rmdir {path}", path=str(path))

        directory.make = late

    before = snapshot.take(BASE, seats.journal_of("default"))
    caught = 0
    for at in range(1, 16):
        strike(course, "hostname", values, at=at, act=kill_both, alter=alter)
        caught += bool(leftovers(before))
        if BASE.exists():
            BASE.rmdir()
    assert caught > 0


def test_zz_the_figure() -> None:
    """Last by name: what the tests above tried."""
    total = sum(tried.values())
    ways = ", ".join(f"{count} × {way}" for way, count in tried.items())
    print(f"\n  kill points tried: {total} ({ways}); leftovers: 0", flush=True)
    assert total >= 500 or finished != ALL
