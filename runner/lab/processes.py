"""Every process of a lab: which they are, and their end."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from runner.host import cgroups, kernel, kernel_files
from runner.lab.effects import lab_mount
from runner.lab.journal import Entry
from runner.records.results import Leftover

PATIENCE = 5.0  # seconds for killed processes to be gone
FREEZING = 0.5  # seconds for a group to stand still
PAUSE = 0.002


def living(entries: Iterable[Entry], guardian: int | None) -> set[int]:
    """Return every living process of the lab, known by ancestry, by group, or by the lab's mount in its mount table."""
    return {pid for pid in _listed(list(entries), guardian) if (state := kernel.stat(pid)) and state.state not in "ZX"}


def seeing(marks: set[str]) -> set[int]:
    """Return the processes that see a lab's mount with one of these sources; each view is looked at once.

    A source is a word that anybody can choose, and is no proof by itself: see `lab_mount.sources`.
    """
    verdicts: dict[tuple[object, object], bool] = {}
    found = set()
    for pid in kernel.pids() if marks else ():
        view = kernel.namespace(pid, "mnt"), kernel.root(pid)  # a chrooted process sees less of the same namespace
        if view not in verdicts:
            verdicts[view] = not marks.isdisjoint(lab_mount.sources(pid))
        if verdicts[view]:
            found.add(pid)
    return found


def end(entries: list[Entry], guardian: int | None) -> list[Leftover]:
    """Kill until nothing of the lab runs; again and again, since the dying may still fork.

    Done only when a look finds none at all: one that ended while we looked may have left a child that we did not see.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        if guardian == os.getpid():
            reap()
        listed = _listed(entries, guardian) - {os.getpid()}
        if not listed:
            return []
        if time.monotonic() > deadline:
            return [_survivor(pid) for pid in sorted(living(entries, guardian) - {os.getpid()})]
        for group in _groups(entries):
            _kill_group(group)
        for pid in listed:
            _kill(pid)
        time.sleep(PAUSE)


def _kill_group(top: Path) -> None:
    """Kill all in a group at once, so that none escapes by forking; not where we are in it ourselves.

    v2 has a file for that (cgroup.kill in cgroup-v2.rst, Linux 5.14), of v1 the freezer holds them still meanwhile
    (freezer-subsystem.rst). Elsewhere nothing happens.
    """
    tree = (*cgroups.subgroups(top), top)
    if any(os.getpid() in cgroups.members(group) for group in tree):
        return
    with suppress(OSError):
        if (top / "cgroup.kill").exists():
            kernel_files.write(top / "cgroup.kill", "1")
        elif (top / "freezer.state").exists():
            with _frozen(top / "freezer.state"):
                for pid in (pid for group in tree for pid in cgroups.members(group)):
                    _kill(pid)


@contextmanager
def _frozen(state: Path) -> Iterator[None]:
    deadline = time.monotonic() + FREEZING
    try:
        kernel_files.write(state, "FROZEN")
        while kernel_files.words(state) != ["FROZEN"] and time.monotonic() < deadline:
            time.sleep(PAUSE)
        yield
    finally:
        kernel_files.write(state, "THAWED")  # the dead among them end only now


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def reap() -> None:
    """Collect dead children, so that orphans we adopted do not stay as zombies."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _listed(entries: list[Entry], guardian: int | None) -> set[int]:
    """Return what the kernel lists as the lab's; some may have ended since."""
    found: set[int] = set(kernel.descendants(guardian)) if guardian else set()
    for top in _groups(entries):
        found.update(pid for group in (top, *cgroups.subgroups(top)) for pid in cgroups.members(group))
    return found | seeing({entry.data["mount"] for entry in entries if entry.kind == "lab"})


def _groups(entries: Iterable[Entry]) -> list[Path]:
    """Return the directories of the lab's groups, in every hierarchy."""
    names = (entry.data["name"] for entry in entries if entry.kind == "cgroup")
    return [directory for name in names for directory in cgroups.read().directories(name)]


def _survivor(pid: int) -> Leftover:
    return Leftover("processes", f"{pid} {kernel.command(pid)}", f"kill -9 {pid}")
