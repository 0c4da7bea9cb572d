"""A class that is only told of: seats that somebody holds, with notices like those of live labs. Needs no root."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from runner.host import kernel
from runner.lab import locks, published_state, seats
from runner.lab.published_state import HOST, Notice


class Classroom:
    """Puts students at seats below a folder of the test's own."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def sits(self, seat: str) -> None:
        """Hold a seat, without a lab."""
        self._stack.enter_context(seats.hold(seat))

    def works(self, seat: str, **told: Any) -> Notice:
        """Hold a seat with a live lab, whose shell is the test itself."""
        self.sits(seat)
        return self.tells(seat, **told)

    @staticmethod
    def tells(seat: str, *, minutes: float = 0, **told: Any) -> Notice:
        """Let a seat tell that it came no farther for so many minutes, and whatever else."""
        me = kernel.identity(os.getpid())
        assert me
        known = {"lesson": "hostname", "who": seat, "done": 2, "steps": 9, "moved": time.time() - 60 * minutes}
        notice = Notice(**{"mount": "m", "group": "g", "places": {HOST: me}, **known, **told})
        published_state.post(seat, notice)
        return notice


@contextmanager
def classroom(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Classroom]:
    for module in (locks, published_state):
        monkeypatch.setattr(module, "RUN", folder / "run")
    monkeypatch.setattr(seats, "STATE", folder / "state")
    with ExitStack() as stack:
        yield Classroom(stack)
