"""Read a file that may be anything; write one whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

LARGEST, CHUNK = 1 << 28, 1 << 16  # bytes: some files of /proc have no end


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


def same_content(one: Path, other: Path) -> bool | None:
    """Tell whether two files have the same bytes; None when one of them is no regular file.

    Raise OSError when one cannot be read, or is larger than LARGEST.
    """
    with ExitStack() as stack:
        streams = [stack.enter_context(stream) for stream in map(opened, (one, other)) if stream]
        if len(streams) < 2:
            return None
        for _ in range(LARGEST // CHUNK):
            pieces = [stream.read(CHUNK) for stream in streams]
            if pieces[0] != pieces[1]:
                return False
            if not pieces[0]:
                return True
    raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(one))


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
