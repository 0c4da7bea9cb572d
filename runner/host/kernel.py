"""Read-only probes of processes, namespaces, mounts and sockets: what /proc says, absent things as None.

Sources: proc(5), namespaces(7), mount_namespaces(7). Nothing here changes the machine.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar

from runner.host import syscalls

# Every kind of namespace as /proc/PID/ns names it, with the flag that makes a new one (clone(2)).
NAMESPACES = {
    "cgroup": 0x02000000,
    "ipc": 0x08000000,
    "mnt": syscalls.CLONE_NEWNS,
    "net": syscalls.CLONE_NEWNET,
    "pid": 0x20000000,
    "user": 0x10000000,
    "uts": syscalls.CLONE_NEWUTS,
}
T = TypeVar("T")


class Identity(NamedTuple):
    """A process, safe against PID reuse: its PID and its start time in clock ticks since boot."""

    pid: int
    start: int


class Stat(NamedTuple):
    """The fields of /proc/PID/stat that we use."""

    state: str
    parent: int
    group: int
    start: int
    foreground: int  # process group in the foreground of its terminal; -1 without one


class Mount(NamedTuple):
    """One line of /proc/PID/mountinfo."""

    point: str
    root: str
    fstype: str
    source: str
    options: tuple[str, ...]  # of the mount and of the superblock
    device: str = ""  # "major:minor" of the file system: the same one mounted elsewhere has the same
    own: tuple[str, ...] = ()  # options of the mount alone,
    superblock: tuple[str, ...] = ()  # and of the superblock alone


def boot_id() -> str:
    """A word that changes at every boot (random(4))."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def stat(pid: int) -> Stat | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()  # the command's name may hold blanks and parentheses
    return Stat(fields[0], int(fields[1]), int(fields[2]), int(fields[19]), int(fields[5]))


def identity(pid: int) -> Identity | None:
    found = stat(pid)
    return Identity(pid, found.start) if found else None


def alive(process: Identity) -> bool:
    """Whether that very process runs; a zombie has ended, and a reused PID is another process."""
    found = stat(process.pid)
    return found is not None and found.start == process.start and found.state not in "ZX"


def pids() -> Iterator[int]:
    return (int(name) for name in os.listdir("/proc") if name.isdigit())


def descendants(ancestor: int) -> list[int]:
    """All living and zombie descendants of a process, children before grandchildren."""
    children: dict[int, list[int]] = {}
    for pid in pids():
        found = stat(pid)
        if found:
            children.setdefault(found.parent, []).append(pid)
    found_pids = list(children.get(ancestor, ()))
    for pid in found_pids:
        found_pids.extend(children.get(pid, ()))
    return found_pids


def command(pid: int) -> str:
    """The command line, its words joined by blanks; empty for a zombie or a process that is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").rstrip("\0").replace("\0", " ")
    except OSError:
        return ""


def program(pid: int) -> str | None:
    """The name of the file that a process executes; None for one that is gone or has none."""
    try:
        return Path(f"/proc/{pid}/exe").readlink().name
    except OSError:
        return None


def environment(pid: int) -> str:
    """The variables a program was started with, one a line; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace").replace("\0", "\n")
    except OSError:
        return ""


def children(pid: int) -> list[int]:
    """The direct children of a process."""
    return [other for other in pids() if (found := stat(other)) and found.parent == pid]


def namespace(pid: int, kind: str) -> int | None:
    """The inode that identifies a process's namespace of that kind (namespaces(7))."""
    try:
        return Path(f"/proc/{pid}/ns/{kind}").stat().st_ino
    except OSError:
        return None


def nested_pids(pid: int) -> tuple[int, ...]:
    """The process's PID in each PID namespace it is in, ours first (NSpid in proc(5))."""
    return _status(pid, "NSpid")


def _status(pid: int, field: str) -> tuple[int, ...]:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return ()
    found = next((line for line in lines if line.startswith(field + ":")), "")
    return tuple(int(word) for word in found.split()[1:])


def in_pid_namespace(pid: int) -> list[int]:
    """Our PIDs of all processes whose own PID namespace is that of `pid`, zombies left out."""
    inode = namespace(pid, "pid")
    members = [other for other in pids() if inode is not None and namespace(other, "pid") == inode]
    return [other for other in members if (found := stat(other)) and found.state not in "ZX"]


def root(pid: int) -> tuple[int, int] | None:
    """Device and inode of a process's root directory."""
    return file_id(f"/proc/{pid}/root/")


def file_id(path: str) -> tuple[int, int] | None:
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def mounts(pid: int | str = "self") -> list[Mount]:
    """The mount table that a process sees; empty when the process is gone."""
    try:
        lines = Path(f"/proc/{pid}/mountinfo").read_text().splitlines()
    except OSError:
        return []
    return [_mount(line) for line in lines]


def _mount(line: str) -> Mount:
    fields, _, rest = line.partition(" - ")
    first, last = fields.split(), rest.split(" ")
    own, superblock = tuple(first[5].split(",")), tuple(last[2].split(","))
    point, root, source = _unescape(first[4]), _unescape(first[3]), _unescape(last[1])
    return Mount(point, root, last[0], source, (*own, *superblock), first[2], own, superblock)


def _unescape(text: str) -> str:
    for octal, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(octal, character)
    return text


def hostname(pid: int) -> str | None:
    """The host name that a process sees: asked from inside its UTS namespace."""
    return within(pid, "uts", syscalls.CLONE_NEWUTS, lambda: os.uname().nodename)


def listening(pid: int) -> set[int]:
    """TCP ports with a listening socket in a process's network namespace (state 0A in /proc/PID/net/tcp)."""
    ports: set[int] = set()
    for table in ("tcp", "tcp6"):
        try:
            rows = Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]
        except OSError:
            continue
        ports.update(int(row.split()[1].rpartition(":")[2], 16) for row in rows if row.split()[3] == "0A")
    return ports


def links(pid: int | str = "self") -> tuple[str, ...] | None:
    """Names of the network links that a process sees; None when it is gone."""
    try:
        rows = Path(f"/proc/{pid}/net/dev").read_text().splitlines()[2:]
    except OSError:
        return None
    return tuple(sorted(row.partition(":")[0].strip() for row in rows))


def root_path(pid: int) -> str | None:
    """A process's root directory, as its mount namespace names it; None when the process is gone."""
    try:
        return str(Path(f"/proc/{pid}/root").readlink())
    except OSError:
        return None


def within(pid: int, kind: str, flag: int, ask: Callable[[], T]) -> T | None:
    """Ask something from inside another process's namespace; None when the process is gone.

    setns(2) moves only the calling thread, so a short-lived thread goes and the runner stays where it is.
    """
    answers: list[T] = []

    def visit() -> None:
        try:
            fd = os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return
        try:
            syscalls.setns(fd, flag)
            answers.append(ask())
        except OSError:
            return
        finally:
            os.close(fd)

    thread = threading.Thread(target=visit)
    thread.start()
    thread.join()
    return answers[0] if answers else None
