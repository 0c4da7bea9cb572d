"""Call through libc the system calls that Python 3.11 does not have: mount, unshare, setns, openat2 and prctl."""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWNET = 0x40000000
MS_SLAVE = 1 << 19
MS_REC = 1 << 14
MS_NOSUID = 2
RESOLVE_NO_XDEV = 0x01
RESOLVE_NO_SYMLINKS = 0x04
RESOLVE_BENEATH = 0x08
PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15
PR_SET_CHILD_SUBREAPER = 36

OPENAT2 = 437  # The number is the same on every architecture of this course.

_libc = ctypes.CDLL(None, use_errno=True)


class _OpenHow(ctypes.Structure):
    """The struct open_how of openat2(2)."""

    _fields_ = (("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64))


def _check(result: int, *names: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), " ".join(names))


def mount(source: str, target: str, fstype: str = "", flags: int = 0, options: str = "") -> None:
    """Mount a file system (mount(2)). Raise OSError when the kernel refuses."""
    arguments = source.encode(), target.encode(), fstype.encode() or None, ctypes.c_ulong(flags), options.encode()
    _check(_libc.mount(*arguments), "mount", target)


def unshare(flags: int) -> None:
    """Move the calling process into new namespaces (unshare(2)). Raise OSError when the kernel refuses."""
    _check(_libc.unshare(flags), "unshare")


def setns(fd: int, kind: int) -> None:
    """Move the calling thread into the namespace behind `fd` (setns(2)). Raise OSError when the kernel refuses."""
    _check(_libc.setns(fd, kind), "setns")


def open_folder(parent: int, name: str) -> int:
    """Open a folder in the folder `parent`, by its plain name, and return the descriptor.

    Raise OSError when the name is a link, or another mount is there. openat2(2), since Linux 5.6, checks both. Where it
    is missing, or a container's seccomp filter refuses it, we compare the mounts ourselves.
    """
    if "/" in name or name in (".", ".."):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), name)
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    how = _OpenHow(flags, 0, RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH)
    fd: int = _libc.syscall(OPENAT2, parent, name.encode(), ctypes.byref(how), ctypes.c_size_t(ctypes.sizeof(how)))
    if fd >= 0:
        return fd
    code = ctypes.get_errno()
    if code not in (errno.ENOSYS, errno.EPERM):
        raise OSError(code, os.strerror(code), name)
    fd = os.open(name, flags, dir_fd=parent)
    if _mount_of(fd) != _mount_of(parent):
        os.close(fd)
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), name)
    return fd


def _mount_of(fd: int) -> str:
    """Return the line about the mount of an open file (fdinfo in proc(5)). A bind mount is a mount of its own."""
    lines = Path(f"/proc/self/fdinfo/{fd}").read_text().splitlines()
    return next(line for line in lines if line.startswith("mnt_id:"))


def die_with_parent(signal: int) -> None:
    """Let the kernel send us `signal` when the thread that made us ends (PR_SET_PDEATHSIG in prctl(2))."""
    _check(_libc.prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0), "prctl")


def name_process(name: str) -> None:
    """Set the name by which `ps -o comm` and `pkill` know us, at most 15 bytes (PR_SET_NAME in prctl(2))."""
    _check(_libc.prctl(PR_SET_NAME, name.encode(), 0, 0, 0), "prctl")


def adopt_orphans() -> None:
    """Adopt descendants whose parent ends, in place of PID 1 (PR_SET_CHILD_SUBREAPER in prctl(2))."""
    _check(_libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl")


@contextmanager
def opened_with_parent(path: Path) -> Iterator[tuple[int, int]]:
    """Open the parent of a directory, then the directory, and yield both descriptors, for a removal that is safe.

    A path can be changed into a link meanwhile; a descriptor stays where it is. Raise OSError when the directory is a
    link, or something is mounted on it.
    """
    parent = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        folder = open_folder(parent, path.name)
        try:
            yield parent, folder
        finally:
            os.close(folder)
    finally:
        os.close(parent)
