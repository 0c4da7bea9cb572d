"""Read processes, namespaces, mounts and sockets from /proc. What is absent is None or empty, never an error.

Sources: proc(5), namespaces(7), mount_namespaces(7). Nothing here changes the machine.
"""

from __future__ import annotations

import errno
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeVar

from runner.host import kernel_files, rooted_path, syscalls

# The keys are the names in /proc/PID/ns; the values are the flags of clone(2) that make a new namespace.
NAMESPACES = {
    "cgroup": syscalls.CLONE_NEWCGROUP,
    "ipc": syscalls.CLONE_NEWIPC,
    "mnt": syscalls.CLONE_NEWNS,
    "net": syscalls.CLONE_NEWNET,
    "pid": 0x20000000,
    "time": 0x00000080,
    "user": 0x10000000,
    "uts": syscalls.CLONE_NEWUTS,
}
# What mounts below a mount do elsewhere (mount_namespaces(7)).
PROPAGATION = ("shared", "private", "slave", "slave-and-shared", "unbindable")
SO_ACCEPTCON = 0x10000  # linux/net.h
# A row of /proc/PID/mountinfo (proc_pid_mountinfo(5)): six fields, optional ones, a hyphen, type and source. There may
# be any number of rows, so what is wanted is looked for in the text. Of blanks only these two are written otherwise in
# a field, and a source may be empty.
MOUNT_ROW = r"^(?:[^ \n]+ ){{4}}{point} [^ \n]+ (?:[^ \n-][^ \n]* )*- {kind} {source} "
MOUNT_KIND = re.compile(MOUNT_ROW.format(point="([^ \n]+)", kind="([^ \n]+)", source="[^ \n]*"), re.MULTILINE)
T = TypeVar("T")


class Identity(NamedTuple):
    """A process, safe against PID reuse: its PID and its start time in clock ticks since boot, as the machine's own
    time namespace tells it.
    """

    pid: int
    start: int


class Stat(NamedTuple):
    """The fields of /proc/PID/stat that we use."""

    state: str
    parent: int
    group: int
    start: int
    foreground: int  # The process group in the foreground of its terminal; -1 when it has no terminal.
    session: int
    terminal: int  # the device number of its controlling terminal; 0 when it has none


class Mount(NamedTuple):
    """One line of /proc/PID/mountinfo."""

    point: str
    root: str
    fstype: str
    source: str
    device: str  # "major:minor" of the file system: the same one mounted elsewhere has the same
    own: tuple[str, ...]  # options of the mount alone,
    superblock: tuple[str, ...]  # and of the superblock alone, as they stand there
    peers: tuple[str, ...] = ()  # such as "shared:1": with whom it shares what is mounted below it

    @property
    def options(self) -> tuple[str, ...]:
        """Return all options; a comma or a blank in a value is one again."""
        return *self.own, *map(_unescape, self.superblock)

    @property
    def propagation(self) -> str:
        """Return one of PROPAGATION. A slave may share with others what its master sends it."""
        kinds = {peer.partition(":")[0] for peer in self.peers}
        if "master" in kinds:
            return "slave-and-shared" if "shared" in kinds else "slave"
        return next((kind for kind in ("shared", "unbindable") if kind in kinds), "private")


def boot_id() -> str:
    """Return a word that is new at every boot (random(4))."""
    return kernel_files.text("/proc/sys/kernel/random/boot_id").strip()


def stat(pid: int) -> Stat | None:
    """Return the fields of /proc/PID/stat; None when the process is gone."""
    rows = kernel_files.rows(f"/proc/{pid}/stat")
    if not rows:
        return None
    fields = rows[-1].rpartition(")")[2].split()  # The command's name may have blanks, parentheses and newlines in it.
    parent, group, session, terminal, foreground = map(int, fields[1:6])
    return Stat(fields[0], parent, group, int(fields[19]) - _shift(), foreground, session, terminal)


def identity(pid: int) -> Identity | None:
    """Return the identity of the process that has this PID now; None when there is none."""
    fields = stat(pid)
    return Identity(pid, fields.start) if fields else None


def now() -> int:
    """Return the start time that a process would have that starts now (proc_pid_stat(5): ticks since the boot)."""
    return int(time.clock_gettime(time.CLOCK_BOOTTIME) * os.sysconf("SC_CLK_TCK")) - _shift()


@cache
def _shift() -> int:
    """Return how many clock ticks our time namespace is ahead of the machine's (time_namespaces(7)).

    The kernel adds them to whatever it tells us. A run and who cleans up after it may be in different ones.
    """
    ours, theirs = (kernel_files.file_id(f"/proc/self/ns/{kind}") for kind in ("time", "time_for_children"))
    rows = kernel_files.rows("/proc/self/timens_offsets") if ours == theirs else []  # it tells of our children's
    offsets = {name: (int(seconds), int(more)) for name, seconds, more in map(str.split, rows)}
    seconds, nanoseconds = offsets.get("boottime", (0, 0))
    return (seconds * 10**9 + nanoseconds) * os.sysconf("SC_CLK_TCK") // 10**9


