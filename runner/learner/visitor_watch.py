"""Tells the student in a line when somebody begins to look at the lab, and when nobody does any more."""

from __future__ import annotations

import sys
import time

from runner.lab import visitors
from runner.messages import safe_text
from runner.messages.catalog import text
from runner.screen.shell_page import Companion

EVERY = 1.0  # seconds between two looks
YELLOW, PLAIN = "\x1b[33m", "\x1b[0m"


class VisitorWatch:
    """A Companion of the free shell, alone or around another one. Where nothing is repainted, `changes` is asked."""

    def __init__(self, seat: str, other: Companion | None = None, *, plain: bool = False) -> None:
        self.repaints = other.repaints if other else not plain
        self._seat = seat
        self._other = other
        self._known: frozenset[str] = frozenset()
        self._due = 0.0

    @property
    def quick(self) -> bool:
        return self._other.quick if self._other else True

    def pause(self) -> float:
        own = max(0.0, self._due - time.monotonic())
        return min(own, self._other.pause()) if self._other else own

    def hurry(self) -> None:
        if self._other:
            self._other.hurry()

    def ended(self, command: str) -> None:
        if self._other:
            self._other.ended(command)

    def look(self) -> bytes:
        self._due = time.monotonic() + EVERY
        return self._other.look() if self._other else b""

    def news(self) -> bytes:
        lines = (f"{YELLOW}{line}{PLAIN}" if self.repaints else line for line in self.changes())
        own = "".join(f"{line}\r\n" for line in lines).encode(sys.stdout.encoding or "utf-8", errors="replace")
        return own + (self._other.news() if self._other else b"")

    def changes(self) -> list[str]:
        """Return a sentence for everybody who has come, or gone, since this was asked last."""
        now = frozenset(safe_text.line(name) for _, name in visitors.present(self._seat))
        came, gone, self._known = now - self._known, self._known - now, now
        return [
            *(text("learn.visited", name=name) for name in sorted(came)),
            *(text("learn.unvisited", name=name) for name in sorted(gone)),
        ]
