"""Who is in front at a terminal: the program that gets what is typed there.

Some programs keep a terminal of their own for what they start, and pass on what is typed: sudo, `su --pty`, script,
runc. In front is then whatever has the last of these terminals. Some leave a daemon that keeps it (podman, tmux), and
some start a new session without any (`su -c`). Sources: credentials(7), proc(5), sudoers(5) on `use_pty`.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import NamedTuple

from runner.host import kernel
from runner.host.kernel import Stat

UNMOVED = (signal.SIGTERM, signal.SIGTSTP)  # Every shell at its prompt ignores one of them, and no other program does.


class Front(NamedTuple):
    """What is in front. A program that another replaced (`exec`) differs in its name, or in its environment."""

    pid: int
    program: str | None
    marked: bool  # it was started with the marks of our shells
    relayed: bool  # it is not on the terminal itself, but behind a program that passes on what is typed

    @property
    def is_shell(self) -> bool:
        return is_shell(self.pid)

    @property
    def is_bash(self) -> bool:
        return self.is_shell and self.program == "bash"

    @property
    def is_idle(self) -> bool:
        """Tell whether it sleeps and has started nothing that it may wait for."""
        found = kernel.stat(self.pid)
        return found is not None and found.state == "S" and not kernel.children(self.pid)


def look(group: int, guardian: int, aid: str) -> Front:
    """Look at what is in front where `group` is the process group in the foreground; `aid` is in the shells' marks."""
    pid = find(group, guardian)
    return Front(pid, kernel.program(pid), _marked(pid, aid), pid != group)


def _marked(pid: int, aid: str) -> bool:
    """Tell whether a shell was started with what announces its commands. sudo keeps only the prompts."""
    rows = kernel.environment(pid).splitlines()
    return any(row.startswith("PROMPT_COMMAND=") and aid in row for row in rows)


def find(group: int, guardian: int) -> int:
    """Return the PID of the process group in front. `guardian` adopts the daemons of the lab."""
    followed = {group}
    while not is_shell(group) and (behind := _behind(group, guardian)) and behind not in followed:
        followed.add(behind)
        group = behind
    return group


def is_shell(pid: int) -> bool:
    """Tell whether a process is a shell at which somebody types, and not one that runs a script."""
    return any(kernel.ignores(pid, unmoved) for unmoved in UNMOVED)


def _behind(relay: int, guardian: int) -> int | None:
    """Return what has the terminal that a program keeps for what it starts; None when it keeps none."""
    own = kernel.stat(relay)
    for pid in _started_by(relay, own, guardian) if own else ():
        found = kernel.stat(pid)
        if own and found and found.session != own.session and (found.terminal or is_shell(pid)):
            return found.foreground if found.terminal else pid
    return None


def _started_by(relay: int, own: Stat, guardian: int) -> Iterator[int]:
    """Give the processes that come from a relay, or from a daemon that it left, or that serves it since earlier."""
    yield from kernel.descendants(relay)
    program = kernel.program(relay)
    for daemon in kernel.children(guardian):
        found = kernel.stat(daemon)
        if found and not found.terminal and (found.start >= own.start or kernel.program(daemon) == program):
            yield from kernel.descendants(daemon)