def alive(process: Identity) -> bool:
    """Say whether this process still runs. A zombie has ended, and a reused PID is another process."""
    fields = stat(process.pid)
    return fields is not None and fields.start == process.start and fields.state not in "ZX"


def pids() -> Iterator[int]:
    """Return the PIDs of all processes in our PID namespace, zombies too."""
    return (int(name) for name in os.listdir("/proc") if name.isdigit())


def descendants(ancestor: int) -> list[int]:
    """Return the PIDs of all descendants of a process, zombies too, children before grandchildren."""
    children: dict[int, list[int]] = {}
    for pid in pids():
        fields = stat(pid)
        if fields:
            children.setdefault(fields.parent, []).append(pid)
    family = list(children.get(ancestor, ()))
    for pid in family:  # The list grows while we walk through it.
        family.extend(children.get(pid, ()))
    return family


def command(pid: int) -> str:
    """Return the command line, its words joined by blanks; empty for a zombie or a process that is gone."""
    return "\n".join(kernel_files.rows(f"/proc/{pid}/cmdline")).rstrip("\0").replace("\0", " ")


def described(pid: int) -> str:
    """Return a process as people are told of it: its PID and command line, or the name in brackets, as ps(1) has it."""
    if words := command(pid):
        return f"{pid} {words}"
    names = kernel_files.rows(f"/proc/{pid}/comm")
    return f"{pid} [{names[0]}]" if names else str(pid)


def program(pid: int) -> str | None:
    """Return the name of the file that a process executes; None when it has none (a kernel thread) or is gone."""
    try:
        return Path(f"/proc/{pid}/exe").readlink().name
    except OSError:
        return None


def awaits_input(pid: int) -> bool:
    """Tell whether a process sleeps until somebody types or sends: in a read of a terminal, a poll or a select.

    It reads the name of the kernel function in /proc/PID/wchan (proc(5)); a kernel that does not tell it says no.
    """
    sleeps_in = "".join(kernel_files.rows(f"/proc/{pid}/wchan"))
    return any(word in sleeps_in for word in ("wait_woken", "tty_read", "poll", "select"))


def ignores(pid: int, signal: int) -> bool:
    """Tell whether a process ignores a signal (SigIgn in proc(5))."""
    row = next((row for row in kernel_files.rows(f"/proc/{pid}/status") if row.startswith("SigIgn:")), "")
    return bool(row and int(row.split()[1], 16) >> (signal - 1) & 1)


def environment(pid: int) -> str:
    """Return the variables that a program was started with, one on each line; empty when the process is gone."""
    return "\n".join(kernel_files.rows(f"/proc/{pid}/environ")).replace("\0", "\n")


def children(pid: int) -> list[int]:
    """Return the PIDs of the children of a process, zombies too."""
    return [other for other in pids() if (fields := stat(other)) and fields.parent == pid]


def namespace(pid: int | str, kind: str) -> int | None:
    """Return the inode of a process's namespace of that kind (namespaces(7)); None when the process is gone."""
    found = kernel_files.file_id(f"/proc/{pid}/ns/{kind}")
    return found[1] if found else None


def nested_pids(pid: int) -> tuple[int, ...]:
    """Return the process's PID in each PID namespace it is in, ours first (NSpid in proc(5)); empty when it is gone."""
    row = next((row for row in kernel_files.rows(f"/proc/{pid}/status") if row.startswith("NSpid:")), "")
    return tuple(int(word) for word in row.split()[1:])


def in_pid_namespace(pid: int) -> list[int]:
    """Return the PIDs, as we see them, of all processes in the PID namespace of `pid`, without zombies."""
    inode = namespace(pid, "pid")
    members = [other for other in pids() if inode is not None and namespace(other, "pid") == inode]
    return [other for other in members if (fields := stat(other)) and fields.state not in "ZX"]


def root(pid: int) -> tuple[int, int] | None:
    """Return device and inode of a process's root directory; None when the process is gone."""
    return kernel_files.file_id(f"/proc/{pid}/root/")


def file_id(pid: int, path: str) -> tuple[int, int] | None:
    """Return device and inode of a file as a process sees it; None when it cannot be looked at."""
    try:
        return kernel_files.file_id(rooted_path.resolve(f"/proc/{pid}/root", path))
    except OSError:
        return None


def mounts(pid: int | str = "self") -> list[Mount]:
    """Return the mounts that a process sees, in the order of the kernel; none when the process is gone."""
    return parsed_mounts(mount_table(pid))


def namespace_mounts(pid: int) -> list[Mount]:
    """Return all mounts of a process's mount namespace; none when it is gone, or we may not enter."""
    return in_mount_namespace(pid, parsed_mounts) or []


def mount_table(pid: int | str) -> str:
    """Return the text of /proc/PID/mountinfo; none when the process is gone."""
    try:
        return kernel_files.text(f"/proc/{pid}/mountinfo")
    except OSError:
        return ""


