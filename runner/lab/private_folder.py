"""Our folders in /run and /var/lib: root's own, and never a link's target."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path


def open_private(path: Path) -> int:
    """Open a folder of ours, 0700, and make it where it is missing. Return its descriptor.

    Raise OSError for a link, and for a folder that is somebody else's: what lies in it could be anything.
    """
    with suppress(FileExistsError):  # exist_ok would take one that another process removes meanwhile for a file
        path.mkdir(mode=0o700)
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    found = os.fstat(folder)
    if found.st_uid != os.geteuid():
        os.close(folder)
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), str(path))
    if found.st_mode & 0o077:
        os.fchmod(folder, 0o700)
    return folder
