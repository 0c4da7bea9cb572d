"""Look at a live lab again and again, for the verbs that show it from a second terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from runner.lab import seats

T = TypeVar("T")

GRACE = 3.0  # seconds to wait for a new lab, because a reset or a step back replaces the old one
PAUSE = 0.05  # seconds


def looks(first: T, again: Callable[[], T | None], seat: str, seconds: float) -> Iterator[T]:
    """Yield the first look, and then another after each pause, until the seat's lab has ended for good.

    `again` looks once, and returns None when no lab is live.
    """
    look: T | None = first
    while look is not None:
        yield look
        time.sleep(seconds)
        deadline = time.monotonic() + GRACE
        while (look := again()) is None and seats.holder(seat) and time.monotonic() < deadline:
            time.sleep(PAUSE)
