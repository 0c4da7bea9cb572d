"""What every test gets: a machine that must look the same afterwards, and ready-made pieces of the course."""

from __future__ import annotations

import hashlib
import io
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from runner.course import load
from runner.course.render import Values
from runner.engine import machine_values
from runner.engine.lab_run import silent
from runner.engine.lesson_run import LessonRun
from runner.engine.seat import Seat
from runner.host import kernel, package_files
from runner.lab import lab, locks, seats, snapshot
from runner.records.course import Course
from runner.records.options import Options
from runner.screen.narration import View
from runner.screen.plain import Plain
from tests.support import person, sample
from tests.support.lesson import SEAT

for name in ("SUDO_UID", "SEMDOCKER_SEAT"):  # With these, every test would sit on another seat than the default one.
    os.environ.pop(name, None)

BASE = Path("/containers")
Begin = Callable[[str, str], LessonRun]  # lesson, last step
OURS = (BASE, seats.STATE, locks.RUN)  # the only folders on the machine's disks that the lab writes to


def files() -> list[str]:
    """Return everything in our folders, without asking the runner what it knows of."""
    walks = (walk for folder in OURS for walk in os.walk(folder))  # os.walk does not mind what goes meanwhile
    return sorted(name for folder, _, names in walks for name in (folder, *(f"{folder}/{name}" for name in names)))


def digest() -> str:
    """Hash what the machine's programs and settings are, and its mounts with their options.

    The kernel sets a file's ctime at each change of its content, owner or mode, so nothing has to be read (inode(7)).
    """
    found = hashlib.sha256()
    for top in ("/etc", "/usr/bin", "/usr/sbin"):
        for folder, folders, names in os.walk(top):
            folders.sort()
            for name in sorted((*folders, *names)):
                status = os.lstat(f"{folder}/{name}")
                row = (folder, name, status.st_ino, status.st_mode, status.st_uid, status.st_size, status.st_ctime_ns)
                found.update(repr(row).encode("utf-8", "surrogateescape"))
    for mount in sorted(kernel.mounts()):
        found.update(repr(mount).encode("utf-8", "surrogateescape"))
    return found.hexdigest()


def new_files(before: list[str], seconds: float = 5) -> set[str]:
    """Return what has come since. A guardian whose runner was killed may still be at work: it has some time to end."""
    deadline = time.monotonic() + seconds
    while (new := set(files()) - set(before)) and time.monotonic() < deadline:
        time.sleep(0.01)
    return new


SUITES = {
    "vm": "boot virtual machines",
    "kill": "kill the runner at a sample of its many boundaries",
    "soak": "do the course many times",
    "fuzz": "read thousands of broken files",
    "bench": "measure and print",
    "proof": "prove every exercise in every way",
    "browser": "open the HTML pages in Chromium",
    "machines": "prepare, ask and collect machines by Ansible",
    "marathon": "prove every lesson and do it by every driver in virtual machines, which takes hours",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("suites", "what plain pytest leaves out; with one of these flags, only that is run")
    for name, text in SUITES.items():
        group.addoption(f"--{name}", action="store_true", help=text)
    group.addoption("--kill-all", action="store_true", help="kill the runner at every boundary")
    group.addoption("--share", type=float, default=1.0, help="of the tests that are left, run such a share")


def pytest_configure(config: pytest.Config) -> None:
    sample.everything |= config.getoption("--kill-all")


def pytest_report_header(config: pytest.Config) -> str:
    return "" if sample.everything else f"sample: SEMDOCKER_SEED={sample.SEED} repeats it"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the suites that a flag asks for, or else what belongs to none."""
    asked = {name for name in SUITES if config.getoption(f"--{name}")}
    asked |= {"kill"} if config.getoption("--kill-all") else set()
    kept: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        suites = {name for name in SUITES if item.get_closest_marker(name)}
        (kept if suites & asked or not (suites or asked) else left).append(item)
    if kept and (share := config.getoption("--share")) < 1:
        whole, kept = kept, sample.of(kept, share, "tests")
        left += [item for item in whole if item not in kept]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what changes the machine, unless we are root. One line of the summary tells it for all of them."""
    if item.get_closest_marker("root") and os.geteuid() != 0:
        pytest.skip("needs root")


@pytest.fixture(autouse=True)
def untouched(request: pytest.FixtureRequest) -> Iterator[None]:
    """Make sure that a test marked `root` leaves the machine as it found it."""
    if request.node.get_closest_marker("root") is None:
        yield
        return
    journal = seats.journal_of("default")
    before, listing, looks = snapshot.take(journal), files(), digest()
    children = set(kernel.descendants(os.getpid()))
    yield
    assert snapshot.compare(before, snapshot.take(journal)) == ()
    assert set(kernel.descendants(os.getpid())) <= children
    assert new_files(listing) == set()
    assert digest() == looks


@pytest.fixture(autouse=True)
def nobody_stays(untouched: None) -> Iterator[None]:
    """Let nobody stay at a terminal when a test has failed half-way: the next one needs the seat."""
    yield
    for name in person.everybody_leaves():
        with seats.hold(name, wait=20):
            assert not seats.journal_of(name).exists()


@cache
def the_course() -> Course:
    return load.course(package_files.lessons())


@pytest.fixture
def course() -> Course:
    return the_course()


def seated(course: Course, name: str = "default") -> Seat:
    """A seat whose news nobody reads."""
    return Seat(course, Options(seat=name), View(Plain(io.StringIO()), "en"))


@pytest.fixture
def values(course: Course) -> Values:
    return Values(course.variables, {}, machine_values.of_machine(course.variables["cgroup"].default))


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
    if opened._control.fileno() != -1:  # else its test has closed it
        assert opened.close().clean


@pytest.fixture
def begin(course: Course) -> Iterator[Begin]:
    """Do a lesson up to a step, on a seat of its own; the machine is put back afterwards."""
    with ExitStack() as stack:
        lock = stack.enter_context(seats.hold(SEAT, wait=60))

        def start(lesson: str, last: str) -> LessonRun:
            run = LessonRun(course, course.lesson(lesson), machine_values.for_seat(course, {}), SEAT, lock)
            stack.callback(run.finish)
            run.start()
            for step in run.lesson.steps:
                assert run.perform(step, silent).outcome == "passed", step.id
                if step.id == last:
                    break
            return run

        yield start
