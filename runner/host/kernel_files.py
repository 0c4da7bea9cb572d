"""The one place that reads and writes files of /proc and /sys, whatever bytes are in them.

Names of mounts, programs and hosts are bytes that anybody may choose, and not always UTF-8. Bytes that are not become
lone surrogates (PEP 383), so that a value goes back as it came. Rows end in a newline and in nothing else: Python's
`splitlines` would also split at a form feed in the middle of a name.
"""

from __future__ import annotations

import os
from io import FileIO
from pathlib import Path


def text(path: Path | str | int) -> str:
    """Return the text of a file, or of an open one, which is closed then. Raises OSError."""
    with FileIO(path) as file:  # pathlib takes as long again, and a lab reads hundreds of files
        return decoded(file.readall())


def rows(path: Path | str) -> list[str]:
    """Return the rows of a file, without their newlines; none when it cannot be read: its process or group is gone."""
    try:
        return text(path).removesuffix("\n").split("\n")
    except OSError:
        return []


def words(path: Path | str) -> list[str]:
    """Return the words of a file; none when it cannot be read."""
    return " ".join(rows(path)).split()


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
    """Write a value in one write(2), as these files want it. Raises OSError."""
    Path(path).write_bytes(value.encode("utf-8", "surrogateescape"))


def decoded(data: bytes) -> str:
    """Return bytes as text; those that are not UTF-8 become lone surrogates."""
    return data.decode("utf-8", "surrogateescape")
