"""Power cuts: QEMU is killed in the middle of a lesson, on a disk that keeps its state, and booted again."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runner.records.course import Course
from tests.support import sample

CUTS = 5  # in lessons; one more comes in the cleanup after the last
LATEST = 2.0  # seconds after a step's title: a step takes about one under emulation
BUDGET = 240  # one boot
POWER_CUT = 137

# Every boot begins so. The parts of its output have names.
CLEANUP = r"""
ours() { sudo find /containers /var/lib/semdocker /run/semdocker /sys/fs/cgroup/{semdocker,container} 2>/dev/null; }
machine() {
  sudo ls -A / /var/lib
  find /sys/fs/cgroup -mindepth 1 -maxdepth 1 -type d ! -name '*.*' -o -name '*.scope'
  findmnt -rno TARGET
  ls /sys/class/net
  hostname
  sudo nft list tables
}
part() { printf '\n@ %s\n' $1; }
part found; ours
part cleanup; sudo semdocker cleanup --lang en --plain; echo "exit status $?"
part left; ours
part status; semdocker status --lang en --plain
part machine; machine | sort
part end
sync    # a cut is to hit what comes now
"""


class Disk:
    """A machine's disk, the machine booted on it again and again, and what each boot printed."""

    def __init__(self, file: Path, debian: Callable[..., subprocess.CompletedProcess[str]]) -> None:
        self._file = file
        self._debian = debian

    def boot(self, script: str, *options: str | Path) -> tuple[int, dict[str, str]]:
        done = self._debian(f"{CLEANUP}{script}", f"--disk={self._file}", f"--timeout={BUDGET}", *options)
        parts = (part.partition("\n") for part in done.stdout.split("\n@ ")[1:])
        found = {name: text.strip() for name, _, text in parts}
        assert done.returncode in (0, POWER_CUT), done.stdout[-3000:] + done.stderr[-3000:]
        return done.returncode, found


@pytest.fixture
def disk(tmp_path: Path, debian: Callable[..., subprocess.CompletedProcess[str]]) -> Iterator[Disk]:
    file = tmp_path / "disk"
    yield Disk(file, debian)
    file.unlink(missing_ok=True)


def moments(course: Course, dice: random.Random) -> list[tuple[str, str]]:
    """Lessons, each with the text after which it is cut: any step of any lesson is as likely."""
    titles = [
        (lesson.id, f"Step {number} of {len(lesson.steps)} ")
        for lesson in course.lessons
        for number in range(1, len(lesson.steps) + 1)
    ]
    return dice.sample(titles, CUTS)


def left_after_cleanup(found: dict[str, str], before: str) -> int:
    """How many things cleanup did not take; what it and `status` said of them must be true."""
    assert found["cleanup"].endswith("exit status 0"), found
    assert found["status"] == "Nothing of ours is on this machine.", found
    assert found["machine"] == before
    return len(found["left"].split())


@pytest.mark.vm
@pytest.mark.timeout((CUTS + 2) * BUDGET)
def test_a_power_cut_leaves_nothing_that_cleanup_does_not_take(disk: Disk, wheel: Path, course: Course) -> None:
    print(f"\nSEMDOCKER_SEED={sample.SEED}")
    dice = random.Random(sample.SEED)
    began = time.monotonic()
    install: list[str | Path] = ["--install", wheel]  # stays on the disk
    before, leftovers = "", 0
    for lesson, text in moments(course, dice):
        delay = dice.uniform(0, LATEST)
        cut = [f"--cut-at={text}", f"--cut-delay={delay}"]
        status, found = disk.boot(f"sudo semdocker run --lang en --plain {lesson}; sleep 30", *install, *cut)
        assert status == POWER_CUT, found
        before = before or found["machine"]
        leftovers += left_after_cleanup(found, before)
        print(f"found {found['found'].split()}, cleaned up; cut in {lesson}, {delay:.1f} s after “{text.strip()}”")
        install = []
    status, found = disk.boot("sleep 30", "--cut-at=@ cleanup", f"--cut-delay={dice.uniform(0, LATEST)}")
    assert status == POWER_CUT, found
    print(f"found {found['found'].split()}; cut in the cleanup")
    status, found = disk.boot("sudo semdocker run --lang en --plain hostname >&2 && part passed")
    leftovers += left_after_cleanup(found, before)
    print(f"found {found['found'].split()}, cleaned up")
    print(f"{CUTS + 1} power cuts, {leftovers} leftovers, {time.monotonic() - began:.0f} s")
    assert leftovers == 0
    assert status == 0 and "passed" in found, "a lesson does not run on this disk any more"
