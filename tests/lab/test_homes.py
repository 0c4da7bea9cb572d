"""What was done in other namespaces is undone there, and nowhere else does it seem to be undone."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE

import pytest

from runner.host import cgroups, kernel
from runner.lab import locks, seats
from runner.lab.lab import Lab
from tests.conftest import BASE
from tests.support.command import CHECKOUT, COMMAND, semdocker

pytestmark = pytest.mark.root
SEAT = "elsewhere"
# A lab that stays until it reads a line. `prepare` is done before.
LAB = """
import socket
from pathlib import Path
from runner.lab import seats
from runner.lab.lab import Lab
{prepare}
with seats.hold("elsewhere") as lock:
    lab = Lab.open("elsewhere", lock, Path("/containers"))
    print(lab.guardian.pid, flush=True)
    input()
    lab.close()
"""
NAMED = 'socket.sethostname("elsewhere")'


@contextmanager
def lab(before: Sequence[str], prepare: str = NAMED) -> Iterator[tuple[subprocess.Popen[str], int]]:
    script = [*before, sys.executable, "-c", LAB.format(prepare=prepare)]
    with subprocess.Popen(script, cwd=CHECKOUT, stdin=PIPE, stdout=PIPE, text=True) as run:
        assert run.stdout
        yield run, int(run.stdout.readline())


def killed_lab(before: Sequence[str], prepare: str = NAMED) -> None:
    """Leave a lab behind whose runner and guardian were killed at the same time."""
    with lab(before, prepare) as (run, guardian):
        for pid in (guardian, run.pid):
            os.kill(pid, signal.SIGKILL)


@contextmanager
def somebody(*before: str) -> Iterator[int]:
    """Somebody is in other namespaces, and stays."""
    with subprocess.Popen([*before, "sh", "-c", "echo; exec cat"], stdin=PIPE, stdout=PIPE) as one:
        assert one.stdout
        one.stdout.readline()
        yield one.pid
        one.terminate()


def told() -> tuple[int, list[tuple[str, str]]]:
    """Return the status of `cleanup`, and of each leftover its area and remedy."""
    done = semdocker("cleanup", "--yes", "--json")
    return done.returncode, [(left["area"], left["remove"]) for left in json.loads(done.stdout)["leftovers"]]


def carry_out(remedy: str) -> None:
    """Carry out a remedy as whoever reads it would."""
    words = shlex.join(COMMAND)
    subprocess.run(["sh", "-c", remedy.replace("semdocker cleanup", f"{words} cleanup")], cwd=CHECKOUT, check=True)


@pytest.fixture(autouse=True)
def name() -> Iterator[str]:
    """The machine's name; it has it at the end, too."""
    before = socket.gethostname()
    yield before
    left, named = seats.journal_of(SEAT).exists(), socket.gethostname()
    if left:
        told()
    assert (left, named) == (False, before)
    locks.sweep()


def test_the_name_of_another_uts_namespace_is_not_the_machines_and_its_end_is_not_ours(seat: int, name: str) -> None:
    with lab(["unshare", "-u"]) as (run, _):
        rollback = Lab.open("default", seat, BASE).close()
        assert (rollback.restored, socket.gethostname()) == ((), name)
        assert run.stdin
        run.stdin.write("\n")
    assert run.returncode == 0


def test_who_cleans_up_after_a_namespace_that_is_gone_does_not_take_its_name(name: str) -> None:
    killed_lab(["unshare", "-u"])
    lines = seats.journal_of(SEAT).path.read_text().splitlines()
    (undo,) = [json.loads(line)["undo"] for line in lines if '"host"' in line]
    subprocess.run(["sh", "-c", undo], check=True)
    assert socket.gethostname() == name, "by the journal's own words"
    assert told() == (0, [])


def test_a_namespace_in_which_somebody_is_gets_its_name_back_by_the_command_that_is_told(name: str) -> None:
    with somebody("unshare", "-u") as pid:
        inside = ["nsenter", f"--uts=/proc/{pid}/ns/uts"]
        killed_lab(inside)
        subprocess.run([*inside, "hostname", "oops"], check=True)
        remedy = f"{' '.join(inside)} semdocker cleanup"
        assert told() == (5, [("away", remedy)])
        assert seats.journal_of(SEAT).exists(), "nothing is forgotten"
        carry_out(remedy)
        assert subprocess.run([*inside, "hostname"], check=True, capture_output=True).stdout == b"elsewhere\n"


@pytest.mark.parametrize("kind", ["uts", "mount", "cgroup"])
def test_who_has_namespaces_of_their_own_does_not_take_the_machines_lab_for_undone(kind: str, name: str) -> None:
    """The runner and its guardian were killed; somebody tries it from a shell in which they play with unshare(1)."""
    killed_lab([], "")
    with somebody("unshare", f"--{kind}") as pid:
        socket.sethostname("oops")
        try:
            outside = ("nsenter", f"--{kind}=/proc/{pid}/ns/{'mnt' if kind == 'mount' else kind}")
            run = semdocker("run", "hostname", "--seat", SEAT, "--lang", "en", "--plain", before=outside)
            assert run.returncode == 5 and "nsenter --" in run.stdout, run.stdout + run.stderr
            done = semdocker("cleanup", "--yes", "--lang", "en", before=outside)
            assert done.returncode == 5, done.stdout + done.stderr
            assert re.search(rf"nsenter --{kind}=/proc/\d+/ns/\w+ semdocker cleanup", " ".join(done.stdout.split()))
            assert told() == (0, [])
            assert socket.gethostname() == name
        finally:
            socket.sethostname(name)


# Into a group of its own, of whose tree it sees no more than what is below (cgroup_namespaces(7)).
INSIDE = """
for top in {tops}; do
    mkdir -p $top/other
    for file in cpus mems; do [ ! -e $top/cpuset.$file ] || cat $top/cpuset.$file > $top/other/cpuset.$file; done
    echo $$ > $top/other/cgroup.procs
done
exec unshare --cgroup --mount sh -c '{mounts}; exec "$@"' sh "$@"
"""


@pytest.fixture
def other() -> Iterator[tuple[Path, ...]]:
    """Groups of somebody else's, one in each tree."""
    groups = tuple(base / "other" for base in cgroups.read().bases)
    yield groups
    for group in groups:
        if group.exists():
            group.rmdir()


def test_groups_of_a_cgroup_namespace_that_is_gone_are_found_wherever_they_are(other: tuple[Path, ...]) -> None:
    trees = {mount.point: mount for mount in kernel.mounts() if mount.fstype in ("cgroup", "cgroup2")}
    tops = [str(group.parent) for group in other]
    again = "; ".join(
        f"umount {top}; mount -t {trees[top].fstype} -o {_options(trees[top].superblock)} cgroup {top}" for top in tops
    )
    script = INSIDE.format(tops=" ".join(tops), mounts=again)
    killed_lab(["sh", "-c", script, "sh"], "")
    labs = [below for group in other for below in group.iterdir() if below.is_dir()]
    assert len(labs) == len(tops)
    status, ((area, remedy),) = told()
    assert (status, area) == (5, "cgroups")
    carry_out(remedy)
    assert not any(group.exists() for group in labs)
    assert told() == (0, [])


def _options(superblock: Sequence[str]) -> str:
    return ",".join(word for word in superblock if not word.startswith(("clone_children", "release_agent"))) or "rw"
