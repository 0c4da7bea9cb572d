"""Which files of /proc show what the reader's namespaces have, through whichever root they are opened (proc(5))."""

from __future__ import annotations

import re

_OF_THE_READER: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"/proc/sys/net(?:/.*)?"), "net"),
    (re.compile(r"/proc/sysvipc(?:/.*)?|/proc/sys/fs/mqueue(?:/.*)?"), "ipc"),
    (re.compile(r"/proc/sys/kernel/(?:(?:shm|msg|sem).*|auto_msgmni)"), "ipc"),
    (re.compile(r"/proc/sys/kernel/(?:hostname|domainname)"), "uts"),
)


def kind(path: str) -> str | None:
    """Return the kind of namespace that a file of /proc belongs to, by its name in /proc/PID/ns; None for no kind."""
    return next((kind for pattern, kind in _OF_THE_READER if pattern.fullmatch(path)), None)
