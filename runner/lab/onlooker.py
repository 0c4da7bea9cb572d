"""A shell in a live lab that sees everything and changes nothing.

It has a copy of the mounts of the place that it looks at, all of them read-only and without devices but the harmless
ones; a PID namespace of its own, so that no signal leads out and all that it started ends with it; and it is nobody's
user, with one capability: to read what belongs to others. The lab's first shell's control groups are its own, so that
the rollback of the lab finds it and ends it.

What leads from /proc/PID to another process's own mounts, files and memory stays shut for it: the kernel opens that
only to who may trace the process (ptrace(2), "Ptrace access mode checking").
"""

from __future__ import annotations

import errno
import os
import resource
import select
import signal
import stat
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import NoReturn

from runner.host import credentials, kernel, syscalls
from runner.host.kernel import Identity
from runner.lab import seal, steward
from runner.lab.own_mounts import DEVICES

NOBODY = 65534  # a user who owns nothing, and whose processes nobody's signals are for
READ = credentials.CAPABILITIES.index("CAP_DAC_READ_SEARCH")
# The owner of user namespaces is of no use to who only looks; and in a PID namespace of the place it would be seen, and
# counted, by a student's `ps`.
JOINED = ("net", "ipc", "uts", "cgroup", "mnt")
NOT_STARTED = 126


def look(at: Identity, join: Callable[[], None], shell: Sequence[str], variables: Mapping[str, str]) -> int:
    """Run a shell that looks at the world of a process, and return its exit status. Raises OSError when it cannot.

    `join` moves the caller into the lab's control groups.
    """
    answer = steward.hear(partial(_watch_over, os.getpid(), at, join, shell, variables))
    kind, _, number = answer.partition("\n")[0].partition(" ")  # what was told first: why it did not start
    if kind == "error":
        raise OSError(int(number), os.strerror(int(number)))
    return int(number) if kind == "ended" else 128 + signal.SIGKILL


def _watch_over(  # noqa: PLR0917 -- all of it is needed
    parent: int,
    at: Identity,
    join: Callable[[], None],
    shell: Sequence[str],
    variables: Mapping[str, str],
    tell: int,
) -> None:
    """Enter the world, start the shell there, and tell how it ended. It ends with us, and we with our parent."""
    for number in (signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)  # they are for the shell
    try:
        join()
        enter(at)
        syscalls.unshare(syscalls.CLONE_NEWPID)
        alive, ours = os.pipe2(os.O_CLOEXEC)
        pid = os.fork()
        if pid == 0:
            os.close(ours)
            _become_shell(shell, variables, alive, tell)
        os.close(alive)
        _give_up()
        if os.getppid() != parent:  # it ended when nothing told us yet
            return
        _, status = os.waitpid(pid, 0)
        os.write(tell, f"ended {os.waitstatus_to_exitcode(status)}\n".encode())
    except OSError as error:
        os.write(tell, f"error {error.errno or errno.EIO}\n".encode())


def enter(at: Identity) -> None:
    """Enter copies of the mounts that a process sees, read-only, and its other namespaces. Raises OSError."""
    root, wanted = kernel.root_path(at.pid), kernel.root(at.pid)
    doors = [(os.open(f"/proc/{at.pid}/ns/{kind}", os.O_RDONLY | os.O_CLOEXEC), kind) for kind in JOINED]
    if not (root and wanted and kernel.alive(at)):
        raise OSError(errno.ESRCH, os.strerror(errno.ESRCH))
    for door, kind in doors:
        syscalls.setns(door, kernel.NAMESPACES[kind])
        os.close(door)
    syscalls.unshare(syscalls.CLONE_NEWNS)
    syscalls.mount("none", "/", flags=syscalls.MS_REC | syscalls.MS_PRIVATE)
    syscalls.set_all_readonly("/")
    os.chroot(root)
    os.chdir("/")
    here = os.stat("/")  # noqa: PTH116 -- of what has become our root
    if (here.st_dev, here.st_ino) != wanted:  # the student has moved it meanwhile
        raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))
    for name, numbers in DEVICES.items():
        with suppress(OSError):  # a root without it
            _open_device(f"/dev/{name}", numbers)


def _open_device(path: str, numbers: tuple[int, int]) -> None:
    """Let a device be used that can do no harm. What has its name may be another one, but no more after the mount."""
    syscalls.mount(path, path, flags=syscalls.MS_BIND)
    found = os.lstat(path)
    if stat.S_ISCHR(found.st_mode) and found.st_rdev == os.makedev(*numbers):
        syscalls.allow_devices(path)


def _become_shell(shell: Sequence[str], variables: Mapping[str, str], alive: int, tell: int) -> NoReturn:
    try:
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE, signal.SIGXFSZ):  # the last two Python ignores
            signal.signal(number, signal.SIG_DFL)
        _give_up()
        if not select.select([alive], [], [], 0)[0]:  # who started us lives
            os.execve(shell[0], [*shell], dict(variables))  # noqa: S606 -- a shell is what this becomes
    except OSError as error:
        os.write(tell, f"error {error.errno or errno.EIO}\n".encode())
    finally:
        os._exit(NOT_STARTED)


def _give_up() -> None:
    """Become nobody, who ends with the process that started this one."""
    with suppress(ValueError):  # as in `seal.forgo_the_machine`
        resource.setrlimit(resource.RLIMIT_CORE, (seal.NO_CORE, seal.NO_CORE))
    syscalls.keep_only_capability(READ, NOBODY)
    syscalls.die_with_parent(signal.SIGKILL)  # not before: a change of the user takes it back (prctl(2))
