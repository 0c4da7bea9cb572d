"""The container of a live lab beside the host: the same facts of both, read from the kernel; nothing is changed.

Sources: /proc/PID (proc(5)), namespaces(7), the cgroup files of `cgroups`. The container is the innermost shell
that was entered and lives. What is absent is None, also when a process ends while we look.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from runner.host import cgroups, kernel
from runner.lab import lab_network, seats
from runner.lab.lab_network import NO_NETWORK, Network
from runner.lab.published_state import HOST, Notice
from runner.messages import place_names

FOREGROUND = "terminal"  # a shell that no step entered, found in the foreground of the lab's terminal
BESIDE = "/"  # the machine, with which the lab's own shell is compared; no place has this name
EVENTS = {"cpu": ("throttled",), "memory": ("oom_kills",), "pids": ("refused_forks",)}
Value = str | int | tuple[str, ...] | None


@dataclass(frozen=True)
class Fact:
    """One question asked twice: of the container and of the host."""

    name: str  # a key of the labels in `messages`
    inside: Value
    host: Value
    compared: str  # "same", "different", or "unknown" when the container ended


@dataclass(frozen=True)
class Process:
    """A process of the container, in the order of the tree."""

    inside: int | None  # its PID in there
    host: int  # its PID on the host
    depth: int
    command: str


@dataclass(frozen=True)
class Mounted:
    """A mount that the container sees and the host does not."""

    point: str  # The container names it so.
    fstype: str
    shared: bool  # the host has the same file system, elsewhere


@dataclass(frozen=True)
class Group:
    """What one controller grants and counts: µs of CPU, bytes of memory, processes."""

    controller: str
    version: str
    path: str
    limit: str | None  # `cgroups.limit` writes it.
    use: int | None
    peak: int | None
    events: Mapping[str, int | None]  # Their names are those of `cgroups.TABLE`.

    @property
    def share(self) -> float | None:
        """Return the part of the limit that is used, from 0 to 1; None without a limit in one number."""
        if self.use is None or self.limit is None or not self.limit.isdigit() or self.limit == "0":
            return None
        return min(1.0, self.use / int(self.limit))


@dataclass(frozen=True)
class XRay:
    """Everything that is shown of one lab at one moment."""

    seat: str
    lesson: str
    place: str
    pid: int
    tree: tuple[str, ...]  # the names in its root directory
    facts: tuple[Fact, ...]
    processes: tuple[Process, ...]
    mounts: tuple[Mounted, ...]
    groups: tuple[Group, ...]
    network: Network = NO_NETWORK
    host_network: Network = NO_NETWORK

    @property
    def own_network(self) -> bool:
        """Tell whether the network is another one than the host's."""
        return any(fact.name == "namespace.net" and fact.compared == "different" for fact in self.facts)


def take(seat: str) -> XRay | None:
    """Look at the seat's live lab; None when none is live. Needs root."""
    notice = seats.published(seat)
    if notice is None:
        return None
    place_names.know(notice.names)
    return _look(seat, notice, *_container(notice))


def take_all(seat: str) -> tuple[XRay, ...]:
    """Look at everything in the seat's live lab that was entered, in that order; at the lab's own shell where nothing
    was. Empty when no lab is live. Needs root.
    """
    notice = seats.published(seat)
    if notice is None:
        return ()
    place_names.know(notice.names)
    entered = [(place, shell.pid) for place, shell in notice.places.items() if place != HOST]
    return tuple(_look(seat, notice, place, pid) for place, pid in entered or [_container(notice)])


def _look(seat: str, notice: Notice, place: str, pid: int) -> XRay:
    # a container is seen beside the lab's shell, which is the host of the lessons; that shell beside the machine
    host = os.getpid() if place == HOST else notice.shell.pid
    # The lab's shell is seen beside the machine, which no wire leads to.
    known = {**notice.places, **{name: one for name, one in notice.programs.items() if kernel.alive(one)}}
    worlds = {name: one.pid for name, one in known.items()}
    networks = lab_network.read({**worlds, place: pid, **({BESIDE: host} if place == HOST else {})})
    beside = BESIDE if place == HOST else HOST
    return XRay(
        seat,
        notice.lesson,
        place,
        pid,
        kernel.root_entries(pid),
        tuple(_facts(pid, host)),
        tuple(_tree(pid, [shell.pid for shell in notice.shells if kernel.alive(shell)])),
        tuple(_own_mounts(pid, host)),
        tuple(_groups(pid, notice.group)),
        networks.get(place, NO_NETWORK),
        networks.get(beside, NO_NETWORK),
    )


