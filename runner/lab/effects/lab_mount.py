"""The lab itself: the tmpfs that only its processes see. It goes with the last of them."""

from __future__ import annotations

import re

from runner.host import kernel, namespace_owner
from runner.lab import locks, seal
from runner.lab.journal import Journal

NAMED_BY = "mount"
SOURCE = re.compile(rf"semdocker-[0-9a-f]{{8}}({locks.MARK})?")
SEALED = re.compile(kernel.MOUNT_ROW.format(point="/", kind="overlay", source=seal.ROOT), re.MULTILINE)
TMPFS = re.compile(
    kernel.MOUNT_ROW.format(point="(?P<point>[^ \n]+)", kind="tmpfs", source=f"(?P<source>{SOURCE.pattern})"),
    re.MULTILINE,
)


def note(journal: Journal, source: str) -> None:
    """Journal the source of the lab's tmpfs: the lab's processes are those that see a mount with it."""
    tables = "/proc/[0-9]*/mountinfo"
    kill = f"kill -9 $(grep -ls {source} {tables} | cut -d/ -f3); sleep 0.1"  # the dying may still fork
    undo = f"for i in $(seq 50); do grep -qs {source} {tables} || break; {kill}; done"
    journal.intend("lab", undo, mount=source)


def found() -> dict[str, str]:
    """Return the sources of all labs that any process is in, each with the mark of its lock."""
    return {source: mark(source) for labs in by_process().values() for source in labs}


def mark(source: str) -> str:
    """Return the mark in the source of a lab's tmpfs; empty when there is none."""
    named = SOURCE.fullmatch(source)
    return (named and named[1]) or ""


def by_process() -> dict[int, set[str]]:
    """Return the sources of the labs that each process is in; each mount namespace is looked at once.

    A lab is root's. What others mount in namespaces of their own may be much, and look like anything. Where one of them
    does so in a lab, its group and its ancestors tell that it is there.
    """
    namespaces: dict[int, set[str]] = {}
    found = {}
    for pid in kernel.pids():
        namespace = kernel.namespace(pid, "mnt")
        if namespace is not None:
            seen = namespaces.get(namespace)
            if seen is None:
                seen = sources(pid) if namespace_owner.is_roots(pid) else set()
                if (
                    kernel.namespace(pid, "mnt") == namespace
                ):  # One that ended meanwhile saw nothing, and says so of all.
                    namespaces[namespace] = seen
            found[pid] = seen
    return found


def sources(pid: int) -> set[str]:
    """Return the sources of the labs that a process is in: its mount namespace has the tmpfs, and as its root the
    sealed one or that tmpfs.

    The machine's own processes, and those to which the machine's mounts propagate, have another root. They are never a
    lab's, whatever somebody has mounted where they see it. A process that has changed its root (chroot(2)) sees none of
    this itself, so its namespace is asked. That is its own for as long as it runs: numbers of namespaces and of file
    systems would be given again once a lab has ended.
    """
    return labs(kernel.mount_table(pid)) or kernel.in_mount_namespace(pid, labs) or set()


def labs(table: str) -> set[str]:
    """Return the sources of the labs whose mount namespace has this table of mounts.

    A container that has left the sealed root behind (pivot_root(2)) has a part of the tmpfs in its place.
    """
    sealed = SEALED.search(table)
    return {row["source"] for row in TMPFS.finditer(table) if sealed or row["point"] == "/"}
