"""Who sits where, and how far they are: each seat of this machine, as its live lab tells it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from runner.lab import locks, seats
from runner.lab.published_state import Notice


class State(StrEnum):
    """What goes on at a seat. They stand in the order in which the page shows them."""

    LIVE = "live"
    OVER = "over"  # All steps are done, or all facts are true.
    BETWEEN = "between"  # Its run has no lab now: somebody reads an introduction, or answers questions.
    LEFT = "left"  # Nobody is there, and an earlier run left something.


@dataclass(frozen=True)
class Desk:
    """A seat of the class."""

    seat: str
    state: State
    told: Notice = field(default_factory=lambda: Notice("", "", ""))

    def title(self, of: str, language: str) -> str:
        """Return the title of the "lesson", its "step" or the "exercise": if need be in another language, or the id."""
        spoken = (self.told.titles.get(language), *self.told.titles.values())
        return next((words[of] for words in spoken if words and words.get(of)), str(getattr(self.told, of)))

    @property
    def number(self) -> int:
        """Return the number of the step that is being done, from 1; that of the last when all are done."""
        return min(self.told.done + 1, self.told.steps)

    def quiet(self, now: float) -> float | None:
        """Return how many seconds ago it came farther; None for who has nothing before them, or does not tell."""
        return max(0.0, now - self.told.moved) if self.told.moved and self.state is State.LIVE else None


def take() -> tuple[Desk, ...]:
    """Look at every seat: who asks for help first, longest first; then who has come no farther for the longest time."""
    return tuple(sorted(_desks(), key=_urgency))


def _urgency(desk: Desk) -> tuple[object, ...]:
    return desk.told.help or math.inf, [*State].index(desk.state), desk.told.moved, desk.seat


def _desks() -> Iterator[Desk]:
    left = set(seats.remembered())
    for seat in sorted({*locks.names(), *left}):
        if notice := seats.published(seat):
            yield Desk(seat, State.OVER if _is_over(notice) else State.LIVE, notice)
        elif seats.holder(seat):
            yield Desk(seat, State.BETWEEN)
        elif seat in left and seats.elsewhere(seat) is None:
            yield Desk(seat, State.LEFT)


def _is_over(notice: Notice) -> bool:
    return notice.true >= notice.facts > 0 if notice.exercise else notice.done >= notice.steps > 0
