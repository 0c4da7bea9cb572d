"""The one place that reads and writes files of /proc and /sys, whatever bytes are in them.

Names of mounts, programs and hosts are bytes that anybody may choose, and not always UTF-8. Bytes that are not become
lone surrogates (PEP 383), so that a value goes back as it came. Rows end in a newline and in nothing else: Python's
`splitlines` would also split at a form feed in the middle of a name.
"""

from __future__ import annotations

import os
from io import FileIO
from pathlib import Path


def text(path: Path | str | int, *, wait: bool = True) -> str:
    """Return the text of a file, or of an open one, which is closed then. Raises OSError; without `wait` also where
    somebody's lease on the file would hold us up (see `at_once`).
    """
    with FileIO(path, opener=None if wait else at_once) as file:  # pathlib takes twice as long, for hundreds of files
        return decoded(file.readall())


def at_once(path: str, flags: int) -> int:
    """Open a file as os.open(3) does, or raise BlockingIOError where a lease on it would hold us up.

    Root in a lab can have a lease on each file of its control groups, and each holds up who opens it for 45 seconds
    (F_SETLEASE in fcntl(2), lease-break-time in proc_sys_fs(5)).
    """
    return os.open(path, flags | os.O_NONBLOCK)


def rows(path: Path | str, *, wait: bool = True) -> list[str]:
    """Return the rows of a file, without their newlines; none when it cannot be read: its process or group is gone."""
    try:
        return text(path, wait=wait).removesuffix("\n").split("\n")
    except OSError:
        return []


def words(path: Path | str, *, wait: bool = True) -> list[str]:
    """Return the words of a file; none when it cannot be read."""
    return " ".join(rows(path, wait=wait)).split()


def names(folder: Path | str) -> list[str]:
    """Return the names in a folder; none when it cannot be read, or is taken away at that moment."""
    try:
        return os.listdir(folder)
    except OSError:
        return []


def entries(folder: Path | str | int) -> list[os.DirEntry[str]]:
    """Return what is in a folder; nothing when it cannot be read, or is taken away at that moment."""
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError:
        return []


def file_id(path: str) -> tuple[int, int] | None:
    """Return device and inode of a file; None when it cannot be looked at."""
    try:
        status = os.stat(path)  # noqa: PTH116 -- every process is asked for its namespaces, and pathlib takes twice as long
    except OSError:
        return None
    return status.st_dev, status.st_ino


def target(path: str) -> str:
    """Return where a link leads, as the kernel tells it: nothing that is there is asked. Empty when there is none."""
    try:
        return os.readlink(path)  # noqa: PTH115 -- of every file that is open anywhere
    except OSError:
        return ""


def write(path: Path | str, value: str) -> None:
    """Write a value in one write(2), as these files want it. Raises OSError, also where a lease would hold us up."""
    with open(path, "wb", buffering=0, opener=at_once) as file:
        file.write(value.encode("utf-8", "surrogateescape"))


def decoded(data: bytes) -> str:
    """Return bytes as text; those that are not UTF-8 become lone surrogates."""
    return data.decode("utf-8", "surrogateescape")
