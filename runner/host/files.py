"""Read a file that may be anything; write one whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

LARGEST, CHUNK = 1 << 28, 1 << 16  # bytes: some files of /proc have no end


def opened(path: Path, *, follow: bool = True) -> BinaryIO | None:
    """Open a file for reading; None when it is no regular file, which may wait for ever, or act when it is opened.

    Without `follow`, a link is none. Raise OSError when there is no such file, or it cannot be opened.
    """
    if not stat.S_ISREG(path.stat(follow_symlinks=follow).st_mode):
        return None
    opener = partial(_at_once, more=0 if follow else os.O_NOFOLLOW)
    stream = open(path, "rb", opener=opener)  # noqa: SIM115 -- the caller closes it
    if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        return stream
    stream.close()  # it was changed for another meanwhile
    return None


class NotRead(ValueError):
    """A file that is not read. `kind` is "link", "irregular" or "large"."""

    def __init__(self, kind: str, words: str) -> None:
        super().__init__(words)
        self.kind = kind


def content(path: Path, limit: int) -> bytes:
    """Return the content of a file. Raises NotRead for a link, a pipe, a folder, or more than `limit` bytes."""
    if path.is_symlink():
        raise NotRead("link", "a symbolic link")
    stream = opened(path, follow=False)
    if stream is None:
        raise NotRead("irregular", "not a regular file")
    with stream:
        found = stream.read(limit + 1)
    if len(found) > limit:
        raise NotRead("large", f"> {limit} bytes")
    return found


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


def _at_once(path: str, flags: int, more: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY | more)


def fresh_name(path: Path) -> Path:
    """Return a name beside this file that nobody can guess, and that nothing has."""
    return path.with_name(f".{path.name}.{os.urandom(8).hex()}")


def replace(path: Path, content: bytes, mode: int, *, through: Path | None = None) -> None:
    """Write a new file beside this one, fsync it, and rename it to this one.

    Raise OSError when that fails; the file then has its old content or its new content, and never a part of it.
    Where the file system can, the new file has no name until it is whole, and goes with a writer who is killed.
    `through` is its name before it is renamed. Give it when a later process must find what such a writer leaves all the
    same; no file may have that name yet. Without it the name is random, so that nobody can guess it.
    """
    # We do not import tempfile: this may run as another user (`login.act`), who may not be allowed to read our Python.
    fresh = through or fresh_name(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _write(fresh, content, mode, folder)
        with _removed_on_failure(fresh):
            fresh.replace(path)
        os.fsync(folder)  # Without this, a power cut could lose the new name.
    finally:
        os.close(folder)


def create(path: Path, content: bytes, mode: int) -> None:
    """Write a file whose name nothing has yet, and fsync it. Raise FileExistsError when something has it."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _write(path, content, mode, folder)
        os.fsync(folder)
    finally:
        os.close(folder)


def _write(fresh: Path, content: bytes, mode: int, folder: int) -> None:
    """Write a file that is new there, whole or not at all; give it a name at the end, where the file system can."""
    flags = os.O_WRONLY | os.O_CLOEXEC
    try:
        handle = os.open(fresh.parent, flags | os.O_TMPFILE, 0o600)
    except OSError:  # Not every file system can do it. The next line tells what else is wrong.
        handle = os.open(fresh, flags | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with _removed_on_failure(fresh), os.fdopen(handle, "wb") as file:
            _fill(file, content, mode)
        return
    with os.fdopen(handle, "wb") as file:
        _fill(file, content, mode)
        # With a folder's descriptor Python lets linkat(2) follow the link, as open(2) shows at O_TMPFILE.
        os.link(f"/proc/self/fd/{handle}", fresh.name, dst_dir_fd=folder)


def _fill(file: BinaryIO, content: bytes, mode: int) -> None:
    file.write(content)
    file.flush()
    os.fchmod(file.fileno(), mode)
    os.fsync(file.fileno())


@contextmanager
def _removed_on_failure(path: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise
