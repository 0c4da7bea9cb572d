"""One run's private world: the seat's lock, the journal, the guardian with its shells, and the places inside.

lab = Lab.open(seat, lock, base)       # refuses what is not ours, journals, starts the guardian
lab.terminal.run(...)                  # the host's shell; lab.spare_terminal() is one to enter a container from
lab.close() -> Rollback                # the guardian takes everything with it
"""

from __future__ import annotations

import json
import os
import socket
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from runner.host import cgroups, kernel, shell_environment
from runner.host.kernel import Identity
from runner.lab import (
    device_filter,
    locks,
    osc133,
    processes,
    prompt,
    published_state,
    seats,
    snapshot,
    undo,
    value_filter,
)
from runner.lab.effects import cgroup, controllers, host_values, lab_mount, superblocks
from runner.lab.guardian import OPEN, Guardian, Orders
from runner.lab.journal import Journal
from runner.lab.kept_folder import Kept
from runner.lab.pseudo_terminal import Ended
from runner.lab.published_state import HOST, Notice
from runner.lab.snapshot import Snapshot
from runner.lab.terminal import Terminal
from runner.messages import place_names
from runner.records.errors import RunnerError
from runner.records.results import Leftover, Rollback

SHELL = ["/bin/bash", "--noprofile", "--norc", "-i"]
INPUTRC = Path(__file__).with_name("inputrc")
GROUP = "semdocker"  # the lab's own control group, one for each seat
SILENT = ("guardian", "bash")  # which of them did not come up in time, as `lab-failed` tells it
PATIENCE = 10.0  # seconds for the guardian and the shell to come up
MOMENT = 2.0  # seconds in which a guardian has nearly always put the lab away