def _container(notice: Notice) -> tuple[str, int]:
    """Return the innermost shell that was entered, else whatever a terminal is in, else the lab's own shell."""
    place = list(notice.places)[-1]
    if place == HOST:
        for inside in notice.entered():
            if _elsewhere(inside.pid, notice.shell.pid):
                return FOREGROUND, inside.pid
    return place, notice.places[place].pid


def _elsewhere(pid: int, shell: int) -> bool:
    """Tell whether a living process has another root directory or another namespace than the lab's shell."""
    if kernel.root(pid) is None:
        return False
    kinds = (kind for kind in kernel.NAMESPACES if kernel.namespace(pid, kind) != kernel.namespace(shell, kind))
    return kernel.root(pid) != kernel.root(shell) or any(kinds)


# --- facts side by side -----------------------------------------------------------------------


def _facts(pid: int, here: int) -> Iterator[Fact]:
    yield _fact("hostname", kernel.hostname(pid), kernel.hostname(here) or "")
    same_root = kernel.root(pid) == kernel.root(here)  # "/" of another mount namespace is another directory
    yield _fact("root", kernel.root_path(pid), kernel.root_path(here), same_root)
    same_tree = kernel.namespace(pid, "pid") == kernel.namespace(here, "pid")
    everybody = len(list(kernel.pids()))
    yield _fact("process.count", everybody if same_tree else len(_members(pid)) or None, everybody, same_tree)
    mounted, there = len(kernel.mounts(pid)), len(kernel.mounts(here))
    yield _fact("mount.count", mounted or None, there, mounted == there and not any(_own_mounts(pid, here)))
    yield _fact("links", kernel.links(pid), kernel.links(here))
    for kind in kernel.NAMESPACES:
        yield _fact(f"namespace.{kind}", kernel.namespace(pid, kind), kernel.namespace(here, kind))


def _fact(name: str, inside: Value, host: Value, same: bool | None = None) -> Fact:
    if inside is None and host is not None:
        return Fact(name, None, host, "unknown")
    return Fact(name, inside, host, "same" if (inside == host if same is None else same) else "different")


def _own_mounts(pid: int, here: int) -> Iterator[Mounted]:
    """Give the mounts that the host has not at that very place, of those at one place the topmost, which alone is seen.

    A process's table names them from its own root.
    """
    root = PurePosixPath(kernel.root_path(pid) or "/")
    host = {(mount.point, mount.device) for mount in kernel.mounts(here)}
    devices = {device for _, device in host}
    for mount in {mount.point: mount for mount in kernel.mounts(pid)}.values():
        if (str(root / mount.point.lstrip("/")), mount.device) not in host:
            yield Mounted(mount.point, mount.fstype, mount.device in devices)


# --- processes --------------------------------------------------------------------------------


def _members(pid: int) -> set[int]:
    """Return the processes of a PID namespace and of those nested in it, by their PIDs on the host."""
    members = kernel.in_pid_namespace(pid)
    nested = {
        other for first in members if kernel.nested_pids(first)[-1:] == (1,) for other in kernel.descendants(first)
    }
    return {other for other in {*members, *nested} if (state := kernel.stat(other)) and state.state not in "ZX"}


def _tree(pid: int, shells: Sequence[int]) -> Iterator[Process]:
    """Give the processes that the container sees; of one that sees the host's, only those of the lab's terminals."""
    if kernel.namespace(pid, "pid") == kernel.namespace(os.getpid(), "pid"):
        members = {other for shell in shells for other in (shell, *kernel.descendants(shell))}
    else:
        members = _members(pid)
    states = {other: state for other in members if (state := kernel.stat(other))}
    level = len(kernel.nested_pids(pid)) - 1

    def below(parent: int | None, depth: int) -> Iterator[Process]:
        for other in sorted(states):
            if states[other].parent == parent or (parent is None and states[other].parent not in states):
                inside = kernel.nested_pids(other)[level : level + 1]
                yield Process(inside[0] if inside else None, other, depth, kernel.command(other))
                yield from below(other, depth + 1)

    yield from below(None, 0)


# --- control groups ---------------------------------------------------------------------------


def _groups(pid: int, own: str) -> Iterator[Group]:
    """Give the groups of a process; their paths as they are seen in the lab, whose own group is the root."""
    tree = cgroups.read()
    paths = cgroups.of(pid, tree)
    for controller in cgroups.CONTROLLERS:
        version, path = tree.version(controller), paths.get(tree.group(controller, ""))
        if version is None or path is None:
            continue
        directory = tree.group(controller, path.lstrip("/"))
        limit = cgroups.limit(directory, controller, version)
        use = cgroups.use(directory, controller, version)
        peak = cgroups.use(directory, controller, version, "peak")
        events = {name: cgroups.counter(directory, name, version) for name in EVENTS[controller]}
        yield Group(controller, version, path.removeprefix(f"/{own}") or "/", limit, use, peak, events)
