"""The machines of a class as a teacher names them: one by one, in a list, or as `vagrant ssh-config` tells of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from runner.host import files, login
from runner.lab import seat_names
from runner.records.errors import RunnerError, UsageError

HOST = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"  # a name or an IPv4 address; it becomes a part of names of files
BETWEEN = re.compile(r"[\s=,;]+")  # so a line may come from a spreadsheet
USER = "root"  # who logs in where nothing else is said
LIMIT = 1 << 20  # bytes of a list


class Machine(NamedTuple):
    """A machine, and the seats of those who work on it."""

    host: str
    seats: tuple[str, ...]


class Named(NamedTuple):
    """What a teacher named: the machines; and where they are known to ssh by a configuration of its own, that."""

    machines: tuple[Machine, ...]
    user: str = USER  # who logs in there
    ssh_config: bytes = b""


def named(words: Sequence[str], list_: Path | None) -> Named:
    """Return the machines of the command line and of a list. Raises UsageError for what is none, or is there twice."""
    content = _content(list_) if list_ else b""
    lines = [line.partition("#")[0].strip() for line in content.decode("utf-8-sig", "replace").splitlines()]
    if hosts := _values("Host", lines):
        user = next(iter(_values("User", lines)), USER)
        found = Named(_machines([*filter(partial(re.fullmatch, HOST), hosts), *words]), user, content)
    else:
        found = Named(_machines([*filter(None, lines), *words]))
    if not found.machines:
        raise UsageError("class-init-none")
    return found


def _values(key: str, lines: Iterable[str]) -> list[str]:
    """Return what ssh's configuration says to a key. In a list of machines that word begins no line."""
    return [value for words in map(str.split, lines) if words[:1] == [key] for value in words[1:]]


def _content(path: Path) -> bytes:
    try:
        return login.act(login.person(), lambda: files.content(path, LIMIT))
    except (OSError, files.NotRead) as error:
        raise RunnerError(
            "class-init-unread", path=str(path), reason=str(getattr(error, "strerror", None) or error)
        ) from error


def _machines(lines: Iterable[str]) -> tuple[Machine, ...]:
    machines = tuple(map(_machine, lines))
    for names in ((one.host for one in machines), (seat for one in machines for seat in one.seats)):
        twice = [name for name, count in Counter(names).items() if count > 1]
        if twice:
            raise UsageError("class-init-twice", name=", ".join(twice))
    return machines


def _machine(line: str) -> Machine:
    """Read "pc01=maria" or "server ana,bruno". Where nobody is named, the seat is called like the machine."""
    host, *seats = BETWEEN.split(line.rstrip("=,; "))
    if not re.fullmatch(HOST, host):
        raise UsageError("class-init-host", name=host or line)
    return Machine(host, tuple(map(seat_names.valid, seats)) or (_seat_of(host),))


def _seat_of(host: str) -> str:
    return re.sub(r"[^a-z0-9-]", "-", host.lower())[: seat_names.LIMIT]
