"""Seats: one student's place on a shared machine, by name, with a lock in /run and a journal in /var/lib."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from runner.host.kernel import Identity
from runner.lab import locks, private_folder, published_state, snapshot, undo
from runner.lab.effects import lab_mount, registry
from runner.lab.journal import Journal
from runner.lab.published_state import Notice
from runner.records.errors import Busy, NoLab
from runner.records.results import Leftover, Rollback

STATE = Path("/var/lib/semdocker")


def journal_of(seat: str) -> Journal:
    return Journal(STATE / seat / "journal")


def remembered() -> list[str]:
    """Return the names of the seats that have a journal, or a snapshot that is still to be compared."""
    return sorted(name for name in private_folder.names(STATE) if private_folder.names(STATE, STATE / name))


def empty(known: Collection[str]) -> list[Path]:
    """Return the folders in which nothing is, of seats that nobody knows: left by who was killed before the journal."""
    folders = [STATE / name for name in sorted(private_folder.names(STATE)) if name not in known]
    return [folder for folder in folders if not private_folder.names(STATE, folder)]  # a seat may just have opened


def reconcile() -> Rollback:
    """Undo what carries our label although no seat's journal tells of it, and what killed runs left in /run."""
    locks.sweep()
    try:
        found = Rollback()
        if are_understood():
            found = undo.reconcile(journal_of("-"), claimed)  # no seat has this name; such a journal is never written
    finally:
        for name in private_folder.names(STATE):  # left empty by a crash in the last act of a rollback
            private_folder.leave(STATE, STATE / name)
        private_folder.leave(STATE)
    in_the_way = (Leftover("files", str(path), private_folder.aside(path)) for path in locks.in_the_way())
    return replace(found, leftovers=(*found.leftovers, *in_the_way))


def are_understood() -> bool:
    """Tell whether all journals are of this version. What seems to be nobody's may else be claimed by one that is not,
    and its lab may be live.
    """
    return not any(journal_of(seat).is_of_another_version() for seat in remembered())


def claimed() -> set[str]:
    """Return the labs and groups of which the journals of all seats tell now."""
    return {name for seat in remembered() for name in registry.claims(journal_of(seat).effects())}


def holder(seat: str) -> Identity | None:
    """Return the process that holds a seat; None when it is free."""
    return locks.holder(seat)


def beyond() -> tuple[str, ...]:
    """Return the labs and groups that look like ours and are left alone: see `registry.elsewhere`."""
    return tuple(sorted(registry.claims(registry.elsewhere(claimed)))) if are_understood() else ()


def elsewhere(seat: str) -> int | None:
    """Return a process that keeps the seat of the journal's lab by a lock in another /run, as a chroot has; None when
    there is none. One that cannot be seen ended with its container: that has this journal again when it starts anew.
    """
    journal = journal_of(seat)
    labs = [entry.data["mount"] for entry in journal.effects() if entry.kind == "lab" and journal.same_boot(entry)]
    return next(filter(None, (locks.keeper(lab_mount.mark(lab)) for lab in labs)), None)


def published(seat: str) -> Notice | None:
    """Read what the seat's live lab tells other terminals; None when none is live."""
    return published_state.read(seat) if holder(seat) else None


def no_lab(seat: str) -> NoLab:
    """Return the error for a seat without a live lab. It names the seats that have one."""
    others = ", ".join(name for name in locks.names() if published(name))
    return NoLab("no-lab-here", seat=seat, others=others) if others else NoLab("no-lab", seat=seat)


def recover(seat: str) -> Rollback:
    """Undo what an earlier run left behind, and compare; nothing to do when all is done. Needs the seat.

    Nothing is undone where only a part could be: then the leftover says from where all can.
    """
    journal = journal_of(seat)
    out_of_reach = registry.out_of_reach(journal)
    rollback = Rollback(tuple(out_of_reach)) if out_of_reach else undo.roll_back(journal)
    told(seat)
    return rollback


def told(seat: str) -> None:
    """Forget how the machine was: what differs from it is about to be told, and nothing of ours is left."""
    journal = journal_of(seat)
    if not journal.exists():
        snapshot.forget(journal)
        journal.leave()


@contextmanager
def hold(seat: str, wait: float = 3.0) -> Iterator[int]:
    """Hold the seat; the kernel frees it when its last holder is gone. Raises Busy with the holder's PID."""
    journal = journal_of(seat)  # It needs /proc; where that is missing, no lock is made either.
    fd = locks.hold(seat, time.monotonic() + wait)  # a guardian may still be cleaning up after a killed run
    try:
        if keeper := elsewhere(seat):
            raise Busy("seat-busy", holder=str(keeper))
        yield fd
    finally:
        if journal.exists():
            published_state.withdraw(seat)
            os.close(fd)  # a lab was not put away: its guardian holds the lock on until it has done that
            locks.sweep()
        else:
            locks.release(seat, fd)
