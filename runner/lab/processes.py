"""Every process of a lab: which they are, and their end."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

from runner.host import cgroup_tree, cgroups, kernel, kernel_files
from runner.host.kernel import Identity
from runner.lab import errand
from runner.lab.effects import cgroup, lab_mount
from runner.lab.journal import Entry
from runner.records.results import Leftover

PATIENCE = 5.0  # seconds for killed processes to be gone
PAUSE = 0.002
LOOK = 0.5  # seconds until we see to the groups again
# What keeps the killed from dying, of v1 and of v2: they need some time on a CPU, too, and what they write straight to
# a disk comes to its end first (freezer-subsystem.rst, sched-bwc.rst, blkio-controller.rst, cgroup-v2.rst).
UNHINDERED = {"freezer.state": "THAWED", "cgroup.freeze": "0", "cpu.cfs_quota_us": "-1", "cpu.max": "max"}
# Of each disk, which is the first word of a row.
UNHINDERED_DISKS = {
    "io.max": "rbps=max wbps=max riops=max wiops=max",
    **{f"blkio.throttle.{way}_{what}_device": "0" for way in ("read", "write") for what in ("bps", "iops")},
}


def living(entries: Iterable[Entry], guardian: int | None) -> set[int]:
    """Return every living process of the lab, known by ancestry, by group, or by the lab's mount in its mount table."""
    entries = list(entries)
    found = _listed(entries, guardian) | _hidden(entries)
    return {pid for pid in found if (state := kernel.stat(pid)) and state.state not in "ZX"}


def seeing(marks: set[str]) -> set[int]:
    """Return the processes in whose mount namespace is a lab's mount with one of these sources.

    A source is a word that anybody can choose, and is no proof by itself: see `lab_mount.sources`.
    """
    labs = lab_mount.by_process() if marks else {}
    return {pid for pid, sources in labs.items() if not marks.isdisjoint(sources)}


def end(entries: list[Entry], guardian: int | None) -> list[Identity]:
    """Kill until nothing of the lab runs; again and again, since the dying may still fork. Return who survives.

    Whom /proc tells we kill ourselves, whatever holds up a look at the groups (see `errand`): that ends with them.
    Done only when a look finds none at all: one that ended while we looked may have left a child that we did not see.
    That look needs a thread, which those whom the kernel lists must first make room for. Raises BlockingIOError when in
    the end there is still no room: others have filled the machine.
    """
    deadline = 0.0  # not before the first are killed: among what forks without end a look takes seconds
    due = 0.0
    killed: set[int] = set()
    while True:
        if time.monotonic() >= due:  # before we look, for that takes long among what forks without end
            errand.run(partial(_kill_groups, _groups(entries), os.getpid()))
            due = time.monotonic() + LOOK
        if guardian == os.getpid():
            reap()
        listed = _listed(entries, guardian) - {os.getpid()}
        if listed <= killed:
            try:
                listed |= _hidden(entries) - {os.getpid()}
                if not listed:
                    return []
            except BlockingIOError:
                if deadline and time.monotonic() > deadline:
                    raise
        for pid in listed:
            _kill(pid)
            if pid in killed:
                _schedule(pid)
        killed |= listed
        deadline = deadline or time.monotonic() + PATIENCE
        if time.monotonic() > deadline:
            survivors = map(kernel.identity, sorted(living(entries, guardian) - {os.getpid()}))
            return [process for process in survivors if process]
        time.sleep(PAUSE)


def _kill_groups(groups: Mapping[Path, int], keeper: int) -> Iterator[str]:
    """Do so with several, as an errand of the `keeper`, and first of all where forking can be stopped."""
    for group, since in sorted(groups.items(), key=lambda found: not (found[0] / "pids.max").exists()):
        yield from _kill_group(group, since, {keeper, os.getpid()})


def _kill_group(top: Path, since: int, us: set[int]) -> Iterator[str]:
    """See to it that none in a group escapes by forking. We leave it first if somebody has put us into it.

    v2 kills all of them at once (cgroup.kill in cgroup-v2.rst, Linux 5.14). In v1 they may fork no more (pids.rst), and
    are killed one by one. Neither a freezer nor a limit of time may keep them from dying. Whoever has a lease on these
    files hinders that until they are killed themselves, which the next look does.
    """
    us = _within(top, us)
    _let_go(top, us)
    if us and _within(top, us):
        return
    if (top / "cgroup.kill").exists():
        _let_go(top, _within(top, set(_older(kernel.pids(), since))))
        with suppress(OSError):
            kernel_files.write(top / "cgroup.kill", "1")
    else:
        if (top / "pids.max").exists():
            with suppress(OSError):
                kernel_files.write(top / "pids.max", "0")
        for group in cgroup_tree.walk(top):
            yield ""
            for pid in cgroups.members(group):
                if any(_older([pid], since)):
                    _let_go(top, [pid])
                else:
                    _kill(pid)
    yield from _released(top)


