"""How a directory or a control group is known to be ours: an extended attribute with the name of its seat, and the mark
of the lock under which it was made (`locks.mark`).

Filesystems without attributes (xattr(7)) go unlabeled; the journal still knows.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

ATTRIBUTE = "trusted.semdocker"


def label(path: Path, seat: str, mark: str = "") -> None:
    """Write the seat's name, and the mark of its lock, on a directory."""
    with suppress(OSError):
        os.setxattr(path, ATTRIBUTE, f"{seat} {mark}".strip().encode(), follow_symlinks=False)


def owner(folder: Path | int) -> str | None:
    """Return the seat whose name a directory, or an open one, carries; None when it carries none."""
    return next(iter(_words(folder)), None)


def mark(folder: Path | int) -> str:
    """Return the mark that a directory, or an open one, carries; empty when it carries none."""
    return "".join(_words(folder)[1:2])


def _words(folder: Path | int) -> list[str]:
    try:
        return os.getxattr(folder, ATTRIBUTE, follow_symlinks=isinstance(folder, int)).decode().split()
    except (OSError, ValueError):
        return []
