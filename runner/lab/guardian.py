"""The lab's guardian: a process of its own that starts the lab's shells and takes the whole lab with it.

It is the shells' parent and the subreaper of all that they start, in a session of its own, so neither a
closed terminal nor Ctrl-C reaches it. When the runner asks, or dies (its end of the socket closes, even by
kill -9), the guardian rolls the lab back. It holds the seat's lock until then, and takes away what a killed runner
held in /run. It is a fork of the runner: a new Python would take longer to start than most lessons take to roll
back, and by then it might not be there.
"""

from __future__ import annotations

import errno
import fcntl
import gc
import json
import os
import select
import signal
import socket
import termios
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NoReturn

from runner.host import kernel_files, syscalls
from runner.lab import descriptors, kept_folder, locks, osc133, processes, prompt, seal, signals, undo
from runner.lab.effects import lost_nodes
from runner.lab.journal import Journal
from runner.lab.kept_folder import Kept
from runner.lab.machine_mounts import Watch

OPEN = b"open "  # The runner asks so for one more shell, names what it is for, and sends the terminal along.
OOM_SCORE = "/proc/self/oom_score_adj"  # how readily the kernel kills a process when memory runs out
NEVER = "-1000"
FIRST = -20  # the niceness of a guardian: it must be faster than what is typed in the lab (see `machine_mounts`)
PATIENCE = 5.0  # seconds for a guardian that was killed, or has reported, to be gone
BIRTH = 10.0  # seconds for a new shell to be executed; it takes milliseconds
PAUSE = 0.001
IGNORED = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGPIPE, signal.SIGXFSZ)  # the last two by Python


@dataclass(frozen=True)
class Orders:
    """What the guardian is to make and to look after."""

    base: str  # the directory that the lab's tmpfs covers
    mount: str  # its source, by which the lab's processes are known
    groups: tuple[Path, ...]  # the control group that is the root of what the lab sees, in each hierarchy
    shell: list[str]
    environment: Mapping[str, str]
    aid: str  # by which its commands are told from what programs print
    journal: Journal
    lock: int  # descriptors: the seat's lock,
    control: int  # the guardian's end of the socket,
    terminal: int  # and the slave side of the PTY
    badness: str = "0"  # the shells' value in OOM_SCORE,
    niceness: int = 0  # and their niceness
    place: str = ""  # that the next shell's terminal is for
    folder: str = ""  # the name of the student's folder; none for most lessons
    kept: Kept | None = None  # and the one on the disk; None for one that ends with the lab


class Guardian:
    """A guardian as the runner sees it: a child that can be killed and must be waited for."""

    def __init__(self, orders: Orders) -> None:
        with signals.unstoppable():  # a signal between the fork and the guardian's first line would end it
            self.pid = os.fork()
            if self.pid == 0:
                _become(orders)
        self._ended = False

    def kill(self) -> None:
        """Kill a guardian that does not answer. Its PID is not touched once it was waited for."""
        if not self._ended:
            os.kill(self.pid, signal.SIGKILL)

    def wake(self) -> None:
        """Have a guardian go on that somebody has stopped."""
        if not self._ended:
            os.kill(self.pid, signal.SIGCONT)

    def wait(self) -> None:
        """Wait until it is gone, but not for one that the kernel does not let go."""
        deadline = time.monotonic() + PATIENCE
        while not self._ended and time.monotonic() < deadline:
            self._ended = os.waitpid(self.pid, os.WNOHANG)[0] != 0
            if not self._ended:
                time.sleep(PAUSE)


def _become(orders: Orders) -> NoReturn:
    """Turn this fork of the runner into the guardian: nothing of the runner's own is kept open or obeyed."""
    try:
        for ignored in IGNORED:
            signal.signal(ignored, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        gc.freeze()  # the runner's sockets and files are never collected here: their descriptors get other meanings
        os.setsid()
        os.chdir("/")
        syscalls.name_process("guardian")
        orders = replace(orders, badness=_stay(), niceness=_hurry())
        descriptors.keep_only({orders.lock, orders.control, orders.terminal, *(orders.kept or ())})
        guard(orders)
    finally:
        os._exit(0)


def _stay() -> str:
    """Have the kernel kill others when memory runs out, and return how readily it is to kill the lab's shells: as this
    process before, but never less than usual, or a lab at its limit would hang.
    """
    before = str(max(0, int("".join(kernel_files.words(OOM_SCORE)) or "0")))
    with suppress(OSError):  # a machine that is a container itself may not be allowed it
        kernel_files.write(OOM_SCORE, NEVER)
    return before


def _hurry() -> int:
    """Come before others when there are more to run than CPUs, and return the niceness that this process had."""
    before = os.getpriority(os.PRIO_PROCESS, 0)
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, FIRST)
    return before


def guard(orders: Orders) -> None:
    """Start the first shell, report, start more while the runner asks for them, and in the end take the lab away."""
    syscalls.adopt_orphans()
    held = lost_nodes.hold()
    control = socket.socket(fileno=orders.control)
    first = _start(control, orders, 0, orders.terminal)
    place = kept_folder.place(orders.folder)
    if orders.kept:
        os.close(orders.kept.mount)  # it is the lab's now; who holds it stays until the end
    watch = Watch(first, orders.mount, orders.groups, orders.journal, place if orders.kept else "")
    _serve(control, orders, first, watch)
    watch.close()
    os.setpriority(os.PRIO_PROCESS, 0, orders.niceness)  # those that are killed need time to die
    try:
        report = undo.roll_back(orders.journal, os.getpid(), orders.mount, held)
        _send(control, asdict(replace(report, sealed=tuple(sorted(watch.sealed)))))
    finally:
        os.close(orders.lock)  # a runner that lives still has it open, and holds it
        locks.sweep()


