"""A jail in a lab: processes that cannot be trusted to end, in namespaces of their own below the lab's.

A program that kills all it sees, renames the machine or leaves mounts behind reaches nothing but its own jail: PID,
UTS, mount, network, IPC and cgroup namespaces, and fresh folders wherever the lab can be written. When the jail's
first process is killed, the kernel ends all the others and takes their mounts away. Its control group is the root of
all that it sees of these, and is removed with all below it. So the next jail finds nothing of this one.

with Jail(lab, base, files, limits) as jail:     # files: what is there at the start, by path
    running = jail.start(["/containers/x", "run"], {"PATH": "/bin"})
    running.ends_within(5.0)                     # then running.status, .output, .errors
"""

from __future__ import annotations

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
from typing import Self

from runner.host import cgroup_tree, cgroups, kernel, kernel_files
from runner.host.kernel import Identity
from runner.lab import jail_keeper, own_mounts, processes
from runner.lab.effects import cgroup
from runner.lab.jail_keeper import CHUNK, ENDED, READY, STARTED, Said
from runner.lab.lab import Lab
from runner.records.errors import RunnerError

FRESH = (*own_mounts.PRIVATE, "/dev", "/dev/shm")  # noqa: S108 -- folders that start empty, or as always, in each jail
MOMENT = 0.02  # seconds between two looks
PATIENCE = 10.0  # seconds for the jail to come up, or to go
LOOK = 0.5  # seconds until a second look at what keeps the killed from dying
NO_ROOM = 126  # the status of a command for which there was no room: the jail is full of processes


@dataclass(frozen=True)
class Limits:
    """What all that runs in a jail may use together."""

    seconds: float = 10.0  # for one command
    output: int = 1 << 20  # bytes of each stream of one command
    memory: int = 512 << 20
    processes: int = 200


def restrain(lab: Lab, limits: Limits) -> None:
    """Set the limits on the lab's own groups. Those of the jails are below them, and no jail sees more than its own."""
    tree = cgroups.read().below(lab.notice.group)
    for controller, value in (("memory", limits.memory), ("pids", limits.processes)):
        if version := tree.version(controller):
            table, group = cgroups.TABLE[version], tree.group(controller, "")
            with suppress(OSError):  # a machine that is a container itself may have no limits to give
                kernel_files.write(group / table["limit"][controller][0], str(value))
            if controller == "memory":
                _without_swap(group / table["swap"][controller][0], "0" if version == "v2" else str(value))
    if tree.v2:
        cgroup.grant(tree.v2)


