"""Every process of a lab: which they are, and their end."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from runner.host import cgroups, kernel, kernel_files
from runner.host.kernel import Identity
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


def end(entries: list[Entry], guardian: int | None) -> list[Identity]:
    """Kill until nothing of the lab runs; again and again, since the dying may still fork. Return who survives.

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
            survivors = map(kernel.identity, sorted(living(entries, guardian) - {os.getpid()}))
            return [process for process in survivors if process]
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
            with _frozen(tree):
                for pid in (pid for group in tree for pid in cgroups.members(group)):
                    _kill(pid)


@contextmanager
def _frozen(tree: Sequence[Path]) -> Iterator[None]:
    """Hold a group and all below it still, and have none of them frozen afterwards. The top is the last of the tree."""
    deadline = time.monotonic() + FREEZING
    state = tree[-1] / "freezer.state"
    try:
        kernel_files.write(state, "FROZEN")
        while kernel_files.words(state) != ["FROZEN"] and time.monotonic() < deadline:
            time.sleep(PAUSE)
        yield
    finally:
        for group in reversed(tree):  # the dead among them end only now, and one below may be frozen by itself
            kernel_files.write(group / "freezer.state", "THAWED")


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
    survivors = {Identity(entry.data["pid"], entry.data["start"]) for entry in entries if entry.kind == "survivor"}
    found.update(process.pid for process in survivors if kernel.alive(process))
    return found | seeing({entry.data["mount"] for entry in entries if entry.kind == "lab"})


def _groups(entries: Iterable[Entry]) -> list[Path]:
    """Return the directories of the lab's groups, in every hierarchy."""
    names = (entry.data["name"] for entry in entries if entry.kind == "cgroup")
    return [directory for name in names for directory in cgroups.read().directories(name)]


def leftover(survivor: Identity) -> Leftover:
    """Return a process that does not end, as it is told."""
    return Leftover("processes", f"{survivor.pid} {kernel.command(survivor.pid)}", f"kill -9 {survivor.pid}")
