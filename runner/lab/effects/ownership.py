"""How a directory or a control group is known to be ours: an extended attribute with the name of its seat.

Filesystems without attributes (xattr(7)) go unlabeled; the journal still knows.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

ATTRIBUTE = "trusted.semdocker"


def label(path: Path, seat: str) -> None:
    """Write the seat's name on a directory."""
    with suppress(OSError):
        os.setxattr(path, ATTRIBUTE, seat.encode(), follow_symlinks=False)


def owner(folder: Path | int) -> str | None:
    """Return the seat whose name a directory, or an open one, carries; None when it carries none."""
    try:
        return os.getxattr(folder, ATTRIBUTE, follow_symlinks=isinstance(folder, int)).decode()
    except OSError:
        return None
