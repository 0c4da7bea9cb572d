"""Rollback: kill the lab, then take back every journalled effect in reverse, by observation.

Processes end first, then their groups go. After a reboot nothing of a lab is left but its journal. Nothing is forced:
no lazy unmount, no recursive delete. What stays is reported as a leftover with the command that removes it, and the
journal stays with it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress

from runner.host import capability_fixes, device_nodes, kernel, shell_line
from runner.lab import private_folder, processes, snapshot
from runner.lab.effects import lost_nodes, registry
from runner.lab.journal import Entry, Journal
from runner.records.errors import Dirty, Unfit
from runner.records.results import Leftover, Rollback

PATIENCE = 5.0  # seconds for a rollback


def reconcile(journal: Journal, claimed: Callable[[], set[str]]) -> Rollback:
    """Undo what is ours although no journal tells of it. `claimed` returns the labs and groups of which one does."""
    started = time.monotonic()
    if not registry.unclaimed(claimed):
        return Rollback()  # There is nothing to do, so nothing need be writable.
    with journal.alone():
        entries = registry.unclaimed(claimed)
        leftovers = [processes.leftover(process) for process in processes.end(entries, None)]
        for entry in entries:
            leftovers += registry.undo(entry, journal)[0]
    return Rollback(tuple(leftovers), seconds=time.monotonic() - started)


def roll_back(
    journal: Journal, guardian: int | None = None, mount: str | None = None, held: Mapping[str, int] | None = None
) -> Rollback:
    """Undo everything in the journal, compare the machine with how it was, and remove what is done with.

    `guardian` is the lab's subreaper, if it is us. With `mount`, only a journal of that very lab: a guardian that comes
    late must not take the next run's for its own. `held` are the mounts of /dev that it kept (see `lost_nodes`). The
    snapshot stays where it is for as long as anything differs.

    Return what could not be undone, and what else differs; raises Dirty for a journal of another version.
    """
    started = time.monotonic()
    if kernel.identity(os.getpid()) is None:  # Something is mounted over /proc: what is of the lab, nobody can tell.
        return Rollback((Leftover("mounts", "/proc", shell_line.line("umount", "/proc")),))
    if journal.is_of_another_version():
        processes.end([], guardian)
        raise Dirty("journal-version", path=str(journal.path))
    cover = journal.hidden_by()
    if cover is not None:
        hidden = Leftover("journal", str(journal.path), shell_line.line("umount", cover) if cover else "")
        return Rollback((*map(processes.leftover, processes.end([], guardian)), hidden))
    entries = [entry for entry in journal.effects() if journal.same_boot(entry)]
    names, ours = registry.claims(entries), registry.proven(entries)
    in_the_way = snapshot.in_the_way(journal)
    if (mount and mount not in names) or not (journal.exists() or snapshot.kept(journal) or in_the_way):
        return Rollback(tuple(map(processes.leftover, processes.end([], guardian))))
    leftovers = [*_survivors(journal, entries, guardian), *in_the_way]
    if journal.is_unreadable():
        path, folder = journal.path, private_folder.is_folder(journal.folders, journal.path.name)
        leftovers.append(
            Leftover("journal", str(path), private_folder.aside(path) if folder else shell_line.line("rm", str(path)))
        )
    restored: list[str] = []
    with journal.alone():
        for entry in reversed(entries):
            stays, back = registry.undo(entry, journal)
            leftovers += stays
            restored += back
        mine, noticed = _differences(journal, ours, leftovers)
        if _swept(journal, [*mine, *noticed], held or {}):
            restored.append("nodes")
            mine, noticed = _differences(journal, ours, leftovers)
        leftovers += mine
        if not leftovers:
            leftovers += _forgotten(journal, with_snapshot=not noticed)
    kinds = {entry.kind for entry in entries}  # a survivor is there when somebody has ended the lab before, and said so
    guarded = guardian is not None or "lab" not in kinds or "survivor" in kinds
    return Rollback(tuple(leftovers), tuple(noticed), tuple(restored), guarded, time.monotonic() - started)


def _swept(journal: Journal, found: Iterable[Leftover], held: Mapping[str, int]) -> bool:
    """Put back what was swept of /dev, /proc and /sys. Return whether anything was."""
    if sum(left.area == "nodes" for left in found) < lost_nodes.SWEPT:
        return False
    before = snapshot.kept(journal)
    reached = any(entry.kind == lost_nodes.REACHED for entry in journal.effects() if journal.same_boot(entry))
    tops = [top for top in device_nodes.TOPS if reached or top != lost_nodes.DEV]  # every lab has a /proc and a /sys
    return bool(before and lost_nodes.put_back(snapshot.nodes(before), before["mounts"], held, tops))


def _survivors(journal: Journal, entries: list[Entry], guardian: int | None) -> list[Leftover]:
    """End the lab's processes. Those that cannot end yet are journalled, for what tells them from others may go."""
    known = {(entry.data["pid"], entry.data["start"]) for entry in entries if entry.kind == "survivor"}
    living = processes.end(entries, guardian)
    for process in living:
        if tuple(process) not in known:
            with suppress(Unfit):  # what cannot be noted is told all the same
                journal.intend("survivor", "true", pid=process.pid, start=process.start)
    return [processes.leftover(process) for process in living]


def _forgotten(journal: Journal, *, with_snapshot: bool) -> list[Leftover]:
    """Take away the records of a lab that is undone. Return the one that stays, and what lets the next try succeed."""
    try:
        if with_snapshot:
            snapshot.forget(journal)
        journal.remove()
    except OSError as error:
        what = f"{error.filename or journal.path}: {error.strerror or error}"
        return [Leftover("journal", what, capability_fixes.for_failure("journal", what)[1])]
    return []


def _differences(journal: Journal, names: set[str], named: Iterable[Leftover]) -> tuple[list[Leftover], list[Leftover]]:
    """Compare the machine with how it was: what else is a lab's doing, and what may be anybody's."""
    known = {(left.area, left.what.partition(" (")[0]) for left in named}  # there with who is in it
    found = [left for left in snapshot.changes(journal) if (left.area, left.what) not in known]
    mine = [left for left in found if journal.exists() and snapshot.ours(left, names)]
    return mine, [left for left in found if left not in mine]
