"""Looks, while the student's prompt waits, whether a step has come true by another road: another terminal, a job."""

from __future__ import annotations

import time
from collections.abc import Callable

EVERY = 0.5  # seconds between two looks
SHARE = 10  # after each look we pause so many times its duration: a prompt that waits costs next to nothing


class EffectWatch:
    """Tells once that everything `true` looks at has come true, if it was not so `before`."""

    def __init__(self, true: Callable[[], bool], *, before: bool) -> None:
        self._true = true
        self._before = before
        self._due = 0.0

    def pause(self) -> float:
        return max(0.0, self._due - time.monotonic())

    def came(self) -> bool:
        started = time.monotonic()
        now, before = self._true(), self._before
        self._before = now
        ended = time.monotonic()
        self._due = ended + max(EVERY, SHARE * (ended - started))
        return now and not before