def unhinder(entries: Iterable[Entry]) -> None:
    """Let all go on that is frozen or short of time in the lab's groups: a guardian that somebody put there, too."""
    for top in _groups(entries):
        release(top)


def release(top: Path) -> None:
    """Let all go on that is frozen, or short of time or of a disk's attention, in a tree of groups."""
    errand.run(partial(_released, top))


def _released(top: Path) -> Iterator[str]:
    hindered = [(name, value) for name, value in UNHINDERED.items() if (top / name).exists()]
    disks = [(name, value) for name, value in UNHINDERED_DISKS.items() if (top / name).exists()]
    for group in cgroup_tree.walk(top) if hindered or disks else ():  # the top first: below it none is thawed alone
        yield ""
        limits = [(name, f"{row.split()[0]} {value}") for name, value in disks for row in _set(group / name)]
        for name, value in [*hindered, *limits]:
            with suppress(OSError):
                kernel_files.write(group / name, value)


def _set(limits: Path) -> list[str]:
    """Return the rows of a file of limits, each of one disk."""
    return list(filter(str.strip, kernel_files.rows(limits, wait=False)))


def _within(top: Path, pids: set[int]) -> set[int]:
    """Return those of some processes that are in a tree of groups. The tree may be huge: it is walked only where
    /proc/PID/cgroup does not rule that out. A path that is too long for it cannot be read there.
    """
    trees, name = cgroups.read(), top.name
    perhaps = {pid for pid in pids if name in Path(cgroups.of(pid, trees).get(top.parent, name)).parts}
    return perhaps.intersection(cgroup_tree.members(top)) if perhaps else perhaps


def _older(pids: Iterable[int], since: int) -> Iterator[int]:
    """Return those that were there before the lab."""
    return (pid for pid in pids if since and (state := kernel.stat(pid)) and state.start < since)


def _let_go(top: Path, strangers: Iterable[int]) -> None:
    """Move who is not the lab's out of its group: somebody has put a wrong PID into it."""
    for pid in strangers:
        with suppress(OSError):
            kernel_files.write(top.parent / "cgroup.procs", str(pid))


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _schedule(pid: int) -> None:
    """Give a killed process that is still there time on a CPU, without which it cannot die.

    One with a deadline may have none for minutes, and a real-time one none where its group has none (sched(7),
    sched-deadline.rst, sched-rt-group.rst).
    """
    for thread in kernel_files.names(f"/proc/{pid}/task"):
        with suppress(OSError):
            os.sched_setscheduler(int(thread), os.SCHED_OTHER, os.sched_param(0))


def reap() -> None:
    """Collect dead children, so that orphans we adopted do not stay as zombies."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _listed(entries: list[Entry], guardian: int | None) -> set[int]:
    """Return what the kernel lists as the lab's, by ancestry and by group; some may have ended since."""
    found: set[int] = set(kernel.descendants(guardian)) if guardian else set()
    groups = _groups(entries)
    for since in set(groups.values()):
        members = _members([top for top, its in groups.items() if its == since])
        found.update(pid for pid in members if not (state := kernel.stat(pid)) or state.start >= since)
    survivors = {Identity(entry.data["pid"], entry.data["start"]) for entry in entries if entry.kind == "survivor"}
    found.update(process.pid for process in survivors if kernel.alive(process))
    return found


def _members(tops: Collection[Path]) -> set[int]:
    """Return who is in trees of groups and not dead. The trees are asked only of those of whom /proc does not tell."""
    found, untold = cgroups.inside(tops)
    if untold:
        found |= untold.intersection(cgroup.members(tops))
    return {pid for pid in found if not _is_dead(pid)}


def _is_dead(pid: int) -> bool:
    """Tell whether a process has ended, with all its threads: the first may have ended before the others."""
    state = kernel.stat(pid)
    return state is None or (state.state in "ZX" and len(kernel_files.names(f"/proc/{pid}/task")) < 2)


def _hidden(entries: Iterable[Entry]) -> set[int]:
    """Return those who are known by their mounts. Raises BlockingIOError where no thread can look at them."""
    return seeing({entry.data["mount"] for entry in entries if entry.kind == "lab"})


def _groups(entries: Iterable[Entry]) -> dict[Path, int]:
    """Return the directories of the lab's groups, in every hierarchy, and since when there can be processes of it."""
    groups = [entry.data for entry in entries if entry.kind == "cgroup" and cgroup.is_proven(entry.data)]
    return {folder: data.get("since", 0) for data in groups for folder in cgroups.read().directories(data["name"])}


def leftover(survivor: Identity) -> Leftover:
    """Return a process that does not end, as it is told."""
    return Leftover("processes", kernel.described(survivor.pid), f"kill -9 {survivor.pid}")