class Lab:
    """A running lab. Every process in it descends from the guardian."""

    def __init__(
        self,
        journal: Journal,
        told: Notice,
        control: socket.socket,
        guardian: Guardian,
        terminal: Terminal,
        *,
        before: Snapshot,
    ) -> None:
        self.journal = journal
        self.mount = told.mount
        self.before = before  # how the machine was
        self.terminals = [terminal]  # the first keeps the host's shell for the whole lab
        self._opened = 0  # the number of the newest, as the guardian counts them
        self.guardian = guardian
        self.places: dict[str, Identity] = {}
        self._terminals: dict[str, Terminal] = {}  # the one that each place is in
        self._programs: dict[str, str | None] = {}  # Each place ran this program when it got its name.
        self.notice = told
        self._control = control
        self._unread = b""  # The guardian has said this already.

    @classmethod
    def open(
        cls,
        seat: str,
        lock: int,
        base: Path,
        size: tuple[int, int] = (80, 24),
        term: str = "dumb",
        *,
        lesson: str = "",
        before: Snapshot | None = None,
        folder: str = "",
        kept: Kept | None = None,
    ) -> Lab:
        """Start a lab whose files live under `base`, on a terminal of `size` (columns, lines).

        What the machine has at `base` is covered in the lab, and not touched. `before` is how the machine was, when
        this is not the first lab of a run. `folder` is the name of the student's own, and `kept` the one on the disk
        that stands there; who called closes it. Raises RunnerError when the shell does not start.
        """
        journal = seats.journal_of(seat)
        before = before or snapshot.take(journal)
        journal.begin()
        snapshot.keep(journal, before)
        mark = locks.mark(lock)
        mount = f"semdocker-{os.urandom(4).hex()}{mark}"
        host_values.note(journal)
        controllers.switch_on(journal, cgroups.CONTROLLERS)
        group = shell_environment.named_for(seat, GROUP)
        groups = cgroup.make_own(journal, group, mark)
        value_filter.attach(groups)
        device_filter.attach(groups)
        inner = cgroup.make_inner(groups)
        superblocks.note(journal)  # last, for it is undone first: nothing can be removed from a tree that is read-only
        lab_mount.note(journal, mount)
        aid = os.urandom(8).hex()
        terminal, slave = Terminal.open(aid, size)
        ours, theirs = socket.socketpair()
        variables = base_environment(term)
        orders = Orders(
            str(base),
            mount,
            inner,
            SHELL,
            variables,
            aid,
            journal,
            lock,
            control=theirs.detach(),
            terminal=slave,
            folder=folder,
            kept=kept,
        )
        return cls._start(orders, Notice(lesson, mount, f"{group}/{cgroup.INNER}"), before, ours, terminal)

    @classmethod
    def _start(cls, orders: Orders, told: Notice, before: Snapshot, ours: socket.socket, terminal: Terminal) -> Lab:
        guardian = Guardian(orders)
        os.close(orders.terminal)
        os.close(orders.control)
        lab = cls(orders.journal, told, ours, guardian, terminal, before=before)
        try:
            lab._await_shell(terminal)
            lab.bind(HOST, terminal, terminal.shell)
        except BaseException:
            lab.close()
            raise
        return lab

    def _await_shell(self, terminal: Terminal) -> None:
        message = self._receive(PATIENCE)
        while message and message.get("terminal", self._opened) != self._opened:
            message = self._receive(PATIENCE)  # an interrupt left what was told about another one
        if not message or "shell" not in message:
            raise RunnerError("lab-failed", detail=(message or {}).get("error", "guardian"))
        terminal.shell = int(message["shell"])
        marks = osc133.environment(terminal.aid)
        terminal.variables = prompt.environment(self.terminal.shell, marks, place=_named(terminal))
        try:
            terminal.await_shell(PATIENCE)
        except Ended as error:
            raise RunnerError("lab-failed", detail="bash") from error
        found = kernel.identity(terminal.shell)
        if found:
            self.tell(shells=(*self.notice.shells, found))

    @property
    def terminal(self) -> Terminal:
        """Return the first terminal, the one of the host's shell."""
        return self.terminals[0]

    @property
    def shell(self) -> Identity:
        return self.places[HOST]

    def spare_terminal(self, *places: str) -> Terminal:
        """Return a terminal besides the first whose own shell waits, in the host's world; open one if there is none.

        With `places`, one by whose names its shells go where they leave the host's world, and then the first place.
        Its shell starts in the directory of the first one, with the same variables that the first one had at its start.
        Raises RunnerError when it does not start.
        """
        waiting = (one for one in self.terminals[1:] if one.places == places and one.waits())
        return next(waiting, None) or self._open_terminal(places)

    def close_terminal_of(self, place: str) -> None:
        """Close the terminal that a place is in, unless it is the first: what runs on it gets SIGHUP."""
        terminal = self.terminal_of(place)
        if terminal is not self.terminal:
            self.terminals.remove(terminal)
            terminal.close()
            self._terminals = {name: used for name, used in self._terminals.items() if used is not terminal}

    def terminal_after(self, terminal: Terminal) -> Terminal:
        """Return the next terminal that has a shell, the first after the last; a spare one when there is no other."""
        place = self.terminals.index(terminal) + 1
        others = (*self.terminals[place:], *self.terminals[: place - 1])
        return next(filter(Terminal.lives, others), None) or self.spare_terminal()

    def _open_terminal(self, places: tuple[str, ...] = ()) -> Terminal:
        terminal, slave = Terminal.open(self.terminal.aid, os.get_terminal_size(self.terminal.master))
        terminal.places = places
        self.terminals.append(terminal)
        self._opened += 1
        try:
            socket.send_fds(self._control, [OPEN + _named(terminal).encode()], [slave])
        except OSError as error:
            raise RunnerError("lab-failed", detail="guardian") from error
        finally:
            os.close(slave)
        self._await_shell(terminal)
        return terminal

    def bind(self, name: str, terminal: Terminal, pid: int | None = None) -> None:
        """Give the shell in the foreground of a terminal a name that steps, checks and other terminals use.

        Raises Ended when the terminal's shell is gone.
        """
        pid = pid or terminal.foreground()
        found = kernel.identity(pid)
        if found:
            self.places[name], self._programs[name] = found, kernel.program(pid)
            self._terminals[name] = terminal
            self._post(self.notice.entering(name, found))

    def terminal_of(self, place: str) -> Terminal:
        """Return the live terminal that a place is in; the lab's first for a name that nobody has."""
        return self._terminals.get(place, self.terminal)

    def resize(self, columns: int, lines: int) -> None:
        """Give every terminal of the lab this size."""
        for terminal in self.terminals:
            terminal.resize(columns, lines)

    def tell(self, **said: Any) -> None:
        """Let other terminals know more: fields of the notice."""
        self._post(replace(self.notice, **said))

    def _post(self, told: Notice) -> None:
        if told != self.notice:
            self.notice = told
            with suppress(OSError):  # a full /run: other terminals are not told, and the lesson goes on
                published_state.post(self.journal.seat, told)

    def bind_command(self, name: str, command: str) -> bool:
        """Name the newest process of the lab that runs exactly this command line. A subshell is not meant: it has the
        command line of the shell that forked it.
        """
        running = {pid for pid in self.processes() if kernel.command(pid) == command}
        first = (pid for pid in running if (stat := kernel.stat(pid)) and stat.parent not in running)
        matches = [found for pid in first if (found := kernel.identity(pid))]
        if matches:
            self.places[name] = newest = max(matches, key=lambda found: (found.start, found.pid))
            self.tell(programs={**self.notice.programs, name: newest})
        return bool(matches)

    def is_at(self, place: str) -> bool:
        """Tell whether the shell of that name is in the foreground of its terminal, and has not become another program
        (`exec`)."""
        bound = self.places.get(place)
        try:
            here = bound is not None and kernel.alive(bound) and self.terminal_of(place).foreground() == bound.pid
        except Ended:
            return False
        return here and bound is not None and kernel.program(bound.pid) == self._programs.get(place)

    def place_in(self, terminal: Terminal) -> str | None:
        """Return the name of the shell in the foreground of a terminal; None for any other program, and when all is
        gone. A terminal whose own shell waits is in the host's world."""
        inside = (place for place in self.places if self.terminal_of(place) is terminal and self.is_at(place))
        return next(inside, HOST if terminal.waits() else None)

    def processes(self) -> set[int]:
        """Return every process of the lab."""
        return processes.living(self.journal.effects(), self.guardian.pid)

    def close(self) -> Rollback:
        """End the lab and put the machine back. Does it itself when the guardian is gone."""
        started = time.monotonic()
        published_state.withdraw(self.journal.seat)
        message = self._report()
        self._control.close()
        for terminal in self.terminals:
            terminal.close()
        if message is None:
            self.guardian.kill()
            self._wake()  # none that is frozen dies
        self.guardian.wait()
        if message is None:
            rollback = undo.roll_back(self.journal)
            self.guardian.wait()
            return rollback
        leftovers, noticed = (tuple(Leftover(**left) for left in message[key]) for key in ("leftovers", "noticed"))
        restored, sealed = tuple(message["restored"]), tuple(message["sealed"])
        return Rollback(leftovers, noticed, restored, seconds=time.monotonic() - started, sealed=sealed)

    def _report(self) -> dict[str, Any] | None:
        """Return what the guardian tells of its rollback; None when it is gone, or silent even though it was woken."""
        with suppress(OSError):  # the guardian was killed
            self._control.sendall(b"close\n")
            for patience in (MOMENT, 4 * undo.PATIENCE):
                message = self._receive(patience)
                while message and "leftovers" not in message:  # its greeting: an interrupt left it unread
                    message = self._receive(patience)
                if message:
                    return message
                self._wake()
        return None

    def _wake(self) -> None:
        """Have the guardian go on, should somebody have stopped it, or frozen it in a group of the lab."""
        self.guardian.wake()
        processes.unhinder(self.journal.effects())

    def _receive(self, timeout: float) -> dict[str, Any] | None:
        """Receive one message from the guardian; None when it is gone or silent."""
        self._control.settimeout(timeout)
        while b"\n" not in self._unread:
            try:
                chunk = self._control.recv(65536)
            except TimeoutError:
                return None
            if not chunk:
                return None
            self._unread += chunk
        line, _, self._unread = self._unread.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message


def _named(terminal: Terminal) -> str:
    """Return what people read for the places that a terminal was opened for."""
    return "/".join(map(place_names.shown, terminal.places))


def base_environment(term: str) -> dict[str, str]:
    """Return the variables that every shell in the lab starts with: none are the student's own."""
    term, described = shell_environment.terminal(term)
    return {
        **({"TERMINFO": described} if described else {}),
        "PATH": shell_environment.PATH,
        "HOME": "/root",
        "TERM": term,
        "LC_ALL": "C.UTF-8",
        "HISTFILE": "",
        "INPUTRC": str(INPUTRC),
        "SHELL": "/bin/bash",
    }
