"""Rollback: kill the lab, then take back every journalled effect in reverse, by observation.

Each undo accepts "was never done" and "already gone". The order is the one that works (curriculum): processes,
then groups, then directories. Nothing is forced: no lazy unmount, no recursive delete. What stays is reported
as a leftover with the command that removes it, and the journal stays with it.
"""

from __future__ import annotations

import errno
import os
import shlex
import socket
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from runner.host import cgroups, kernel, syscalls
from runner.lab import effects, processes
from runner.lab.journal import Journal
from runner.records.results import Leftover, Rollback

PATIENCE = 5.0  # seconds for groups to empty
PAUSE = 0.002


def reconcile(journal: Journal, claimed: set[str]) -> Rollback:
    """Undo what carries our label although no journal tells of it. `claimed`: labs, groups and paths that one does."""
    started = time.monotonic()
    entries = effects.labeled(claimed)
    leftovers = processes.end(entries, None)
    with journal.alone():
        for entry in entries:
            if entry.kind in UNDO:
                leftovers += UNDO[entry.kind](entry.data, journal)[0]
    return Rollback(tuple(leftovers), seconds=time.monotonic() - started)


def roll_back(journal: Journal, guardian: int | None = None, mount: str | None = None) -> Rollback:
    """Undo everything in the journal and remove it; `guardian` is the lab's subreaper, if it is us.

    With `mount`, only a journal of that very lab: a guardian that comes late must not take the next run's for its own.

    Returns what could not be undone; raises Dirty for a journal of another version.
    """
    started = time.monotonic()
    entries = [entry for entry in journal.effects() if journal.same_boot(entry) or entry.kind in SURVIVES_REBOOT]
    if not journal.exists() or (mount and mount not in effects.claims(entries)):
        return Rollback(tuple(processes.end([], guardian)))
    leftovers = processes.end(entries, guardian)
    restored: list[str] = []
    with journal.alone():
        for entry in reversed(entries):
            if entry.kind in UNDO:
                found, back = UNDO[entry.kind](entry.data, journal)
                leftovers += found
                restored += back
        if not leftovers:
            journal.remove()
    return Rollback(tuple(leftovers), (), tuple(restored), time.monotonic() - started)


# --- one undo for each kind of effect ---------------------------------------------------------

Undone = tuple[list[Leftover], list[str]]


def _undo_cgroup(data: Mapping[str, Any], _: Journal) -> Undone:
    """Remove a group in every hierarchy, leaf first. rmdir(2) says EBUSY until the last process is gone."""
    leftovers = []
    for directory in _directories(data["name"]):
        for group in (*cgroups.subgroups(directory), directory):
            if not _within_patience(lambda group=group: _rmdir(group)):  # type: ignore[misc]
                leftovers.append(Leftover("cgroups", f"{group} ({_holders(group)})", f"rmdir {group}"))
    return leftovers, []


def _undo_controllers(data: Mapping[str, Any], journal: Journal) -> Undone:
    """Give back the controllers that were switched on for us, and only those; the last seat that uses one does."""
    tree = cgroups.read().v2
    if tree is None:
        return [], []
    file = tree / "cgroup.subtree_control"
    used = {name for entry in journal.neighbours("controllers") for name in entry.data["added"]}
    leftovers = []
    for controller in sorted((set(data["added"]) & set(file.read_text().split())) - used):
        try:
            file.write_text(f"-{controller}")
        except OSError:
            leftovers.append(Leftover("cgroups", f"{file} +{controller}", f"echo -{controller} > {file}"))
    return leftovers, []


def _undo_directory(data: Mapping[str, Any], journal: Journal) -> Undone:
    """Remove a directory that we made, when no other seat uses it. rmdir(2) takes only an empty one."""
    path = Path(data["path"])
    if any(entry.data["path"] == data["path"] for entry in journal.neighbours("directory")):
        return [], []
    try:
        with _opened(path) as (parent, folder):
            if _still_ours(folder, data):
                os.rmdir(path.name, dir_fd=parent)
    except OSError as error:
        if error.errno not in NOT_THERE:
            return [Leftover("files", f"{path} ({_content(path)})", _removal(path))], []
    return [], []


def _undo_note(data: Mapping[str, Any], journal: Journal) -> Undone:
    """Take our note away, when no other seat's lab is there."""
    path = Path(data["path"])
    if any(entry.data["path"] == data["path"] for entry in journal.neighbours("note")):
        return [], []
    with suppress(OSError), _opened(path.parent) as (_, folder):
        if stat.S_ISREG(os.stat(path.name, dir_fd=folder, follow_symlinks=False).st_mode):
            os.unlink(path.name, dir_fd=folder)
    return [], []


@contextmanager
def _opened(path: Path) -> Iterator[tuple[int, int]]:
    """A directory and the one it is in, as descriptors: what is removed through them is there and nowhere else.

    Raises OSError when a link is in its place, or something is mounted on it.
    """
    parent = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        folder = syscalls.open_folder(parent, path.name)
        try:
            yield parent, folder
        finally:
            os.close(folder)
    finally:
        os.close(parent)


def _still_ours(folder: int, data: Mapping[str, Any]) -> bool:
    """Whether it is the directory that we made. An overlay may change its inode, so the label counts too."""
    found = os.fstat(folder).st_ino
    return effects.owner(folder) is not None or found == data.get("inode", found)


def _undo_host(data: Mapping[str, Any], _: Journal) -> Undone:
    """Put back what was changed behind our back, by a command typed in the wrong shell."""
    changed = [name for name, value in effects.host_values().items() if data.get(name, value) != value]
    for name in changed:
        if name == "hostname":
            socket.sethostname(data[name])
        else:
            effects.SYSCTLS[name].write_text(data[name])
    return [], changed


UNDO: Mapping[str, Callable[[Mapping[str, Any], Journal], Undone]] = {
    "cgroup": _undo_cgroup,
    "controllers": _undo_controllers,
    "directory": _undo_directory,
    "host": _undo_host,
    "note": _undo_note,
}
SURVIVES_REBOOT = frozenset({"directory", "note"})
NOT_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)  # gone, or something else has its name by now


def _holders(group: Path) -> str:
    """Who keeps a group busy."""
    return ", ".join(f"{pid} {kernel.command(pid)}" for pid in cgroups.members(group)) or "busy"


def _content(path: Path) -> str:
    """What keeps a directory from being removed: what is in it, else who is in it (something is mounted there)."""
    inside = sorted(entry.name for entry in path.iterdir())
    return ", ".join(inside or [f"{pid} {kernel.command(pid)}" for pid in kernel.holders(path)]) or "busy"


def _removal(path: Path) -> str:
    """The command that removes a directory; what is in it is not ours to delete, and is moved away."""
    inside = " ".join(shlex.quote(str(entry)) for entry in sorted(path.iterdir()))
    return f"mv -it /var/tmp {inside} && rmdir {path}" if inside else f"rmdir {path}"


def _directories(name: str) -> tuple[Path, ...]:
    return cgroups.read().directories(name)


def _rmdir(path: Path) -> bool:
    try:
        path.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _within_patience(act: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not act():
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE)
    return True
