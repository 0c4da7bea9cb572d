"""Which files of /proc show what the reader's namespaces have, through whichever root they are opened (proc(5))."""

from __future__ import annotations

import re

from runner.host import syscalls

Kind = tuple[str, int]  # the name in /proc/PID/ns, and the flag for setns(2)

_OF_THE_READER: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (re.compile(r"/proc/sys/net(?:/.*)?"), ("net", syscalls.CLONE_NEWNET)),
    (re.compile(r"/proc/sysvipc(?:/.*)?|/proc/sys/fs/mqueue(?:/.*)?"), ("ipc", syscalls.CLONE_NEWIPC)),
    (re.compile(r"/proc/sys/kernel/(?:(?:shm|msg|sem).*|auto_msgmni)"), ("ipc", syscalls.CLONE_NEWIPC)),
    (re.compile(r"/proc/sys/kernel/(?:hostname|domainname)"), ("uts", syscalls.CLONE_NEWUTS)),
)


def kind(path: str) -> Kind | None:
    """Return the kind of namespace that a file of /proc belongs to; None when all see the same there."""
    return next((kind for pattern, kind in _OF_THE_READER if pattern.fullmatch(path)), None)