def mount_kinds(pid: int | str = "self") -> dict[str, str]:
    """Return the types of the mounts that a process sees, by their places; of several at one place that on top.

    As `mounts`, where these are very many.
    """
    return {_unescape(point): kind for point, kind in MOUNT_KIND.findall(mount_table(pid))}


def in_mount_namespace(pid: int, act: Callable[[str], T]) -> T | None:
    """Call a function with the table of all mounts of a process's mount namespace, in that namespace, and return its
    result.

    A process with another root sees only what is below that. Whoever enters the namespace has its own root (setns(2)).
    Return None when the process is gone, or we may not enter.
    """
    tasks = os.open("/proc/self/task", os.O_PATH | os.O_CLOEXEC)  # of our /proc: there may be none, or another, in it

    def look() -> T:
        file = os.open(f"{threading.get_native_id()}/mountinfo", os.O_RDONLY | os.O_CLOEXEC, dir_fd=tasks)
        return act(kernel_files.text(file))

    try:
        return within(pid, "mnt", look)
    except BlockingIOError:  # nothing is known
        raise
    except OSError:
        return None
    finally:
        os.close(tasks)


def is_on_top(mount: Mount) -> bool:
    """Tell whether the path of a mount leads to it: another one may cover it, or there is a way to it no more."""
    found = kernel_files.file_id(mount.point)
    return found is not None and f"{os.major(found[0])}:{os.minor(found[0])}" == mount.device


def parsed_mounts(table: str) -> list[Mount]:
    """Return what the text of /proc/PID/mountinfo says."""
    return [parsed_mount(row) for row in table.split("\n") if row]


def parsed_mount(row: str) -> Mount:
    """Return what a row of /proc/PID/mountinfo says."""
    fields, _, rest = row.partition(" - ")
    first, last = fields.split(" "), rest.split(" ")
    point, root, source = _unescape(first[4]), _unescape(first[3]), _unescape(last[1])
    own, superblock = (tuple(options.split(",")) for options in (first[5], last[2]))
    return Mount(point, root, last[0], source, first[2], own, superblock, tuple(first[6:]))


def _unescape(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text) if "\\" in text else text


def hostname(pid: int) -> str | None:
    """Return the host name that a process sees, read inside its UTS namespace; None when the process is gone."""
    return within(pid, "uts", lambda: os.uname().nodename)


def listening(pid: int) -> set[int]:
    """Return the TCP ports that have a listening socket in a process's network namespace.

    These are in state 0A (TCP_LISTEN) in /proc/PID/net/tcp and tcp6.
    """
    ports: set[int] = set()
    for table in ("tcp", "tcp6"):
        rows = kernel_files.rows(f"/proc/{pid}/net/{table}")[1:]
        ports.update(int(row.split()[1].rpartition(":")[2], 16) for row in rows if row.split()[3] == "0A")
    return ports


def listening_unix(pid: int) -> set[str]:
    """Return the names of the Unix sockets that listen in a process's network namespace; an abstract one begins with @.

    These have __SO_ACCEPTCON among their flags in /proc/PID/net/unix (unix(7)).
    """
    rows = (row.split(maxsplit=7) for row in kernel_files.rows(f"/proc/{pid}/net/unix")[1:])
    return {row[7] for row in rows if len(row) == 8 and int(row[3], 16) & SO_ACCEPTCON}


def links(pid: int | str = "self") -> tuple[str, ...] | None:
    """Return the sorted names of the network links that a process sees; None when the process is gone."""
    rows = kernel_files.rows(f"/proc/{pid}/net/dev")
    return tuple(sorted(row.partition(":")[0].strip() for row in rows[2:])) if rows else None


def root_path(pid: int) -> str | None:
    """Return the path of a process's root directory (/proc/PID/root); None when the process is gone."""
    try:
        return str(Path(f"/proc/{pid}/root").readlink())
    except OSError:
        return None


def root_entries(pid: int) -> tuple[str, ...]:
    """Return the names in a process's root directory, in order; none when it cannot be read."""
    try:
        return tuple(sorted(os.listdir(f"/proc/{pid}/root/")))
    except OSError:
        return ()


def within(pid: int, kind: str, ask: Callable[[], T]) -> T | None:
    """Call a function inside another process's namespace of a kind (NAMESPACES), and return its result.

    Return None when the process is gone. Raise OSError when we may not enter, and whatever the function raises;
    BlockingIOError where no more threads may be (pthread_create(3)): then nothing is known. setns(2) moves only the
    calling thread, so a new thread goes there and the runner stays here.
    """
    try:
        fd = os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, ProcessLookupError):
        return None
    answers: list[T] = []
    troubles: list[Exception] = []

    def visit() -> None:
        try:
            if kind == "mnt":
                syscalls.separate_root()  # setns(2) would move those of all threads
            syscalls.setns(fd, NAMESPACES[kind])
            answers.append(ask())
        except Exception as trouble:  # It is raised again where somebody can answer for it.
            troubles.append(trouble)

    thread = threading.Thread(target=visit)
    try:
        thread.start()
        thread.join()
    except RuntimeError as error:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN)) from error
    finally:
        os.close(fd)
    if troubles:
        raise troubles[0]
    return answers[0]
