"""A jail in a lab: processes that cannot be trusted to end, in namespaces of their own below the lab's.

A program that kills all it sees, renames the machine or leaves mounts behind reaches nothing but its own jail: PID,
UTS, mount, network and IPC namespaces, with fresh folders wherever the lab can be written. When the jail's first
process is killed, the kernel ends all the others and takes their mounts away. What is left of control groups, the
owner removes.

with Jail(lab, base, files, limits) as jail:     # files: what is there at the start, by path
    running = jail.start(["/containers/x", "run"], {"PATH": "/bin"})
    running.ends_within(5.0)                     # then running.status, .output, .errors
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, Self

from runner.host import cgroup_tree, cgroups, kernel, kernel_files, syscalls
from runner.host.kernel import Identity
from runner.lab import seal, signals
from runner.lab.effects import cgroup
from runner.lab.guardian import NEVER, OOM_SCORE
from runner.lab.lab import Lab
from runner.records.errors import RunnerError

OWN = syscalls.CLONE_NEWNS | syscalls.CLONE_NEWUTS | syscalls.CLONE_NEWIPC | syscalls.CLONE_NEWNET
FRESH = {**seal.PRIVATE, "/dev/shm": f"mode=1777,{seal.SMALL}"}  # noqa: S108 -- folders that start empty in each jail
MOMENT = 0.02  # seconds between two looks
PATIENCE = 10.0  # seconds for the jail to come up, or to go
CHUNK = 65536
NO_ROOM = 126  # the status of a command for which there was no room: the jail is full of processes


@dataclass(frozen=True)
class Limits:
    """What all that runs in a jail may use together."""

    seconds: float = 10.0  # for one command
    output: int = 1 << 20  # bytes of each stream of one command
    memory: int = 512 << 20
    processes: int = 200


def restrain(lab: Lab, limits: Limits) -> None:
    """Set the limits on the lab's own groups, which hold every jail. Set them again: root in the jail can lift them.

    As on a machine with systemd, the root of the v2 tree hands its controllers on.
    """
    tree = cgroups.read().below(lab.notice.group)
    for controller, value in (("memory", limits.memory), ("pids", limits.processes)):
        version = tree.version(controller)
        if version:
            group = tree.group(controller, "")
            with suppress(OSError):  # a machine that is a container itself may have no limits to give
                kernel_files.write(group / cgroups.TABLE[version]["limit"][controller][0], str(value))
    if tree.v2:
        for controller in cgroups.CONTROLLERS:
            with suppress(OSError):  # that of another tree
                kernel_files.write(tree.v2 / "cgroup.subtree_control", f"+{controller}")


def groups(lab: Lab) -> list[str]:
    """Return the names of the groups that were made in a lab, in any of its trees; not those of its own shells."""
    names = {name for top in _tops(lab) for name in cgroup.below(top)}
    return sorted(name for name in names if Path(name).name != seal.LEAF)


def clear_groups(lab: Lab) -> None:
    """Remove the groups that were made in a lab and are empty."""
    for top in _tops(lab):
        cgroup.clear(top)


def _tops(lab: Lab) -> tuple[Path, ...]:
    return cgroups.read().directories(lab.notice.group)


class Running:
    """A command in a jail. Its output is taken whenever somebody waits for something."""

    def __init__(self, jail: Jail, number: int, streams: Sequence[int], limit: int) -> None:
        self.status = None if number > 0 else NO_ROOM  # as a shell would tell it; None while it runs
        self.flooded = False  # It printed more than its limit.
        self.process = jail.find(number)  # None when it had ended before we could look
        self.number = number
        self._jail = jail
        self._limit = limit
        self._streams = streams
        self._kept = {stream: bytearray() for stream in streams}
        self._open = list(streams)

    @property
    def output(self) -> bytes:
        return bytes(self._kept[self._streams[0]])

    @property
    def errors(self) -> bytes:
        return bytes(self._kept[self._streams[1]])

    def wait(self, reached: Callable[[], object], seconds: float) -> bool:
        """Wait until something is reached. Return False when it is not in time, or cannot be: it ended or floods."""
        deadline = time.monotonic() + seconds
        while not reached():
            left = deadline - time.monotonic()
            if left <= 0 or self.flooded or (self.status is not None and not self._open):
                return bool(reached())
            self._pump(min(left, MOMENT))
        return True

    def ends_within(self, seconds: float) -> bool:
        """Wait for its end, and for that of its output as far as it is there."""
        ended = self.wait(lambda: self.status is not None, seconds)
        self._pump(0)
        return ended

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the command's own process, and to no other."""
        if self.process and kernel.alive(self.process):
            with suppress(ProcessLookupError):  # it has ended since
                os.kill(self.process.pid, number)

    def close(self) -> None:
        for stream in self._kept:
            os.close(stream)

    def _pump(self, seconds: float) -> None:
        told = self._jail.control
        readable = select.select([*self._open, *([told] if self.status is None else [])], [], [], seconds)[0]
        for stream in self._open[:]:
            if stream in readable:
                self._take(stream)
        if self.status is None:
            self.status = self._jail.status(self.number, wait=told in readable)

    def _take(self, stream: int) -> None:
        data = os.read(stream, CHUNK)
        if not data:
            self._open.remove(stream)
        kept = self._kept[stream]
        kept += data[: self._limit - len(kept)]
        self.flooded = self.flooded or len(kept) >= self._limit


