"""What exists on this machine because of us: seats with their holders, and what each of them made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from runner.course import trust
from runner.host import cgroups, kernel
from runner.lab import locks, processes, seats, snapshot
from runner.lab.effects import registry
from runner.lab.journal import Entry, Journal
from runner.records.results import Leftover


@dataclass(frozen=True)
class Belongings:
    """What one seat has on the machine, or what carries our label and no seat claims (seat "")."""

    seat: str
    holder: int | None  # PID of the run that is going on
    journal: str  # empty when there is none
    processes: tuple[str, ...]  # "PID COMMAND"
    mounts: tuple[str, ...]
    groups: tuple[str, ...]
    files: tuple[str, ...]  # those in /run, and what else who was killed has left half made
    other_version: bool = False  # Another version of us wrote the journal, which alone knows how to undo it.
    changed: tuple[Leftover, ...] = ()  # Since a run that was killed this is different too, perhaps for other reasons.

    @property
    def empty(self) -> bool:
        return not any((self.holder, self.journal, self.processes, self.mounts, self.groups, self.files, self.changed))


@dataclass(frozen=True)
class Inventory:
    seats: tuple[Belongings, ...]
    unclaimed: Belongings
    elsewhere: tuple[str, ...] = ()  # labs and groups whose journal is that of a chroot or a container, or of its host


def take() -> Inventory:
    """Read it from journals, locks and the kernel; nothing is changed."""
    names = {name: holder and holder.pid for name in locks.names() for holder in [locks.holder(name)]}
    found = []
    known = sorted({*seats.remembered(), *(name for name, holder in names.items() if holder)})
    for seat in known:
        journal = seats.journal_of(seat)
        entries = journal.effects()
        holder = names.get(seat) or seats.elsewhere(seat)
        its = [name for name, pid in names.items() if name == seat or (holder and pid == holder)]
        has = _belongings(seat, holder, str(journal.path) if journal.exists() else "", entries, its)
        has = replace(has, other_version=journal.is_of_another_version())
        found.append(has if holder else replace(has, changed=_changed(journal)))
    nobodys = [name for name, holder in names.items() if holder is None and name not in known]
    unclaimed = registry.unclaimed(seats.claimed) if seats.are_understood() else []
    strays = _belongings("", None, "", unclaimed, nobodys)
    strays = replace(strays, files=(*strays.files, *map(str, (*seats.empty(known), *trust.unfinished()))))
    return Inventory(tuple(found), strays, seats.beyond())


def _belongings(
    seat: str, holder: int | None, journal: str, entries: Iterable[Entry], names: Iterable[str]
) -> Belongings:
    """Gather what a seat has; `names` are those whose files in /run are part of it."""
    entries = list(entries)
    members = sorted(processes.living(entries, None))
    groups = [path for entry in entries if entry.kind == "cgroup" for path in _groups(entry)]
    return Belongings(
        seat,
        holder,
        journal,
        tuple(map(kernel.described, members)),
        tuple(_mounts(members)),
        tuple(dict.fromkeys(groups)),
        tuple(str(file) for name in names for file in locks.files(name)),
    )


def _changed(journal: Journal) -> tuple[Leftover, ...]:
    names = registry.claims(journal.effects())
    return tuple(left for left in snapshot.changes(journal) if not snapshot.ours(left, names))


def _groups(entry: Entry) -> list[str]:
    return [str(path) for path in cgroups.read().directories(entry.data["name"])]


def _mounts(members: Iterable[int]) -> list[str]:
    """Return the mounts that the lab has and the machine has not."""
    outside = kernel.mount_kinds()
    # Many see the same. Roots are told apart by name: to look at one itself may take for ever (see `served_mounts`).
    views = {(kernel.namespace(pid, "mnt"), kernel.root_path(pid)): pid for pid in members}
    inside = {point: kind for pid in views.values() for point, kind in kernel.mount_kinds(pid).items()}
    return [f"{point} ({fstype})" for point, fstype in inside.items() if point not in outside]
