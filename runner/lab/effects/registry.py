"""Every kind of effect by its name in the journal, and what can be asked of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from runner.host import kernel
from runner.lab import locks
from runner.lab.effects import cgroup, controllers, homes, host_values, lab_mount, superblocks
from runner.lab.journal import Entry, Journal
from runner.records.results import Leftover

Undone = tuple[list[Leftover], list[str]]  # the leftovers, and the names of what was put back

# Processes end first; then the kinds are undone in the reverse of the journal's order.
UNDO: Mapping[str, Callable[[Mapping[str, Any], Journal], list[Leftover]]] = {
    "cgroup": cgroup.undo,
    "controllers": controllers.undo,
}
RESTORE: Mapping[str, Callable[[Mapping[str, Any]], list[str]]] = {
    "host": host_values.restore,
    "superblocks": superblocks.restore,
}
NAMED_BY = {"lab": lab_mount.NAMED_BY, "cgroup": cgroup.NAMED_BY}


def undo(entry: Entry, journal: Journal) -> Undone:
    """Take one effect back, by observation: what was never done, or is gone already, is no fault."""
    if entry.kind in RESTORE:
        return [], RESTORE[entry.kind](entry.data)
    return (UNDO[entry.kind](entry.data, journal), []) if entry.kind in UNDO else ([], [])


def out_of_reach(journal: Journal) -> list[Leftover]:
    """Return why a journal's effects cannot be undone from here: they belong to namespaces that are not ours."""
    entries = [entry for entry in journal.effects() if journal.same_boot(entry)]
    if away := homes.away(entries):
        who = ", ".join(f"{kind}: {kernel.described(pid) if pid else '?'}" for kind, pid in away.items())
        return [Leftover("away", f"{journal.path} ({who})", homes.way_to(away))]
    return [stray for entry in entries if entry.kind == "cgroup" for stray in cgroup.strays(entry.data)]


def claims(entries: Iterable[Entry]) -> set[str]:
    """Return the labs, groups and paths that journal entries tell of."""
    return {str(entry.data[NAMED_BY[entry.kind]]) for entry in entries if entry.kind in NAMED_BY}


def proven(entries: Iterable[Entry]) -> set[str]:
    """Return those of them that are known to be ours."""
    return claims(entry for entry in entries if entry.kind != "cgroup" or cgroup.is_proven(entry.data))


def unclaimed(claimed: Callable[[], set[str]]) -> list[Entry]:
    """Return what is ours by its looks and nobody's any more, as journal entries that `undo` understands."""
    return [entry for entry, mark in _beyond(claimed) if locks.keeper(mark) is None]


def elsewhere(claimed: Callable[[], set[str]]) -> list[Entry]:
    """Return what only looks unclaimed: somebody keeps its lock, or may do so where we cannot see it. Its journal is
    that of a chroot or a container, or of the machine that ours runs on.
    """
    return [entry for entry, mark in _beyond(claimed) if locks.keeper(mark) is not None]


def _beyond(claimed: Callable[[], set[str]]) -> list[tuple[Entry, str]]:
    """Return what is ours by its looks and is not among the claimed, as journal entries, each with its lock's mark.

    What is claimed is asked before and after the look: a lab may open or close meanwhile, and its journal is written
    before anything of it can be seen, and removed after.
    """
    before = claimed()
    found = {"lab": lab_mount.found(), "cgroup": cgroup.found()}
    known = before | claimed()
    boot = kernel.boot_id()
    return [
        (Entry(0, boot, kind, {NAMED_BY[kind]: name}), mark)
        for kind, names in found.items()
        for name, mark in names.items()
        if name not in known
    ]