def _serve(control: socket.socket, orders: Orders, first: int, watch: Watch) -> None:
    """Start a shell on every terminal that the runner sends, until it says something else or is gone."""
    namespaces: tuple[int, ...] = ()
    with suppress(OSError):  # there is no first shell, or it is gone already
        namespaces = seal.open_namespaces(first)
    woken, number = _wakeup(), 0
    while (asked := _wait(control, woken, watch)) and namespaces:
        terminal, place = asked
        number += 1
        _start(control, replace(orders, place=place), number, terminal, first, namespaces)
    for namespace in namespaces:
        os.close(namespace)  # they would keep the lab's mounts


def _start(  # noqa: PLR0917 -- all of it is needed
    control: socket.socket,
    orders: Orders,
    number: int,
    terminal: int,
    first: int = 0,
    namespaces: tuple[int, ...] = (),
) -> int:
    """Start the shell of the terminal of that number, and tell its PID, or why there is none. Return the PID, or 0."""
    try:
        shell = start_shell(control, orders, terminal, first, namespaces)
    except OSError as error:
        _send(control, {"terminal": number, "error": str(error)})
        return 0
    finally:
        os.close(terminal)  # The runner sees the end of the terminal only when nobody has it open.
    _send(control, {"terminal": number, "shell": shell})
    return shell


def start_shell(
    control: socket.socket, orders: Orders, terminal: int, first: int = 0, namespaces: tuple[int, ...] = ()
) -> int:
    """Fork a shell onto the terminal, sealed off from the machine: by a new seal, or by that of the `first` shell,
    whose `namespaces` are open. Returns its PID; raises OSError, also when the runner ends meanwhile (`control`).
    """
    told, tell = os.pipe2(os.O_CLOEXEC)  # closes by itself when the shell is executed
    pid = os.fork()
    if pid == 0:
        _become_shell(orders, terminal, first, namespaces, tell)
    os.close(tell)
    with os.fdopen(told, "r") as pipe:
        if not _speaks(pipe.fileno(), control):
            os.kill(pid, signal.SIGKILL)
            raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
        trouble = pipe.read()
    if trouble:
        raise OSError(trouble)
    return pid


def _speaks(told: int, control: socket.socket) -> bool:
    """Wait until the new shell has said something on `told`, or closed it.

    What runs in the lab can stop it before it is a shell, such as by a frozen group that it joins; so not for ever, and
    not when the runner is gone.
    """
    sources: list[int | socket.socket] = [told, control]
    while ready := select.select(sources, [], [], BIRTH)[0]:
        if told in ready:
            return True
        if not control.recv(1, socket.MSG_PEEK):
            return False
        sources = [told]  # the runner has sent something more, and lives
    return False


def _become_shell(orders: Orders, terminal: int, first: int, namespaces: tuple[int, ...], tell: int) -> NoReturn:
    try:
        syscalls.die_with_parent(signal.SIGKILL)
        with suppress(OSError):
            kernel_files.write(OOM_SCORE, orders.badness)
        os.setpriority(os.PRIO_PROCESS, 0, orders.niceness)
        os.setsid()
        fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
        told = prompt.environment(first or os.getpid(), osc133.environment(orders.aid), place=orders.place)
        if first:
            seal.join(namespaces, orders.groups, f"/proc/{first}/cwd")
        else:
            seal.enter(orders.groups)
            place = kept_folder.place(orders.folder), orders.kept.mount if orders.kept else -1
            startup = prompt.exports(told) + "\n"
            seal.close(orders.base, orders.mount, orders.groups, startup, place if orders.folder else None)
        for fd in (0, 1, 2):
            os.dup2(terminal, fd)
        os.closerange(3, tell)
        os.closerange(tell + 1, 256)
        for usual in IGNORED:
            signal.signal(usual, signal.SIG_DFL)
        os.execve(orders.shell[0], orders.shell, {**orders.environment, **told})  # noqa: S606 -- a shell is what this becomes
    except BaseException as error:
        os.write(tell, str(error).encode())
    finally:
        os._exit(127)


def _wakeup() -> int:
    """Return a descriptor that can be read whenever a child has ended."""
    woken, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    return woken


def _wait(control: socket.socket, woken: int, watch: Watch) -> tuple[int, str] | None:
    """Reap adopted children until the runner speaks. Return the terminal that it sent and the place that this is for;
    None when it sent none, or died.
    """
    while True:
        processes.reap()
        readable = watch.wait(control.fileno(), woken)
        if control.fileno() in readable:
            return _request(control)
        os.read(woken, 4096)


def _request(control: socket.socket) -> tuple[int, str] | None:
    try:
        said, sent, _, _ = socket.recv_fds(control, 4096, 1)
    except OSError:  # the runner was killed
        return None
    return (sent[0], said.removeprefix(OPEN).decode()) if said.startswith(OPEN) and sent else None


def _send(control: socket.socket, message: Mapping[str, object]) -> None:
    with suppress(OSError):  # the runner may be gone
        control.sendall(json.dumps(message).encode() + b"\n")
