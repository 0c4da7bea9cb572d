"""The jail's side of its socket: a keeper in the lab, and PID 1 of the jail, which starts what it is told to.

What the runner hears comes from a process that a program in the jail can trace, and change as it likes. So each message
is two numbers, or some words, and nothing else can be said.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import struct
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from runner.host import cgroups, kernel, kernel_files, syscalls
from runner.lab import descriptors, seal, signals
from runner.lab.effects import cgroup
from runner.lab.guardian import NEVER, OOM_SCORE

READY, STARTED, ENDED, TROUBLE = b"r", b"s", b"e", b"t"
NUMBERS = struct.Struct("=iB")  # a PID in the jail, and a status
OWN = syscalls.CLONE_NEWNS | syscalls.CLONE_NEWUTS | syscalls.CLONE_NEWIPC | syscalls.CLONE_NEWNET
CHUNK = 65536
# With it, a program could raise its limit of core files, and a crash starts the machine's program for these (see
# `seal.NO_CORE`).
SYS_RESOURCE = 24


class Orders(NamedTuple):
    """What a keeper needs to know."""

    runner: int
    shell: int  # the lab's: its PID
    groups: tuple[Path, ...]  # the lab's own, as the machine names them
    name: str  # of the jail's group below each of them
    base: str
    files: Mapping[str, bytes]


class Said(NamedTuple):
    """A message from the jail."""

    kind: bytes
    number: int = 0
    status: int = 0
    words: str = ""


def heard(data: bytes) -> Said | None:
    """Return what a message says; None for one that says nothing, or that we never send."""
    kind, rest = data[:1], data[1:]
    if kind in (STARTED, ENDED) and len(rest) == NUMBERS.size:
        return Said(kind, *NUMBERS.unpack(rest))
    if kind == TROUBLE:
        return Said(kind, words=rest.decode(errors="replace"))
    return Said(kind) if data == READY else None


def begin(orders: Orders, control: socket.socket) -> int:
    """Fork a keeper, and return its PID."""
    namespaces = seal.open_namespaces(orders.shell)
    try:
        with signals.unstoppable():  # a signal before the keeper's first line would undo the runner's lab in there
            pid = os.fork()
            if pid == 0:
                _become_keeper(orders, namespaces, control)
        return pid
    finally:
        for namespace in namespaces:
            os.close(namespace)


def _become_keeper(orders: Orders, namespaces: Sequence[int], control: socket.socket) -> NoReturn:
    """Join the lab, open the jail, and wait for its first process: only a child can be in a new PID namespace."""
    try:
        syscalls.die_with_parent(signal.SIGKILL)
        if os.getppid() != orders.runner:  # it was killed before: nobody would end what is begun now
            os._exit(0)
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        gc.freeze()  # what the runner has open is never collected here
        with suppress(OSError):  # for the first process, too: without one of both, nothing of the jail is left
            kernel_files.write(OOM_SCORE, NEVER)
        seal.join(namespaces, orders.groups, f"/proc/{orders.shell}/cwd")
        syscalls.unshare(OWN | kernel.NAMESPACES["pid"])
        seal.raise_loopback()
        descriptors.keep_only([control.fileno()])
        first = os.fork()
        if first == 0:
            _become_first(orders, control)
        control.close()
        os.waitpid(first, 0)
    except BaseException as error:
        _complain(control, error)
    finally:
        os._exit(0)


def _complain(control: socket.socket, error: BaseException) -> None:
    with suppress(OSError):
        control.send(TROUBLE + str(error).encode(errors="replace")[:CHUNK])


def _become_first(orders: Orders, control: socket.socket) -> NoReturn:
    """Be PID 1 of the jail: prepare its world, start what is ordered, and collect whoever ends."""
    try:
        syscalls.die_with_parent(signal.SIGKILL)
        seal.enter(tree / orders.name for tree in cgroups.read().bases)  # each is the lab's own group, seen from here
        syscalls.unshare(syscalls.CLONE_NEWCGROUP)
        seal.renew(orders.base, "jail")
        syscalls.drop_capability(SYS_RESOURCE)
        _hand_out()
        _write(orders.files)
        os.chdir("/root")
        control.send(READY)
        _serve(control)
    except BaseException as error:
        _complain(control, error)
    finally:
        os._exit(0)


def _hand_out() -> None:
    """Have the root of the v2 tree hand its controllers on, as on a machine with systemd."""
    if top := cgroups.read().v2:
        cgroup.grant(top)


def _write(files: Mapping[str, bytes]) -> None:
    for path, content in files.items():
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120 -- nothing is imported here
        with open(path, "wb") as file:  # noqa: PTH123
            file.write(content)
        os.chmod(path, 0o755)  # noqa: PTH101, S103 -- of this jail alone


def _serve(control: socket.socket) -> None:
    """Start and collect until the runner is gone. Its children are told by their numbers here."""
    woken, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    ours: set[int] = set()
    while True:
        _collect(control, ours)
        readable = select.select([control.fileno(), woken], [], [])[0]
        if woken in readable:
            os.read(woken, 4096)
        if control.fileno() in readable:
            order, fds, _, _ = socket.recv_fds(control, CHUNK, 3)
            if not order:
                return
            number = _started(json.loads(order), fds)
            ours.add(number)
            control.send(STARTED + NUMBERS.pack(number, 0))


def _collect(control: socket.socket, ours: Iterable[int]) -> None:
    with suppress(ChildProcessError):
        while True:
            number, status = os.waitpid(-1, os.WNOHANG)
            if not number:
                return
            if number in ours:
                code = os.waitstatus_to_exitcode(status)
                control.send(ENDED + NUMBERS.pack(number, code if code >= 0 else 128 - code))


def _started(order: Mapping[str, Any], fds: Sequence[int]) -> int:
    """Fork and execute a command; its standard streams are `fds`. Without room for one more process it has no PID."""
    try:
        pid = os.fork()
    except OSError:
        pid = -1
    if pid == 0:
        _execute(order, fds)
    for fd in fds:
        os.close(fd)
    return pid


def _execute(order: Mapping[str, Any], fds: Sequence[int]) -> NoReturn:
    try:
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        with suppress(OSError):
            kernel_files.write(OOM_SCORE, "0")
        for place, fd in enumerate(fds):
            os.dup2(fd, place)
        os.closerange(3, 64)
        os.execve(order["command"][0], order["command"], order["variables"])  # noqa: S606 -- it is no shell's word
    except OSError as error:
        os.write(2, f"{error}\n".encode())
    finally:
        os._exit(127)
