"""Looks, while the student's prompt waits, whether a step is true by another road: another terminal, a job, or what the
student has done before its page.
"""

from __future__ import annotations

import time
from collections.abc import Callable

EVERY = 0.5  # seconds between two looks
SHARE = 10  # after each look we pause so many times its duration: a prompt that waits costs next to nothing


class EffectWatch:
    """Tells whether all is true that `true` looks at, and how long to wait for the next look."""

    def __init__(self, true: Callable[[], bool], *, likely: bool) -> None:
        """`likely`: all was true a moment ago, so that a look is due at once."""
        self._true = true
        self._due = 0.0 if likely else time.monotonic() + EVERY

    def pause(self) -> float:
        return max(0.0, self._due - time.monotonic())

    def came(self) -> bool:
        started = time.monotonic()
        true = self._true()
        ended = time.monotonic()
        self._due = ended + max(EVERY, SHARE * (ended - started))
        return true
