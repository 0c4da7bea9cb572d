"""What every test gets: a machine that must look the same afterwards, and ready-made pieces of the course."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from runner.course import load
from runner.course.render import Values
from runner.engine import run_values
from runner.host import bundled, kernel
from runner.lab import lab, locks, seats, snapshot
from runner.records.course import Course
from tests.support import person

BASE = Path("/containers")
OURS = (BASE, seats.STATE, locks.RUN)  # the only folders on the machine's disks that the lab writes to


def files() -> list[str]:
    """Everything in our folders: seen without asking the runner what it knows of."""
    walks = (walk for folder in OURS for walk in os.walk(folder))  # os.walk does not mind what goes meanwhile
    return sorted(name for folder, _, names in walks for name in (folder, *(f"{folder}/{name}" for name in names)))


def new_files(before: list[str], seconds: float = 5) -> set[str]:
    """What has come since. A guardian may still be at work after its runner was killed: it has some time to end."""
    deadline = time.monotonic() + seconds
    while (new := set(files()) - set(before)) and time.monotonic() < deadline:
        time.sleep(0.01)
    return new


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that change the machine need root; without it they are skipped, and say so."""
    if os.geteuid() == 0:
        return
    for item in items:
        if item.get_closest_marker("root"):
            item.add_marker(pytest.mark.skip(reason="needs root"))


@pytest.fixture(autouse=True)
def untouched(request: pytest.FixtureRequest) -> Iterator[None]:
    """The guard: a test marked `root` must leave the machine as it found it; no other may use the lab at all."""
    if request.node.get_closest_marker("root") is None:
        yield
        return
    journal = seats.journal_of("default")
    before, listing = snapshot.take(BASE, journal), files()
    children = set(kernel.descendants(os.getpid()))
    yield
    assert snapshot.compare(before, snapshot.take(BASE, journal)) == ()
    assert set(kernel.descendants(os.getpid())) <= children
    assert new_files(listing) == set()


@pytest.fixture(autouse=True)
def nobody_stays(untouched: None) -> Iterator[None]:
    """Let nobody stay at a terminal when a test has failed half-way: the next one needs the seat."""
    yield
    for name in person.everybody_leaves():
        with seats.hold(name, wait=20):
            assert not seats.journal_of(name).exists()


@cache
def the_course() -> Course:
    return load.course(bundled.lessons())


@pytest.fixture
def course() -> Course:
    return the_course()


@pytest.fixture
def values(course: Course) -> Values:
    return Values(course.variables, {}, run_values.of_machine(course.variables["cgroup"].default))


@pytest.fixture
def seat() -> Iterator[int]:
    """The lock of the default seat."""
    with seats.hold("default", wait=60) as lock:
        yield lock


@pytest.fixture
def running(seat: int) -> Iterator[lab.Lab]:
    """A lab with nothing in it, put away afterwards."""
    opened = lab.Lab.open("default", seat, BASE)
    yield opened
    if opened.is_open:
        assert opened.close().clean
