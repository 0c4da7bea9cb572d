"""One test for each way in which tools of this kind have destroyed machines; the machine here survives them all."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.course import render
from runner.lab import seats
from runner.lab.lab import Lab
from runner.records.course import Course, Variable
from runner.records.errors import Busy, RunnerError, UsageError
from tests.conftest import BASE

pytestmark = pytest.mark.root
RUNNER = Path(__file__).parents[2] / "runner"


def type_(lab: Lab, command: str) -> str:
    return lab.terminal.run(command, timeout=20, limit=65536, emit=lambda _: None, new_shell=True).output


@pytest.fixture
def home() -> Iterator[Path]:
    """A stand-in for somebody's /home, where the lab can see it."""
    with tempfile.TemporaryDirectory(dir="/opt") as name:
        folder = Path(name)
        (folder / "maria").mkdir()
        (folder / "maria" / "thesis").write_text("years of work")
        yield folder
        assert (folder / "maria" / "thesis").read_text() == "years of work"


def test_rollback_with_a_bind_of_home_inside_the_root(running: Lab, home: Path) -> None:
    type_(running, f"mkdir -p /containers/r/home && mount --bind {home} /containers/r/home")
    assert "maria" in type_(running, "ls /containers/r/home")
    assert running.close().clean


def test_rollback_with_the_hosts_dev_inside_the_root(running: Lab) -> None:
    before = sorted(os.listdir("/dev"))
    type_(running, "mkdir -p /containers/r/dev && mount --rbind /dev /containers/r/dev")
    assert running.close().clean
    assert sorted(os.listdir("/dev")) == before


def test_rollback_with_a_link_out_of_the_root(running: Lab, home: Path) -> None:
    type_(running, f"mkdir -p /containers/r && ln -s {home} /containers/r/home && ln -s / /containers/r/all")
    assert running.close().clean


def test_a_busy_mount_and_a_swallowed_umount_error(running: Lab, home: Path) -> None:
    """A program with its working directory in the mount keeps it busy; nothing is deleted behind its back."""
    type_(
        running, f"mkdir -p /containers/r/h && mount --bind {home} /containers/r/h && (cd /containers/r/h; sleep 99 &)"
    )
    type_(running, "umount /containers/r/h || true")
    assert running.close().clean


def test_unmounts_in_the_lab_do_not_reach_a_host_with_shared_mounts() -> None:
    """On a systemd machine `/` is shared: `umount -R` of an rbind copy took the host's /dev/pts with it."""
    script = f"""
from pathlib import Path
from runner.lab import seats
from runner.lab.lab import Lab
from runner.host import kernel
before = sorted(mount.point for mount in kernel.mounts())
with seats.hold("shared") as lock:
    opened = Lab.open("shared", lock, Path("{BASE}"))
    for command in ("mkdir -p /containers/r/dev", "mount --rbind /dev /containers/r/dev", "umount -R /containers/r/dev",
                    "mount --rbind /sys /containers/r/dev", "umount -l /containers/r/dev"):
        opened.terminal.run(command, timeout=5, limit=1000, emit=len)
    clean = opened.close().clean
print(clean and before == sorted(mount.point for mount in kernel.mounts()))
"""
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", 'mount --make-rshared / && exec "$0" -c "$1"', sys.executable, script],
        capture_output=True,
        text=True,
        check=False,
        cwd=RUNNER.parent,
    )
    assert done.stdout.strip() == "True", done.stderr


def test_nothing_in_the_runner_deletes_recursively_or_unmounts_lazily() -> None:
    """The lab's files are on a tmpfs of its own: they need no deleting, so nothing here can delete the wrong thing."""
    forbidden = re.compile(
        r"rmtree|rm -r|umount -l|MNT_DETACH|(?<!tar -C {PLACE} )--one-file-system|find .*-delete|umount2?\("
    )
    for path in RUNNER.rglob("*.py"):  # `doctor` tries whether tar has that option
        # one looks for just these words in lessons; the other takes the old root off in a lab's own namespace
        if path.name not in ("dangerous_commands.py", "syscalls.py"):
            assert not forbidden.search(path.read_text()), path


def test_no_command_of_the_course_deletes_recursively_or_unmounts_lazily(course: Course) -> None:
    forbidden = re.compile(
        r"rm\s+-\w*[rR]|umount\s+(-\w*[lR]|--lazy)|umount.*\|\|\s*true|mount\s+.*rbind(?!.*make-rslave)"
    )
    # An engine's own, in the lab's private /tmp: what a layer marks, what was unpacked, and the mounts of its box.
    inside = re.compile(r'rm -rf "\$in\$\{name#\.wh\.\}"|rm -r( /tmp/[a-z.]+)+$|umount -R /tmp/box\b', re.MULTILINE)
    # The one right place: the old root, after pivot_root.
    detach = re.compile(r"umount -l ((/\.mydocker)?/old|\.)(?=\s|$)")
    for lesson in course.lessons:
        pivoted = False
        for step in lesson.steps:
            for command in (step.run, *step.undo.commands):
                text = command.v1 + "\n" + command.v2
                pivoted = pivoted or "pivot_root" in text
                engine = lesson.id == "capstone"  # whose commands stand in a file that is written
                text = detach.sub("", text) if pivoted and (engine or "lazy-unmount" in step.allow) else text
                text = inside.sub("", text) if engine else text
                assert not forbidden.search(text), f"{lesson.id}/{step.id}: {command}"


@pytest.mark.parametrize("value", ["", "/", "relative", "/a/../b", "/a b", "/a;b", "$HOME", "/a/$(id)", "/a\n/b"])
def test_an_empty_or_wrong_path_never_reaches_a_command(value: str) -> None:
    with pytest.raises(UsageError):
        render.Values({"root": Variable("path", value)})


def test_an_undeclared_variable_is_refused_not_empty() -> None:
    values = render.Values({"root": Variable("path", "/containers/teste")})
    with pytest.raises(RunnerError):
        render.render("mkdir {{ rooot }}/bin", values)


def test_a_lock_does_not_outlive_its_holder() -> None:
    script = (
        "import os, signal\nfrom runner.lab import seats\n"
        "with seats.hold('stale'):\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=False, cwd=RUNNER.parent)
    with seats.hold("stale", wait=0.1), pytest.raises(Busy), seats.hold("stale", wait=0.1):
        pass


def test_the_course_cleans_up_without_being_asked(course: Course) -> None:
    """Each step says how it is undone; a step that changes something cannot be written without."""
    for lesson in course.lessons:
        for step in lesson.steps:
            if step.enters:
                assert step.undo.commands or step.undo.replay, f"{lesson.id}/{step.id}"
