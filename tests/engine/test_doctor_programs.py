"""Programs that only have the names of those that the lessons use: `doctor` says so, and its cure cures."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.engine import fitness
from runner.host import shell_environment
from runner.lab import trial
from runner.records.course import Course
from runner.records.errors import ExitStatus
from runner.records.options import Options
from runner.records.results import Missing
from runner.verbs.run import run
from tests.support import sample

BUSYBOX = shutil.which("busybox") or ""
# With one of these in place of its namesake a lesson failed, though `doctor` had called the machine fit.
FAILED = (
    *("cp", "ps", "head", "tail", "chroot", "unshare", "nsenter", "setpriv", "sh", "timeout"),
    *("ip", "tc", "umount", "mknod", "tar"),
)

pytestmark = [pytest.mark.root, pytest.mark.skipif(not BUSYBOX, reason="needs busybox")]


def forget() -> None:
    trial.begin.cache_clear()
    trial.run.cache_clear()


@pytest.fixture
def first(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Yield a folder that comes first in the lab's PATH, and that can be seen there: not in /tmp, nor in /run."""
    folder = Path(tempfile.mkdtemp(prefix="semdocker-test-", dir="/opt"))
    monkeypatch.setattr(shell_environment, "PATH", f"{folder}:{shell_environment.PATH}")
    forget()
    yield folder
    forget()
    shutil.rmtree(folder)


def lacking(course: Course) -> dict[str, tuple[Missing, ...]]:
    forget()
    found = {lesson.id: fitness.missing(course, lesson) for lesson in course.lessons}
    return {lesson: lacks for lesson, lacks in found.items() if lacks}


@pytest.mark.parametrize("name", sample.of(FAILED, 0.3, "programs"))
def test_one_program_that_is_another_is_told(first: Path, course: Course, name: str) -> None:
    (first / name).symlink_to(BUSYBOX)
    found = lacking(course)
    assert found, f"busybox's {name} counts as fit"
    reasons = {one for lacks in found.values() for one in lacks}
    assert {one.fix for one in reasons if one.capability in {f"tool.{name}", f"linked.{name}"}} == {
        f"mv {first}/{name} {first}/{name}.away"
    }, reasons
    assert all(one.observed and "None" not in one.observed for one in reasons)


def test_where_all_of_busybox_comes_first_the_cures_cure(first: Path, course: Course) -> None:
    applets = subprocess.run([BUSYBOX, "--list"], capture_output=True, text=True, check=True).stdout.split()
    for name in applets:
        (first / name).symlink_to(BUSYBOX)
    found = lacking(course)
    assert {*found} == {lesson.id for lesson in course.lessons}
    for cure in {one.fix for lacks in found.values() for one in lacks if one.fix}:
        subprocess.run(["bash", "-c", cure], check=True)
    assert lacking(course) == {}, "and much of busybox comes first still"
    options = Options(lang="en", plain=True, lessons=("rootfs", "cgroups"), seat="programs")
    assert run(options, course) is ExitStatus.OK
