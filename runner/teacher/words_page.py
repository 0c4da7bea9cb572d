"""A page of words only before a class. Where the screen is too small for it, it is read in several screens."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence

from runner.lab.command import STYLES
from runner.messages.catalog import text
from runner.screen.face import Face
from runner.screen.repaint import Paint, painted


class Words:
    """A page of words, and which of its screens is shown. They are made for the size that the window has now."""

    def __init__(self, paint: Paint, footer: str, screen: int, *, waits: bool) -> None:
        self.footer = footer
        self.waits = waits
        self._paint = paint
        self._screen = screen  # the one that is shown; -1 is the last
        self._size = os.terminal_size((0, 0))  # the screens are made for this size
        self._divided: list[list[str]] = []

    def show(self, face: Face) -> None:
        """Show the screen for the window as it is now. A plain face gets the whole page."""
        if not face.repaints:
            self._paint(face)
            if self.waits:
                face.say(self.footer, "dim")
            return
        screens = self._screens()
        self._screen = min(self._screen, len(screens) - 1) % len(screens)
        rest = sum(map(len, screens[self._screen + 1 :]))
        sys.stdout.write("\r\n".join([*screens[self._screen], *(["", *self._below(rest)] if self.waits else ())]))
        sys.stdout.flush()

    def turns(self, by: int) -> bool:
        screen = self._screen + by
        if not 0 <= screen < len(self._screens()):
            return False
        self._screen = screen
        return True

    def count(self) -> int:
        return sum(len(STYLES.sub("", line).split()) for line in self._screens()[self._screen])

    def _screens(self) -> list[list[str]]:
        size = shutil.get_terminal_size()
        if size != self._size:
            below = max(len(self._below(rest)) for rest in (0, 99))
            room = max(1, size.lines - 2 - below)  # a blank line above, and one below
            self._size, self._divided = size, list(divided(painted(self._paint, *size), room))
        return self._divided

    def _below(self, rest: int) -> list[str]:
        way = text("stage.reads-on", count=rest) if rest else self.footer
        return painted(lambda face: face.say(way, "dim"), *shutil.get_terminal_size())


def divided(lines: Sequence[str], room: int) -> Iterator[list[str]]:
    """Divide lines into screens of so many; if possible between paragraphs, but no screen is less than half full."""
    rest = list(lines)
    while len(rest) > room:
        end = next((place for place in range(room, room // 2, -1) if not rest[place].strip()), room)
        yield rest[:end]
        rest = rest[end:] if rest[end].strip() else rest[end + 1 :]
    if rest:
        yield rest
