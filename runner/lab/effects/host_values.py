"""Values of the whole machine that a command in the lab can change: noted at the start, put back at the end.

These are its name, and the values of the kernel below /proc/sys (proc_sys(5)), which a container can set that has
mounted a proc of its own. Those of the network belong to the lab.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from runner.lab.journal import Journal

TOP = "/proc/sys"
NOT_OURS = (f"{TOP}/net", f"{TOP}/kernel/random", f"{TOP}/fs/binfmt_misc")  # the lab's own, or no plain values
NAME = f"{TOP}/kernel/hostname"
LONGEST = 4096  # bytes of a value
PASSES = 2  # Some values can be set only when another is right.


def note(journal: Journal) -> None:
    """Journal the host's values, as the first of the seats that are open now found them."""
    with journal.alone():
        values = baseline(journal)
        journal.intend("host", f"hostname {values['hostname']}", **values)


def baseline(journal: Journal) -> dict[str, str]:
    """Return what the host's values are, or will be again when the other seats that are open now have ended."""
    earlier = journal.neighbours("host")
    return dict(earlier[0].data) if earlier else current()


def current() -> dict[str, str]:
    """Return the host's values as they are now, by their names in sysctl(8); 2 ms."""
    values = {"hostname": socket.gethostname()}
    for folder, folders, files in os.walk(TOP):
        folders[:] = [name for name in folders if f"{folder}/{name}" not in NOT_OURS]
        for path in (f"{folder}/{name}" for name in files):
            if path != NAME and (value := _read(path)) is not None:
                values[path.removeprefix(f"{TOP}/").replace("/", ".")] = value
    return values


def _read(path: str) -> str | None:
    """Return a value that can be read and set; None for any other."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 -- some hundred of them, in every lesson
        if not (mode & 0o200 and mode & 0o400):
            return None
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return os.read(file, LONGEST).decode(errors="replace").strip()
        finally:
            os.close(file)
    except OSError:  # it cannot be read after all, or is gone
        return None


def restore(data: Mapping[str, Any]) -> list[str]:
    """Put back what was changed behind our back. Return the names of the values that were."""
    changed = _changed(data)
    for _ in range(PASSES):
        for name in _changed(data):
            with suppress(OSError):  # it shows in the comparison of the machine with how it was
                _set(name, data[name])
    return changed


def _changed(data: Mapping[str, Any]) -> list[str]:
    return [name for name, value in current().items() if data.get(name, value) != value]


def _set(name: str, value: str) -> None:
    if name == "hostname":
        socket.sethostname(value)
    else:
        Path(TOP, name.replace(".", "/")).write_text(value)
