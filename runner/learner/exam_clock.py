"""The clock of an exam. It also runs while the machine sleeps, and nobody sets it back."""

from __future__ import annotations

import math
import time
from datetime import UTC, datetime

from runner.messages.catalog import text

WARNINGS = (1, 5)  # minutes before the end


class Clock:
    """Counts down. It begins with the time that is left."""

    def __init__(self, seconds: float) -> None:
        self._end = _now() + seconds
        self._due = [minutes for minutes in WARNINGS if minutes * 60 < seconds]

    def left(self) -> float:
        """Return the seconds that are left; 0 when the time is over."""
        return max(0.0, self._end - _now())

    def said(self) -> str:
        """Return how much time is left, as a person says it."""
        minutes = math.ceil(self.left() / 60)
        return text("exam.left", count=minutes) if self.left() > 60 else text("exam.last-minute")

    def warnings(self) -> list[str]:
        """Return a sentence when little time is left, once for each of WARNINGS."""
        passed = [minutes for minutes in self._due if self.left() <= minutes * 60]
        self._due = [minutes for minutes in self._due if minutes not in passed]
        return [self.said()] if passed else []


def left(begun: str, minutes: int) -> float:
    """Return the seconds that are left of an exam that was begun at that time, as the machine's calendar has it."""
    since = (datetime.now(UTC) - datetime.fromisoformat(begun)).total_seconds()
    return min(max(0.0, minutes * 60 - since), minutes * 60)


def _now() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)
