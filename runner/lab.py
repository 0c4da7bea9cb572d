"""One run's private world: the seat's lock, the journal, the guardian with its shell, and the places inside.

    lab = Lab.open(seat, lock, base)       # refuses what is not ours, journals, starts the guardian
    lab.terminal.run(...)
    lab.close() -> Rollback                # the guardian takes everything with it
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import socket
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runner import cgroups, kernel, undo
from runner.errors import Busy, RunnerError, Unfit
from runner.journal import Journal
from runner.kernel import Identity
from runner.model import Leftover, Rollback
from runner.terminal import Ended, Terminal, environment

STATE = Path("/var/lib/semdocker")
LOCKS = Path("/run/semdocker")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SHELL = ["/bin/bash", "--noprofile", "--norc", "-i"]
GROUP = "semdocker"  # the lab's own control group, one for each seat
PATIENCE = 10.0  # seconds for the guardian and the shell to come up
HOST = "host"
SEAT = "default"


def journal_of(seat: str) -> Journal:
    return Journal(STATE / seat / "journal")


def recover(seat: str) -> Rollback:
    """Undo what an earlier run left behind, from its journal; nothing to do when there is none. Needs the seat."""
    return undo.roll_back(journal_of(seat))


@contextmanager
def seat_lock(seat: str, wait: float = 3.0) -> Iterator[int]:
    """Hold the seat; the kernel frees it when its last holder is gone. Raises Busy with the holder's PID."""
    LOCKS.mkdir(mode=0o700, exist_ok=True)
    fd = os.open(LOCKS / f"{seat}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock(fd, time.monotonic() + wait)  # a guardian may still be cleaning up after a killed run
        os.truncate(fd, 0)
        os.pwrite(fd, str(os.getpid()).encode(), 0)
        yield fd
    finally:
        os.close(fd)


def _lock(fd: int, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise Busy("seat-busy", holder=os.pread(fd, 32, 0).decode() or "?") from error
            time.sleep(0.05)
        else:
            return


class Lab:
    """A running lab. Every process in it descends from the guardian."""

    def __init__(
        self,
        journal: Journal,
        mount: str,
        control: socket.socket,
        guardian: subprocess.Popen[bytes],
        terminal: Terminal,
    ) -> None:
        self.journal = journal
        self.mount = mount
        self.terminal = terminal
        self.guardian = guardian
        self.places: dict[str, Identity] = {}
        self._control = control
        self.is_open = True

    @classmethod
    def open(cls, seat: str, lock: int, base: Path, size: tuple[int, int] = (80, 24), term: str = "dumb") -> Lab:
        """Start a lab whose files live under `base`, on a terminal of `size` (columns, lines).

        Raises Unfit when `base` holds something that is not ours, RunnerError when the shell does not start.
        """
        _refuse_foreign(base)
        journal = journal_of(seat)
        journal.begin(seat)
        mount = f"semdocker-{secrets.token_hex(4)}"
        journal.intend("lab", mount=mount)
        with journal.alone():
            _note_hostname(journal)
            _make_base(journal, base)
        group = _make_group(journal, named_for(seat, GROUP))
        return cls._start(journal, lock, {"base": str(base), "mount": mount, "group": group}, size, term)

    @classmethod
    def _start(
        cls, journal: Journal, lock: int, spec: dict[str, object], size: tuple[int, int], term: str
    ) -> Lab:
        aid = secrets.token_hex(8)
        master, slave = os.openpty()
        fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        ours, theirs = socket.socketpair()
        spec |= {
            "control": theirs.fileno(),
            "terminal": slave,
            "journal": str(journal.path),
            "shell": SHELL,
            "environment": {**_base_environment(term), **environment(aid)},
        }
        guardian = subprocess.Popen(
            [sys.executable, "-s", "-P", "-m", "runner.guardian", json.dumps(spec)],
            pass_fds=(theirs.fileno(), slave, lock),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
            env={"PATH": PATH, "LC_ALL": "C.UTF-8", "PYTHONPATH": str(Path(__file__).parent.parent)},
        )
        os.close(slave)
        theirs.close()
        lab = cls(journal, str(spec["mount"]), ours, guardian, Terminal(master, aid))
        try:
            lab._await()
        except BaseException:
            lab.close()
            raise
        return lab

    def _await(self) -> None:
        message = self._receive(PATIENCE)
        if not message or "shell" not in message:
            raise RunnerError("lab-failed", detail=(message or {}).get("error", "guardian"))
        try:
            self.terminal.await_shell(PATIENCE)
        except Ended as error:
            raise RunnerError("lab-failed", detail="bash") from error
        self.bind(HOST, int(message["shell"]))

    @property
    def shell(self) -> Identity:
        return self.places[HOST]

    def bind(self, name: str, pid: int) -> None:
        """Give a process a name that steps and checks use."""
        found = kernel.identity(pid)
        if found:
            self.places[name] = found

    def bind_command(self, name: str, command: str) -> bool:
        """Name the newest process of the lab that runs exactly this command line."""
        matches = [found for pid in self.processes() if kernel.command(pid) == command and (found := kernel.identity(pid))]
        if matches:
            self.places[name] = max(matches, key=lambda found: (found.start, found.pid))
        return bool(matches)

    def is_at(self, place: str) -> bool:
        """Whether the terminal's foreground process is the shell that has this name."""
        bound = self.places.get(place)
        return bound is not None and kernel.alive(bound) and self.terminal.foreground() == bound.pid

    def processes(self) -> set[int]:
        """The one place that knows every process of the lab."""
        return undo.lab_processes(self.journal.entries(), self.guardian.pid)

    def close(self) -> Rollback:
        """End the lab and put the machine back. Does it itself when the guardian is gone."""
        started = time.monotonic()
        message = None
        self.is_open = False
        try:
            self._control.sendall(b"close\n")
            message = self._receive(4 * undo.PATIENCE)
        except OSError:
            pass  # the guardian was killed
        self._control.close()
        os.close(self.terminal.master)
        if message is None:
            self.guardian.kill()
        self.guardian.wait()
        if message is None:
            return undo.roll_back(self.journal)
        leftovers = tuple(Leftover(**leftover) for leftover in message["leftovers"])
        return Rollback(leftovers, tuple(message["restored"]), time.monotonic() - started)

    def _receive(self, timeout: float) -> dict[str, object] | None:
        """One message from the guardian; None when it is gone or silent."""
        self._control.settimeout(timeout)
        data = b""
        while not data.endswith(b"\n"):
            try:
                chunk = self._control.recv(65536)
            except TimeoutError:
                return None
            if not chunk:
                return None
            data += chunk
        message: dict[str, object] = json.loads(data)
        return message


def _base_environment(term: str) -> dict[str, str]:
    return {"PATH": PATH, "HOME": "/root", "TERM": term, "LC_ALL": "C.UTF-8", "HISTFILE": "", "SHELL": "/bin/bash"}


def _refuse_foreign(base: Path) -> None:
    """The lab covers `base` with its own tmpfs; refuse to hide or touch anything that is there already."""
    if base.is_symlink() or (base.exists() and (not base.is_dir() or any(base.iterdir()))):
        raise Unfit("path-taken", path=str(base))
    if not base.parent.is_dir():
        raise Unfit("path-parent", path=str(base.parent))


def named_for(seat: str, name: str) -> str:
    """A name that seats do not share: plain for the default seat, with the seat's name behind for the others."""
    return name if seat == SEAT else f"{name}-{seat}"


def _note_hostname(journal: Journal) -> None:
    """The machine's own name, as the first of the seats that are open now found it."""
    earlier = [entry.data["name"] for entry in journal.neighbours("hostname")]
    journal.intend("hostname", name=earlier[0] if earlier else socket.gethostname())


def _make_base(journal: Journal, base: Path) -> None:
    """The directory that the lab's tmpfs covers: ours if we make it, or if another seat that is open made it."""
    if not base.exists():
        journal.intend("directory", path=str(base))
        base.mkdir(mode=0o755)
    elif any(entry.data["path"] == str(base) for entry in journal.neighbours("directory")):
        journal.intend("directory", path=str(base))


def _make_group(journal: Journal, name: str) -> str:
    """The lab's own group: on the v2 tree if there is one, else among the v1 freezers; "" when there is neither.

    It carries no limits; it is how the lab's processes are found when the guardian itself was killed.
    """
    tree = cgroups.read()
    parent = tree.v2 or tree.v1.get("freezer")
    if parent is None or not os.access(parent, os.W_OK):
        return ""
    make_group(journal, name, [parent / name])
    return str(parent / name)


def make_group(journal: Journal, name: str, directories: list[Path]) -> None:
    reserve_group(journal, name)
    for directory in directories:
        directory.mkdir()


def reserve_group(journal: Journal, name: str) -> None:
    """Journal a group that is about to be made. Raises Unfit when one of that name is there already."""
    there = cgroups.read().directories(name)
    if there:
        raise Unfit("cgroup-taken", path=str(there[0]))
    journal.intend("cgroup", name=name)


def reserve_controllers(journal: Journal, controllers: tuple[str, ...]) -> None:
    """Journal which controllers a step is about to switch on in the v2 root, so that only those are given back."""
    tree = cgroups.read().v2
    if tree is None:
        return
    with journal.alone():
        there = set((tree / "cgroup.subtree_control").read_text().split())
        there -= {name for entry in journal.neighbours("controllers") for name in entry.data["added"]}
        journal.intend("controllers", added=[name for name in controllers if name not in there])


def tool(name: str) -> str | None:
    """Where the lab's shell finds a program."""
    return shutil.which(name, path=PATH)
