"""Looking at processes, and waiting for something that can be seen, with a deadline."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from runner.host import kernel, kernel_files
from runner.lab import seats

PATIENCE = float(os.environ.get("SEMDOCKER_PATIENCE", "30"))  # seconds; a machine in software needs more


def until(true: Callable[[], object], what: str = "", *, patience: float = PATIENCE) -> None:
    """Look again and again until it is true."""
    deadline = time.monotonic() + patience
    while not true():
        assert time.monotonic() < deadline, f"waited {patience:g} s in vain for {what or true}"
        time.sleep(0.01)


def runs(words: str, ancestor: int) -> bool:
    """Say whether a process, or one that comes from it, is a program whose command line ends with these words."""
    return any(kernel.command(pid).endswith(words) for pid in (ancestor, *kernel.descendants(ancestor)))


def runs_on(seat: str, words: str) -> bool:
    """Say whether such a program runs in the live lab of a seat."""
    told = seats.published(seat)
    return bool(told and any(runs(words, shell.pid) for shell in told.places.values()))


def opened(pid: int) -> set[str]:
    """Return what a process has open. One that closes a file at that moment is no error: that one is left out."""
    found = (kernel_files.target(f"/proc/{pid}/fd/{fd}") for fd in kernel_files.names(f"/proc/{pid}/fd"))
    return {path for path in found if path}
