"""Look at a live lab again and again, for the verbs that show it from a second terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from runner.lab import seats
from runner.messages.catalog import text
from runner.screen.face import Face

T = TypeVar("T")

GRACE = 3.0  # seconds to wait for a new lab, because a reset or a step back replaces the old one
PAUSE = 0.05  # seconds


def looks(again: Callable[[], T | None], seat: str, seconds: float) -> Iterator[T | None]:
    """Yield a look after each pause, from the seat's first lab until its run has ended; None while no lab is live.

    Before a run begins we wait for it, and between two exercises or lessons for the next one. `again` looks once, and
    returns None when no lab is live.
    """
    begun = False
    while (look := _patient(again, seat) if begun else again()) is not None or not begun or seats.holder(seat):
        begun = begun or look is not None
        yield look
        time.sleep(seconds)


def _patient(again: Callable[[], T | None], seat: str) -> T | None:
    deadline = time.monotonic() + GRACE
    while (look := again()) is None and seats.holder(seat) and time.monotonic() < deadline:
        time.sleep(PAUSE)
    return look


def waiting(seat: str, face: Face) -> None:
    """Show, in place of a look, that there is no lab to look at."""
    face.say(text("watch.waiting", seat=seat), "dim")
