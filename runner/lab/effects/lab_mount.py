"""The lab itself: the tmpfs that only its processes see. It goes with the last of them."""

from __future__ import annotations

import re

from runner.host import kernel
from runner.lab.journal import Journal

NAMED_BY = "mount"
SOURCE = re.compile(r"semdocker-[0-9a-f]{8}")


def note(journal: Journal, source: str) -> None:
    """Journal the source of the lab's tmpfs: the lab's processes are those that see a mount with it."""
    tables = "/proc/[0-9]*/mountinfo"
    kill = f"kill -9 $(grep -ls {source} {tables} | cut -d/ -f3); sleep 0.1"  # the dying may still fork
    undo = f"for i in $(seq 50); do grep -qs {source} {tables} || break; {kill}; done"
    journal.intend("lab", undo, mount=source)


def found() -> set[str]:
    """Return the sources of all labs that any process sees."""
    return {mount.source for pid in kernel.pids() for mount in kernel.mounts(pid) if SOURCE.fullmatch(mount.source)}