def _without_swap(file: Path, value: str) -> None:
    """Let the groups of a jail take no more by swapping. v1 counts memory and swap together."""
    if file.exists():  # a kernel without swap has none
        with suppress(OSError):
            kernel_files.write(file, value)


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
        self.group = f"{lab.notice.group}/{(name := f'jail-{os.urandom(4).hex()}')}"
        self._limits = limits
        self._ended: dict[int, int | None] = {}  # by number; None while it runs
        self._running: list[Running] = []
        self._keeper = 0
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket, self.control = ours, ours.fileno()
        tops = cgroups.read().directories(lab.notice.group)
        restrain(lab, limits)
        self._groups = cgroup.make_below(tops, name)
        try:
            with theirs:
                orders = jail_keeper.Orders(os.getpid(), lab.shell.pid, tops, name, base, files)
                self._keeper = jail_keeper.begin(orders, theirs)
            self.first = self._opened()
        except BaseException:
            self.__exit__()
            raise

    def _opened(self) -> Identity:
        """Wait for the jail's first process. Raises RunnerError with the kernel's word when there is none."""
        said = self._heard(PATIENCE)
        first = next(iter(kernel.children(self._keeper)), 0)
        found = kernel.identity(first) if first else None
        if said is None or said.kind != READY or found is None:
            raise RunnerError("lab-failed", detail=(said and said.words) or "jail")
        return found

    def _heard(self, seconds: float) -> Said | None:
        """Return the next that the jail says; None when it says nothing, or what no jail of ours would say."""
        self._socket.settimeout(max(MOMENT, seconds))
        try:
            return jail_keeper.heard(self._socket.recv(CHUNK))
        except OSError:
            return None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Kill the first process, with whom all others end. What the kernel does not let go, the lab's end tells."""
        for running in self._running:
            running.close()
        self._socket.close()
        if self._keeper:  # 0 has children, too: the machine's first processes
            self._end()
        cgroup.remove(self._groups, PATIENCE)

    def _end(self) -> None:
        for pid in kernel.children(self._keeper):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        began = look = time.monotonic()
        while not os.waitpid(self._keeper, os.WNOHANG)[0] and time.monotonic() < began + PATIENCE:
            if time.monotonic() >= look:  # none that is frozen dies
                for group in self._groups:
                    processes.release(group)
                look = time.monotonic() + LOOK
            time.sleep(0.002)

    def start(self, command: Sequence[str], variables: Mapping[str, str], data: bytes = b"") -> Running:
        """Start a command in the jail's own world. `data` is its input; it must fit into a pipe (pipe(7))."""
        pipes = [os.pipe2(os.O_CLOEXEC) for _ in range(3)]
        (taken, feed), (output, told), (errors, complained) = pipes
        os.write(feed, data)
        os.close(feed)
        order = json.dumps({"command": command, "variables": dict(variables)}).encode()
        try:
            number = self._order(order, (taken, told, complained))
        except OSError as error:
            for stream in (output, errors):
                os.close(stream)
            raise RunnerError("lab-failed", detail="jail") from error
        self._running.append(Running(self, number, (output, errors), self._limits.output))
        return self._running[-1]

    def _order(self, order: bytes, streams: Sequence[int]) -> int:
        """Have a command started, and return its PID in the jail. Raises OSError when nobody is there to do it."""
        try:
            socket.send_fds(self._socket, [order], streams)
        finally:
            for fd in streams:
                os.close(fd)
        return self._number()

    def _number(self) -> int:
        """Return the PID in the jail of what was started. Raises OSError when nobody tells it in time."""
        deadline = time.monotonic() + PATIENCE
        while (left := deadline - time.monotonic()) > 0 and (said := self._heard(left)):
            if said.kind == STARTED:
                self._ended[said.number] = None
                return said.number
            self._note(said)
        raise TimeoutError

    def _note(self, said: Said | None) -> None:
        if said and said.kind == ENDED and said.number in self._ended:
            self._ended[said.number] = said.status

    def status(self, number: int, *, wait: bool) -> int | None:
        """Return how the command with that PID in the jail ended; `wait`: the jail has something to tell."""
        if wait and self._ended[number] is None:
            self._note(self._heard(0))
            if self._ended[number] is None and not kernel.alive(self.first):  # with it everybody was killed
                self._ended[number] = 128 + signal.SIGKILL
        return self._ended[number]

    def groups(self) -> list[str]:
        """Return the names of the groups below the jail's own, in any of its trees."""
        return sorted({name for top in self._groups for name in cgroup.below(top)})

    def processes(self) -> list[int]:
        """Return all processes in the jail but its first, in whatever namespaces they are; zombies, too."""
        return kernel.descendants(self.first.pid)

    def members(self) -> Iterator[int]:
        """Yield who is in the jail's groups, which is faster to ask again and again; no zombies."""
        for top in self._groups[:1]:
            yield from cgroup_tree.members(top)

    def find(self, number: int) -> Identity | None:
        """Return the process that has this PID in the jail."""
        depth = len(kernel.nested_pids(self.first.pid))
        for pid in self.processes():
            numbers = kernel.nested_pids(pid)
            if len(numbers) >= depth and numbers[depth - 1] == number:
                return kernel.identity(pid)
        return None
