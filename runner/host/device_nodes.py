"""The entries of /dev, and the topmost of /proc and /sys: they are the whole machine's, wherever they are mounted.

Who mounts a devtmpfs, a proc or a sysfs, in whichever namespace, has the machine's own before them: `rm` and `chmod -R`
there change it (devtmpfs and kernfs keep entries, modes and owners once for all mounts).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from runner.host import kernel_files

# Logins, daemons and the kernel give these to others, or they come and go.
MOVING = ("tty", "pts", "vcs", "console", "hvc", "shm", "mqueue", "snd", "input", "dri")
TYPES = {stat.S_IFCHR: "c", stat.S_IFBLK: "b", stat.S_IFDIR: "d", stat.S_IFREG: "f", stat.S_IFLNK: "l"}


def read() -> dict[str, str]:
    """Return for each path its type, numbers, mode and owner, such as `c 1:3 666 0:0`."""
    return {path: _shown(status) for path, status in _all()}


def _all() -> Iterator[tuple[str, os.stat_result]]:
    for folder in ("/dev", "/proc", "/sys"):
        for entry in kernel_files.entries(folder):
            if entry.name.isdecimal():
                continue
            try:
                status = Path(entry.path).lstat()
            except OSError:  # it has gone meanwhile
                continue
            if not stat.S_ISLNK(status.st_mode):
                yield entry.path, status


def moves(path: str) -> bool:
    """Tell whether an entry may change at any time, by itself."""
    return path.rpartition("/")[2].startswith(MOVING)


def _shown(status: os.stat_result) -> str:
    numbers = f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}"
    kind = TYPES.get(stat.S_IFMT(status.st_mode), "?")
    return f"{kind} {numbers} {stat.S_IMODE(status.st_mode):o} {status.st_uid}:{status.st_gid}"


def remedy(path: str, was: str) -> str:
    """Return the command that makes an entry what it was."""
    kind, numbers, mode, owner = was.split()
    made = f"[ -e {path} ] || mknod {path} {kind} {numbers.replace(':', ' ')}; " if kind in "cb" else ""
    return f"{made}chown {owner} {path}; chmod {mode} {path}"
