"""Rollback: kill the lab, then take back every journalled effect in reverse, by observation.

Processes end first, then their groups go. After a reboot nothing of a lab is left but its journal. Nothing is forced:
no lazy unmount, no recursive delete. What stays is reported as a leftover with the command that removes it, and the
journal stays with it.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from runner.lab import processes
from runner.lab.effects import registry
from runner.lab.journal import Journal
from runner.records.results import Leftover, Rollback

PATIENCE = 5.0  # seconds for a rollback


def reconcile(journal: Journal, claimed: Callable[[], set[str]]) -> Rollback:
    """Undo what is ours although no journal tells of it. `claimed` returns the labs and groups of which one does."""
    started = time.monotonic()
    with journal.alone():
        entries = registry.unclaimed(claimed)
        leftovers = processes.end(entries, None)
        for entry in entries:
            leftovers += registry.undo(entry, journal)[0]
    return Rollback(tuple(leftovers), seconds=time.monotonic() - started)


def roll_back(journal: Journal, guardian: int | None = None, mount: str | None = None) -> Rollback:
    """Undo everything in the journal and remove it; `guardian` is the lab's subreaper, if it is us.

    With `mount`, only a journal of that very lab: a guardian that comes late must not take the next run's for its own.

    Return what could not be undone; raises Dirty for a journal of another version.
    """
    started = time.monotonic()
    entries = [entry for entry in journal.effects() if journal.same_boot(entry)]
    if not journal.exists() or (mount and mount not in registry.claims(entries)):
        return Rollback(tuple(processes.end([], guardian)))
    leftovers: list[Leftover] = processes.end(entries, guardian)
    restored: list[str] = []
    with journal.alone():
        for entry in reversed(entries):
            stays, back = registry.undo(entry, journal)
            leftovers += stays
            restored += back
        if not leftovers:
            journal.remove()
    return Rollback(tuple(leftovers), (), tuple(restored), time.monotonic() - started)
