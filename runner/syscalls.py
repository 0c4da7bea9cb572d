"""The few system calls that Python 3.11 does not offer: mount, unshare, setns and prctl, through libc."""

from __future__ import annotations

import ctypes
import os

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWNET = 0x40000000
MS_SLAVE = 1 << 19
MS_REC = 1 << 14
MS_NOSUID = 2
PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15
PR_SET_CHILD_SUBREAPER = 36

_libc = ctypes.CDLL(None, use_errno=True)


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


def die_with_parent(signal: int) -> None:
    """prctl(PR_SET_PDEATHSIG): the kernel sends us `signal` when the parent thread dies."""
    _check(_libc.prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0), "prctl")


def name_process(name: str) -> None:
    """prctl(PR_SET_NAME): what `ps -o comm` and `pkill` call us, at most 15 bytes."""
    _check(_libc.prctl(PR_SET_NAME, name.encode(), 0, 0, 0), "prctl")


def adopt_orphans() -> None:
    """prctl(PR_SET_CHILD_SUBREAPER): descendants whose parent dies become our children, not those of PID 1."""
    _check(_libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl")
