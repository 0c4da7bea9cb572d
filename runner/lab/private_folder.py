"""Our folders in /run and /var/lib: root's own, and never a link's target.

Whatever is read or removed in them goes through here, down from the outermost: where one is a link or somebody else's,
nothing in it is ours. Folders are given from the outer to the inner, each of which lies in the one before.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from runner.host import shell_line

SAFE = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK  # a link leads elsewhere, and a FIFO would wait
FOLDER = SAFE | os.O_RDONLY | os.O_DIRECTORY
LIMIT = 16 << 20  # bytes of a file; ours have far fewer


def open_private(path: Path) -> int:
    """Open a folder of ours, 0700, and make it where it is missing. Return its descriptor.

    Raise OSError for a link, and for a folder that is somebody else's: what lies in it could be anything.
    """
    with suppress(FileExistsError):  # exist_ok would take one that another process removes meanwhile for a file
        path.mkdir(mode=0o700)
    folder = _opened(path)
    if os.fstat(folder).st_mode & 0o077:
        os.fchmod(folder, 0o700)
    return folder


def _opened(path: Path | str, within: int | None = None) -> int:
    folder = os.open(path, FOLDER, dir_fd=within)
    if os.fstat(folder).st_uid != os.geteuid():
        os.close(folder)
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), str(path))
    return folder


@contextmanager
def inside(*folders: Path) -> Iterator[int]:
    """Open folders that must be there, and give the descriptor of the last. Raise OSError as `open_private` does."""
    folder = _opened(folders[0])
    try:
        for inner in folders[1:]:
            outer, folder = folder, _opened(inner.name, folder)
            os.close(outer)
        yield folder
    finally:
        os.close(folder)


def open_file(folders: tuple[Path, ...], name: str, flags: int = os.O_RDONLY) -> int:
    """Open a file there. Raise OSError for what is no regular file, too, and for what is larger than any of ours."""
    with inside(*folders) as folder:
        file = os.open(name, flags | SAFE, 0o600, dir_fd=folder)
    found = os.fstat(file)
    wrong = errno.EFBIG if found.st_size > LIMIT else 0 if stat.S_ISREG(found.st_mode) else errno.EINVAL
    if wrong:
        os.close(file)
        raise OSError(wrong, os.strerror(wrong))
    return file


def read(folders: tuple[Path, ...], name: str) -> bytes:
    """Return what is in a file there. Raise OSError as `open_file` does."""
    with open(open_file(folders, name), "rb") as file:
        return file.read(LIMIT)


def names(*folders: Path) -> list[str]:
    """Return the names in the last folder; none when it is not there, or not ours."""
    with suppress(OSError), inside(*folders) as folder:
        return os.listdir(folder)
    return []


def mode(folders: tuple[Path, ...], name: str) -> int:
    """Return the mode of what has a name there, a link's own; 0 when there is none, or the folder is not ours."""
    with suppress(OSError), inside(*folders) as folder:
        return os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    return 0


def is_folder(folders: tuple[Path, ...], name: str) -> bool:
    """Tell whether a folder, and no link to one, has a name of a file there: we made none, and remove none."""
    return stat.S_ISDIR(mode(folders, name))


def remove(folders: tuple[Path, ...], name: str) -> None:
    """Remove what has a name there: a link itself, and no folder. Nothing happens where the folders are not ours.

    Raise OSError with the whole path when that fails.
    """
    if mode(folders, name):
        try:
            with suppress(FileNotFoundError, IsADirectoryError), inside(*folders) as folder:
                os.unlink(name, dir_fd=folder)
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(folders[-1] / name)) from error


def leave(*folders: Path) -> None:
    """Remove the last folder, if nothing is in it."""
    with suppress(OSError), inside(*folders):
        folders[-1].rmdir()


def aside(path: Path) -> str:
    """Return the command that takes a folder out of the way: what is in it is nobody's to delete unseen."""
    return f"mv -T {shell_line.line(str(path), f'/root/{path.name}')}.$(date +%s)"
