"""The clock of an exam. It also runs while the machine sleeps, and nobody sets it back."""

from __future__ import annotations

import math
import time

from runner.messages import documents
from runner.messages.catalog import text
from runner.records.exam import Exam

WARNINGS = (1, 5)  # minutes before the end


class Clock:
    """Counts down. It begins with the time that is left."""

    def __init__(self, seconds: float) -> None:
        self._end = now() + seconds
        self._due = [minutes for minutes in WARNINGS if minutes * 60 < seconds]

    def left(self) -> float:
        """Return the seconds that are left; 0 when the time is over."""
        return max(0.0, self._end - now())

    def said(self) -> str:
        """Return how much time is left, as a person says it."""
        minutes = math.ceil(self.left() / 60)
        return text("exam.left", count=minutes) if self.left() > 60 else text("exam.last-minute")

    def warnings(self) -> list[str]:
        """Return a sentence when little time is left, once for each of WARNINGS."""
        passed = [minutes for minutes in self._due if self.left() <= minutes * 60]
        self._due = [minutes for minutes in self._due if minutes not in passed]
        return [self.said()] if passed else []


def left(exam: Exam) -> float:
    """Return the seconds that are left of an exam that was begun, as the machine's calendar has it.

    A calendar that was set back gives back nothing of what passed until the exam was saved, or on its exercises.
    """
    since = max(time.time(), documents.seconds(exam.date)) - documents.seconds(exam.begun)
    whole, passed = exam.minutes * 60, max(since, sum(answer.seconds for answer in exam.answers))
    return min(max(0.0, whole - passed), whole)


def now() -> float:
    """Return the seconds of a clock that nobody sets, and that also runs while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