class Jail:
    """A jail that is open. Leaving the block ends all that runs in it."""

    def __init__(self, lab: Lab, base: str, files: Mapping[str, bytes], limits: Limits) -> None:
        self._lab = lab
        self._limits = limits
        self._ended: dict[int, int] = {}
        self._running: list[Running] = []
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket, self.control = ours, ours.fileno()
        self._keeper = 0
        try:
            self._begin(base, files, theirs)
            self.first = self._opened()
        except BaseException:
            if self._keeper:  # 0 has children, too: the machine's first processes
                self.__exit__()
            raise

    def _begin(self, base: str, files: Mapping[str, bytes], theirs: socket.socket) -> None:
        runner, namespaces = os.getpid(), seal.open_namespaces(self._lab.shell.pid)
        try:
            with signals.unstoppable():  # a signal before the keeper's first line would undo the runner's lab in there
                self._keeper = os.fork()
                if self._keeper == 0:
                    _become_keeper(runner, self._lab, namespaces, base, files, theirs)
        finally:
            theirs.close()
            for namespace in namespaces:
                os.close(namespace)

    def _opened(self) -> Identity:
        """Wait for the jail's first process. Raises RunnerError with the kernel's word when there is none."""
        self._socket.settimeout(PATIENCE)
        try:
            said = json.loads(self._socket.recv(CHUNK) or b'{"error": "jail"}')
        except TimeoutError:
            said = {"error": "jail"}
        first = next(iter(kernel.children(self._keeper)), 0)
        found = kernel.identity(first) if first else None
        if "error" in said or found is None:
            raise RunnerError("lab-failed", detail=said.get("error", "jail"))
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Kill the first process, with whom all others end. What the kernel does not let go, the lab's end tells."""
        for running in self._running:
            running.close()
        self._socket.close()
        for pid in kernel.children(self._keeper):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + PATIENCE
        while not os.waitpid(self._keeper, os.WNOHANG)[0] and time.monotonic() < deadline:
            time.sleep(0.002)

    def start(self, command: Sequence[str], variables: Mapping[str, str], data: bytes = b"") -> Running:
        """Start a command in the jail's own world. `data` is its input; it must fit into a pipe (pipe(7))."""
        pipes = [os.pipe2(os.O_CLOEXEC) for _ in range(3)]
        (taken, feed), (output, told), (errors, complained) = pipes
        os.write(feed, data)
        os.close(feed)
        order = json.dumps({"command": command, "variables": dict(variables)}).encode()
        try:
            socket.send_fds(self._socket, [order], [taken, told, complained])
        except OSError as error:
            os.close(output)
            os.close(errors)
            raise RunnerError("lab-failed", detail="jail") from error
        finally:
            for fd in (taken, told, complained):
                os.close(fd)
        number = self._number()
        self._running.append(Running(self, number, (output, errors), self._limits.output))
        return self._running[-1]

    def _number(self) -> int:
        self._socket.settimeout(PATIENCE)
        while True:
            try:
                said = json.loads(self._socket.recv(CHUNK) or b"{}")
            except (OSError, ValueError) as error:
                raise RunnerError("lab-failed", detail="jail") from error
            if "started" in said:
                return int(said["started"])
            if "ended" not in said:
                raise RunnerError("lab-failed", detail="jail")
            self._ended[said["ended"]] = said["status"]

    def status(self, number: int, *, wait: bool) -> int | None:
        """Return how the command with that PID in the jail ended; `wait`: the jail has something to tell."""
        if wait and number not in self._ended:
            try:
                said = json.loads(self._socket.recv(CHUNK) or b"{}")
            except (OSError, ValueError):
                said = {}
            if "ended" in said:
                self._ended[said["ended"]] = said["status"]
            elif not kernel.alive(self.first):  # somebody has killed it, and with it everybody
                self._ended[number] = 128 + signal.SIGKILL
        return self._ended.get(number)

    def processes(self) -> list[int]:
        """Return all processes in the jail but its first, in whatever namespaces they are; zombies, too."""
        return kernel.descendants(self.first.pid)

    def members(self) -> Iterator[int]:
        """Yield who is in the lab's groups, which is faster to ask again and again; no zombies."""
        for top in _tops(self._lab)[:1]:
            yield from cgroup_tree.members(top)

    def find(self, number: int) -> Identity | None:
        """Return the process that has this PID in the jail."""
        depth = len(kernel.nested_pids(self.first.pid))
        for pid in self.processes():
            numbers = kernel.nested_pids(pid)
            if len(numbers) >= depth and numbers[depth - 1] == number:
                return kernel.identity(pid)
        return None


