"""The directory under which the lab's tmpfs is mounted: made only where there is none, removed only when it is ours."""

from __future__ import annotations

import errno
import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runner.host import kernel, syscalls
from runner.lab.effects import note, ownership
from runner.lab.journal import Journal
from runner.records.errors import Unfit
from runner.records.results import Leftover

NAMED_BY = "path"
NOT_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)  # gone, or something else has its name by now


def make(journal: Journal, path: Path) -> None:
    """Make an empty directory to mount over: ours if we make it, or if another seat that is open now made it."""
    with journal.alone():
        if not path.exists():
            intent = journal.intend("directory", f"rmdir {path}", path=str(path))
            path.mkdir(mode=0o755)
            ownership.label(path, journal.seat)
            made = path.stat()
            journal.done(intent, inode=made.st_ino, device=made.st_dev)
        elif any(entry.data["path"] == str(path) for entry in journal.neighbours("directory")):
            journal.intend("directory", f"rmdir {path}", path=str(path))
        note.write(journal, path)


def refuse_foreign(path: Path) -> None:
    """Raises Unfit when `path` holds something already, is a link, or has no parent: it would be hidden or touched."""
    if path.is_symlink() or (path.exists() and (not path.is_dir() or set(os.listdir(path)) - {note.NAME})):
        raise Unfit("path-taken", path=str(path))
    if not path.parent.is_dir():
        raise Unfit("path-parent", path=str(path.parent))


def found() -> set[str]:
    """Return the directories at the top of the machine that carry our label."""
    return {str(path) for path in Path("/").iterdir() if path.is_dir() and ownership.owner(path)}


def undo(data: Mapping[str, Any], journal: Journal) -> list[Leftover]:
    """Remove the directory that we made, when no other seat uses it. rmdir(2) takes only an empty one."""
    path = Path(data["path"])
    if any(entry.data["path"] == data["path"] for entry in journal.neighbours("directory")):
        return []
    try:
        with syscalls.opened_with_parent(path) as (parent, folder):
            if _still_ours(folder, data):
                os.rmdir(path.name, dir_fd=parent)
    except OSError as error:
        if error.errno not in NOT_THERE:
            return [Leftover("files", f"{path} ({_content(path)})", _removal(path))]
    return []


def _still_ours(folder: int, data: Mapping[str, Any]) -> bool:
    """Tell whether it is the directory that we made. An overlay may change its inode, so the label counts too."""
    inode = os.fstat(folder).st_ino
    return ownership.owner(folder) is not None or inode == data.get("inode", inode)


def _content(path: Path) -> str:
    """Say what keeps a directory from being removed: what is in it, else who is in it (something is mounted there)."""
    inside = sorted(entry.name for entry in path.iterdir())
    return ", ".join(inside or [f"{pid} {kernel.command(pid)}" for pid in kernel.holders(path)]) or "busy"


def _removal(path: Path) -> str:
    """Return the command that removes a directory; what is in it is not ours to delete, and is moved away."""
    inside = " ".join(shlex.quote(str(entry)) for entry in sorted(path.iterdir()))
    return f"mv -it /var/tmp {inside} && rmdir {path}" if inside else f"rmdir {path}"
