"""What the kernel allows, tried the way the lessons do it: a lab is opened for a moment, and commands are typed in it.

Nothing stays: it is a lab like any other, with a journal, and a guardian that takes it away even when we are killed.
Its seat is its own, so it meets nobody's lesson.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import NamedTuple

from runner.host import cgroups
from runner.lab import locks, pseudo_terminal, seats
from runner.lab.effects import controllers
from runner.lab.lab import SILENT, Lab
from runner.records.errors import RunnerError
from runner.records.results import CommandResult, Trouble

SEAT = "doctor-"  # and the process's number
TIMEOUT = 10.0  # seconds for a command
OUTPUT = 4096  # bytes of it
MORE = 3  # terminals beside the first: a lesson has one for each place that is entered from the host
USAGE = re.compile(r"\s*(?:usage:|try ['`‘])", re.IGNORECASE)
ERRNO = re.compile(r"\[Errno \d+\] (?P<said>[^:]+)(?:: '(?P<what>[^']*)')?")


class Trial(NamedTuple):
    """What was seen: why there was no lab, and what the commands said that failed, by the capability."""

    lab: str | None
    failed: Mapping[str, str]
    answered: bool = True  # A trial that was killed, or took too long, has seen nothing.
    noticed: tuple[Mapping[str, str], ...] = ()  # the fields of each Leftover: a command may have loaded a module


Commands = tuple[tuple[str, str], ...]  # capability and command


@cache
def begin(commands: Commands, base: Path, term: str) -> tuple[int, int]:
    """Start a process that opens a lab under `base` and types the command of each capability.

    Return its PID and the descriptor on which it will say what it saw. It goes on beside us, for a trial takes about as
    long as reading the course.
    """
    told, tell = os.pipe2(os.O_CLOEXEC)
    pid = os.fork()
    if pid == 0:
        os.close(told)
        try:
            os.write(tell, json.dumps(_try(commands, base, term)).encode())
        finally:
            os._exit(0)
    os.close(tell)
    return pid, told


@cache
def run(commands: Commands, base: Path, term: str) -> Trial:
    """Return what was seen. Once for each process: a machine stays as it is."""
    pid, told = begin(commands, base, term)
    with os.fdopen(told, "rb") as pipe:
        said = pipe.read()
    os.waitpid(pid, 0)
    return Trial(*json.loads(said)) if said else Trial(None, {}, answered=False)


def _try(commands: Commands, base: Path, term: str) -> Trial:
    try:
        return _tried(commands, base, term)
    except RunnerError as error:
        slow = error.values.get("detail") in SILENT  # the kernel refused nothing: a busy machine took too long
        return Trial(None, {}, answered=False) if slow else Trial(_told(error), {})
    except OSError as error:
        return Trial(_readable(str(error)), {})


def _tried(commands: Commands, base: Path, term: str) -> Trial:
    _recover_the_killed()
    seat = f"{SEAT}{os.getpid()}"
    with seats.hold(seat) as lock:
        try:
            lab = Lab.open(seat, lock, base, term=term)
        except BaseException:
            seats.recover(seat)
            raise
        try:
            _open_more_terminals()
            failed = dict(_failures(lab, commands))
            answered = lab.terminal.lives()
        finally:
            rollback = lab.close()
            seats.told(seat)
    return Trial(None, failed if answered else {}, answered, tuple(map(asdict, rollback.noticed)))


def _open_more_terminals() -> None:
    """Open as many terminals as a lesson may need, for a moment. Raise OSError where the machine has no more."""
    with ExitStack() as stack:
        for _ in range(MORE):
            for side in pseudo_terminal.pair():
                stack.callback(os.close, side)


def _recover_the_killed() -> None:
    """Undo the trial of one that was killed together with its guardian: nobody else will take that seat."""
    for seat in seats.remembered():
        if seat.startswith(SEAT) and not seats.holder(seat):
            with suppress(RunnerError), seats.hold(seat, wait=0):  # held; or of another version: `cleanup` tells it
                seats.recover(seat)
    locks.sweep()


def _failures(lab: Lab, commands: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for capability, command in commands:
        if not lab.terminal.lives():  # somebody has killed the shell; each further command would take its whole time
            return
        result = lab.terminal.run(command, timeout=TIMEOUT, limit=OUTPUT, emit=lambda _: None)
        if result.exit != 0 and result.trouble is not Trouble.TIMEOUT:
            yield capability, _withheld(capability) or _said(result)


def _said(result: CommandResult) -> str:
    """Return what went wrong: the last line that a command printed, or the last that nft(8) and ip(8) call an error,
    because nft shows after it what it was asked; the first, where what follows is how the program is used."""
    lines = [line for line in result.output.splitlines() if line.strip()]
    if any(USAGE.match(line) for line in lines):
        return lines[0].strip()
    if lines:
        return ([line for line in lines if line.startswith("Error: ")] or lines)[-1].removeprefix("bash: ").strip()
    return (result.trouble or Trouble.LOST).value if result.exit is None else f"exit {result.exit}"


def _withheld(capability: str) -> str:
    """Say why the root of the v2 tree does not hand a controller to its groups; empty when it does, or there is none.

    The lab has asked for it, and its journal knows what to take back.
    """
    wanted = controllers.offered(cgroups.CONTROLLERS)
    if not capability.startswith("cgroup.") or not wanted:
        return ""
    try:
        controllers.ask(wanted)
    except OSError as error:
        return f"+{' +'.join(wanted)} > {cgroups.read().v2}/cgroup.subtree_control: {error.strerror}"
    return ""


def _told(error: RunnerError) -> str:
    """Return what an error tells of the machine: the place and the kernel's word."""
    values = [str(error.values[name]) for name in ("path", "detail") if name in error.values]
    return _readable(": ".join(values) or error.key)


def _readable(text: str) -> str:
    """Return the kernel's word after what it is about, as programs write it."""
    return ERRNO.sub(lambda found: f"{found['what']}: {found['said']}" if found["what"] else found["said"], text)
