"""Paths as they lead below another root directory, as path_resolution(7) has it for a process in a chroot."""

from __future__ import annotations

import errno
import os
from pathlib import Path

LINKS = 40  # The kernel follows so many symbolic links in one path.


def resolve(root: str, path: str, *, follow: bool = True) -> str:
    """Return where `path` leads for a process whose root directory is `root`, such as `/proc/PID/root`.

    Symbolic links are followed, absolute ones from that root and not from ours; the last one only with `follow`. What
    does not exist is kept as it is written. Below `/proc` the kernel itself follows, for its links are no text.
    Raises OSError when there are too many links.
    """
    left = path.split("/")[::-1]
    found: list[str] = []
    links = 0
    while left and found != ["proc"]:
        name = left.pop()
        if name in ("", ".", ".."):
            found = found[:-1] if name == ".." else found
            continue
        target = _target("/".join((root, *found, name))) if left or follow else None
        if target is None:
            found.append(name)
            continue
        links += 1
        if links > LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
        if target.startswith("/"):
            found = []
        left += target.split("/")[::-1]
    return "/".join((root, *found, *left[::-1]))


def _target(path: str) -> str | None:
    """Return what a symbolic link says; None for anything else, and for nothing."""
    try:
        return str(Path(path).readlink())
    except OSError:
        return None
