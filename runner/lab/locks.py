"""Locks in /run, one file each: held until they are released or their last holder is gone."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path

from runner.errors import Busy, Unfit

RUN = Path("/run/semdocker")  # root's own, 0700; a killed holder's files stay until the next one
PAUSE = 0.05


def hold(name: str, deadline: float) -> int:
    """Lock a file in /run; returns its descriptor. Raises Busy when others hold it past `deadline` (monotonic)."""
    while True:
        _make_room(name)
        with suppress(FileNotFoundError):  # a holder that ends takes file and folder away
            fd = os.open(RUN / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if _locked(fd, RUN / name):
                os.truncate(fd, 0)
                os.pwrite(fd, str(os.getpid()).encode(), 0)
                return fd
            holder = os.pread(fd, 32, 0).decode()
            os.close(fd)
            if time.monotonic() >= deadline:
                raise Busy("seat-busy", holder=holder or "?")
        time.sleep(PAUSE)


def _make_room(name: str) -> None:
    """The folder for locks. Raises Unfit where it cannot be made: a full disk, or one that is read-only."""
    try:
        RUN.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Unfit("journal-failed", path=str(RUN / name), detail=error.strerror or str(error)) from error


def _locked(fd: int, path: Path) -> bool:
    """Whether the lock is ours, and on the file that is there now."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.fstat(fd).st_ino == path.stat().st_ino
    except (BlockingIOError, FileNotFoundError):
        return False


def release(name: str, fd: int) -> None:
    """Nothing stays in /run of a run that has ended."""
    (RUN / name).unlink(missing_ok=True)
    os.close(fd)
    with suppress(OSError):
        RUN.rmdir()
