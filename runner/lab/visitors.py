"""Who looks at a live lab without touching it: a file beside the seat's lock has a row for each, "PID START NAME".

A row counts while its process lives, so nothing has to be put back when somebody who looks is killed. The file goes
with the seat.
"""

from __future__ import annotations

import os
from contextlib import suppress

from runner.host import kernel
from runner.host.kernel import Identity
from runner.lab import private_folder
from runner.lab.locks import RUN, VISITORS

LONGEST = 64  # characters of a name
Visitor = tuple[Identity, str]


def enter(seat: str, name: str) -> None:
    """Let it be known that this process looks at the lab of a seat, for a person of that name. Raises OSError."""
    me = kernel.identity(os.getpid())
    assert me
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    file = private_folder.open_file((RUN,), f"{seat}{VISITORS}", flags)
    try:
        os.write(file, f"{me.pid} {me.start} {' '.join(name.split())[:LONGEST]}\n".encode())  # a row is never torn
    finally:
        os.close(file)


def present(seat: str) -> list[Visitor]:
    """Return who looks at the lab of a seat now."""
    found = []
    with suppress(OSError):
        for row in private_folder.read((RUN,), f"{seat}{VISITORS}").decode(errors="replace").splitlines():
            pid, _, rest = row.partition(" ")
            start, _, name = rest.partition(" ")
            if pid.isdecimal() and start.isdecimal():
                found.append((Identity(int(pid), int(start)), name))
    return [visitor for visitor in found if kernel.alive(visitor[0])]


def processes(seat: str) -> set[int]:
    """Return the processes of all who look at the lab of a seat: they are in it, and are not what a student did."""
    return {pid for visitor, _ in present(seat) for pid in kernel.descendants(visitor.pid)}
