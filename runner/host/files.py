"""Read a file that may be anything; write one whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO


def opened(path: Path) -> BinaryIO | None:
    """Open a file for reading; None when it is no regular file, which may wait for ever, or act when it is opened.

    Raise OSError when there is none, or it cannot be opened.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        return None
    stream = open(path, "rb", opener=_at_once)  # noqa: SIM115 -- the caller closes it
    if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        return stream
    stream.close()  # it was changed for another meanwhile
    return None


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)


def replace(path: Path, content: bytes, mode: int, *, through: Path | None = None) -> None:
    """Write a new file beside this one, fsync it, and rename it to this one.

    Raise OSError when that fails; the file then has its old content or its new content, and never a part of it.
    `through` is the name of the new file before it is renamed. Give it when a later process must find the file of a
    killed writer; no file may have that name yet. Without it the name is random, so that nobody can guess it.
    """
    # We do not import tempfile: this may run as another user (`login.act`), who may not be allowed to read our Python.
    fresh = through or path.with_name(f".{path.name}.{os.urandom(8).hex()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)  # Without this, a power cut could lose the new name.
    finally:
        os.close(folder)
