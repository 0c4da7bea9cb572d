"""Killed at the boundaries of every lesson, in five ways; then `cleanup`; then the machine is as it was.

pytest --kill -s tests/kill         # a sample, and how many points it is of how many
pytest --kill-all -s tests/kill     # all of them
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from runner.course.render import Values
from runner.host import cgroups
from runner.lab import seats, snapshot
from runner.lab.effects import cgroup
from runner.lab.journal import Journal
from runner.lab.lab import GROUP
from runner.records.course import Course
from tests.conftest import the_course
from tests.kill.harness import WAYS, kill_both, leftovers, strike
from tests.support import sample
from tests.support.waiting import until

pytestmark = [pytest.mark.root, pytest.mark.kill, pytest.mark.timeout(1200)]
NEVER = 10**6
EXERCISES = ["own-limits", "every-morning"]  # those that make the most of what outlives processes
ALL = [*(lesson.id for lesson in the_course().lessons), *EXERCISES]
AT_LEAST = 1100  # points in all of them; if there are fewer, the harness does not see the boundaries any more
SHARE, BEYOND = 1 / 8, 1 / 40  # of the points, when not all are asked for; lessons beyond the recipe take long
Point = tuple[int, str]  # a boundary, and the way to die there


def points(boundaries: int) -> list[Point]:
    """Return a power cut at each boundary, and each of the four milder ways at every fifth of its own."""
    return [
        (at, way)
        for at in range(1, boundaries + 1)
        for index, way in enumerate(WAYS)
        if index == 0 or at % len(WAYS) == index
    ]


def removed(group: Path) -> bool:
    for each in (group / cgroup.INNER, group):
        with suppress(OSError):  # it was never made, or whoever is in it dies at this moment
            each.rmdir()
    return not group.exists()


class Deaths:
    """How many points of each way were tried, and how many there are."""

    def __init__(self) -> None:
        self.tried = Counter[str]()
        self.there: dict[str, int] = {}  # by lesson


@pytest.fixture(scope="module")
def deaths() -> Iterator[Deaths]:
    found = Deaths()
    yield found
    total = sum(found.there.values())
    ways = ", ".join(f"{count} × {way}" for way, count in found.tried.items())
    print(f"\n  kill points tried: {found.tried.total()} of {total} ({ways}); leftovers: 0", flush=True)
    assert total > AT_LEAST or len(found.there) < len(ALL)


@pytest.mark.parametrize("lesson", ALL)
def test_killed_at_its_boundaries(course: Course, values: Values, lesson: str, deaths: Deaths) -> None:
    before = snapshot.take(seats.journal_of("default"))
    boundaries = strike(course, lesson, values, at=NEVER, act=kill_both)
    assert boundaries > 40
    assert leftovers(before) == ()
    there = points(boundaries)
    _, recipe = course.sections[0]
    chosen = sample.of(there, SHARE if lesson in {one.id for one in recipe} | {*EXERCISES} else BEYOND, lesson)
    deaths.there[lesson] = len(there)
    for at, way in chosen:
        passed = strike(course, lesson, values, at=at, act=WAYS[way])
        assert passed == 0 if way.startswith("kill") else passed >= at, f"{way} at {at} did not strike"
        assert leftovers(before) == (), f"{lesson}: {way} at boundary {at} of {boundaries}"
        deaths.tried[way] += 1


def test_the_harness_catches_a_mutant_that_journals_after_the_effect(course: Course, values: Values) -> None:
    def alter() -> None:
        def late(journal: Journal, name: str, mark: str) -> tuple[Path, ...]:
            made = [base / name for base in cgroups.read().bases]
            for group in made:
                group.mkdir()
            journal.intend("cgroup", "true", name=name, mark=mark)
            return tuple(made)

        cgroup.make_own = late

    before = snapshot.take(seats.journal_of("default"))
    caught = 0
    for at in range(1, 16):
        strike(course, "hostname", values, at=at, act=kill_both, alter=alter)
        caught += bool(leftovers(before))
        for base in cgroups.read().bases:
            until(partial(removed, base / GROUP), "the end of who was in a group that nobody knew of")
    assert caught > 0
