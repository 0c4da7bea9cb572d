"""When an exercise that was solved comes back: what is repeated just before it is forgotten stays.

Source: the spacing effect; https://en.wikipedia.org/wiki/Spaced_repetition
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

DAYS = (1, 3, 7, 21)  # days until it comes back, after it was solved once, twice, …


@dataclass(frozen=True)
class Solved:
    """How an exercise was solved so far."""

    times: int  # Each counts on the day when it had come back, or later. Seeing the solution begins anew with none.
    last: str  # the last time (UTC, ISO 8601)
    unaided: bool  # whether that was without any hint


def again(before: Solved | None, when: str, *, helped: bool, hints: int) -> Solved:
    """Return how an exercise was solved, after one more time. `helped`: the course showed the solution.

    What was solved before it had come back shows nothing about how long it stays known: it only waits anew.
    """
    if helped:
        return Solved(0, when, unaided=False)
    day = _day(before) if before else None
    if before and day and when[:10] < day.isoformat():
        return replace(before, last=when)
    return Solved(before.times + 1 if before else 1, when, unaided=hints == 0)


def due(solved: Mapping[str, Solved], today: date) -> list[str]:
    """Return the ids of the exercises that have come back; the one that waits longest comes first."""
    days = {id: day for id, one in solved.items() if (day := _day(one)) and day <= today}
    return sorted(days, key=lambda id: days[id])


def today() -> date:
    return datetime.now(UTC).date()


def _day(one: Solved) -> date | None:
    """Return the day on which it comes back; None when it is not known when it was solved."""
    days = DAYS[min(max(one.times, 1), len(DAYS)) - 1] * (2 if one.unaided else 1)
    with suppress(ValueError, OverflowError):
        return datetime.fromisoformat(one.last).date() + timedelta(days)
    return None
