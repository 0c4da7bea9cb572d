"""A file in the directory that is mounted over, which tells whoever finds it what it is for."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from runner.host import syscalls
from runner.lab.journal import Journal
from runner.records.results import Leftover

NAMED_BY = "path"
NAME = "semdocker.txt"
TEXT = (
    "semdocker: aqui fica um laboratório, visível só por dentro. Este arquivo some com ele.\n"
    "semdocker: a lab lives here, seen only from inside. This file goes when it does.\n"
)


def write(journal: Journal, folder: Path) -> None:
    """Put the note into the directory, and so keep the directory.

    rmdir(2) of an empty directory that is a mount point elsewhere would take that mount away (mount_namespaces(7)),
    and what the lab writes from then on would land on the machine's disk.
    """
    journal.intend("note", f"rm -f {folder / NAME}", path=str(folder / NAME))
    (folder / NAME).write_text(TEXT)


def undo(data: Mapping[str, Any], journal: Journal) -> list[Leftover]:
    """Take the note away, when no other seat's lab is there."""
    path = Path(data["path"])
    if any(entry.data["path"] == data["path"] for entry in journal.neighbours("note")):
        return []
    with suppress(OSError), syscalls.opened_with_parent(path.parent) as (_, folder):
        if stat.S_ISREG(os.stat(path.name, dir_fd=folder, follow_symlinks=False).st_mode):
            os.unlink(path.name, dir_fd=folder)
    return []