def _become_keeper(  # noqa: PLR0917 -- all of it is needed
    runner: int,
    lab: Lab,
    namespaces: Sequence[int],
    base: str,
    files: Mapping[str, bytes],
    control: socket.socket,
) -> NoReturn:
    """Join the lab, open the jail, and wait for its first process: only a child can be in a new PID namespace."""
    try:
        syscalls.die_with_parent(signal.SIGKILL)
        if os.getppid() != runner:  # it was killed before: nobody would end what is begun now
            os._exit(0)
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        gc.freeze()  # what the runner has open is never collected here
        with suppress(OSError):  # for the first process, too: without one of both, nothing of the jail is left
            kernel_files.write(OOM_SCORE, NEVER)
        seal.join(namespaces, _tops(lab), f"/proc/{lab.shell.pid}/cwd")
        syscalls.unshare(OWN | kernel.NAMESPACES["pid"])
        seal.raise_loopback()
        _let_go(control.fileno())
        first = os.fork()
        if first == 0:
            _become_first(base, files, control)
        control.close()
        os.waitpid(first, 0)
    except BaseException as error:
        with suppress(OSError):
            control.send(json.dumps({"error": str(error)}).encode())
    finally:
        os._exit(0)


def _let_go(kept: int) -> None:
    """Close what the runner has open: above all its lock, and its end of the guardian's socket."""
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    os.closerange(3, kept)
    os.closerange(kept + 1, os.sysconf("SC_OPEN_MAX"))


def _become_first(base: str, files: Mapping[str, bytes], control: socket.socket) -> NoReturn:
    """Be PID 1 of the jail: prepare its files, start what is ordered, and collect whoever ends."""
    try:
        syscalls.die_with_parent(signal.SIGKILL)
        seal.mount_proc(Path("/"))
        for folder, options in {**FRESH, base: seal.LAB_SIZE}.items():
            syscalls.mount("jail", folder, "tmpfs", syscalls.MS_NOSUID, options)
        for path, content in files.items():
            os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120 -- nothing is imported here
            with open(path, "wb") as file:  # noqa: PTH123
                file.write(content)
            os.chmod(path, 0o755)  # noqa: PTH101, S103 -- of this jail alone
        os.chdir("/root")
        control.send(b"{}")
        _serve(control)
    except BaseException as error:
        with suppress(OSError):
            control.send(json.dumps({"error": str(error)}).encode())
    finally:
        os._exit(0)


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
            control.send(json.dumps({"started": number}).encode())


def _collect(control: socket.socket, ours: set[int]) -> None:
    with suppress(ChildProcessError):
        while True:
            number, status = os.waitpid(-1, os.WNOHANG)
            if not number:
                return
            if number in ours:
                code = os.waitstatus_to_exitcode(status)
                said = {"ended": number, "status": code if code >= 0 else 128 - code}
                control.send(json.dumps(said).encode())


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
