"""The few system calls that Python 3.11 does not offer: mount, unshare, setns, openat2 and prctl, through libc."""

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

OPENAT2 = 437  # the same on every architecture

_libc = ctypes.CDLL(None, use_errno=True)


class _OpenHow(ctypes.Structure):
    """struct open_how of openat2(2)."""

    _fields_ = (("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64))


def _check(result: int, *what: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), " ".join(what))


def mount(source: str, target: str, fstype: str = "", flags: int = 0, options: str = "") -> None:
    """mount(2). Raises OSError."""
    arguments = source.encode(), target.encode(), fstype.encode() or None, ctypes.c_ulong(flags), options.encode()
    _check(_libc.mount(*arguments), "mount", target)


def unshare(flags: int) -> None:
    """unshare(2): new namespaces for the calling process. Raises OSError."""
    _check(_libc.unshare(flags), "unshare")


def setns(fd: int, kind: int) -> None:
    """setns(2): the calling thread joins the namespace behind `fd`. Raises OSError."""
    _check(_libc.setns(fd, kind), "setns")


def open_folder(parent: int, name: str) -> int:
    """A descriptor of a folder in `parent`, by its plain name, through no link, on the same mount. Raises OSError.

    openat2(2) since Linux 5.6; where it is missing, or a container's filter refuses it, the mounts are compared.
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
    """The mount that an open file is on (proc(5), fdinfo); a bind mount of the same file system is another one."""
    lines = Path(f"/proc/self/fdinfo/{fd}").read_text().splitlines()
    return next(line for line in lines if line.startswith("mnt_id:"))


def die_with_parent(signal: int) -> None:
    """prctl(PR_SET_PDEATHSIG): the kernel sends us `signal` when the parent thread dies."""
    _check(_libc.prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0), "prctl")


def name_process(name: str) -> None:
    """prctl(PR_SET_NAME): what `ps -o comm` and `pkill` call us, at most 15 bytes."""
    _check(_libc.prctl(PR_SET_NAME, name.encode(), 0, 0, 0), "prctl")


def adopt_orphans() -> None:
    """prctl(PR_SET_CHILD_SUBREAPER): descendants whose parent dies become our children, not those of PID 1."""
    _check(_libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl")


@contextmanager
def opened_with_parent(path: Path) -> Iterator[tuple[int, int]]:
    """Open a directory and the one it is in: what is removed through these descriptors is there and nowhere else.

    Raises OSError when a link is in its place, or something is mounted on it.
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
