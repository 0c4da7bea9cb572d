"""Whoever goes through a lesson before a class: an instructor with a keyboard or a clicker, or the clock."""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Callable
from contextlib import suppress

from runner.lab.terminal import Ended, Terminal
from runner.screen import keys
from runner.teacher.typist import show

Show = Callable[[bytes], None]


class Clicker:
    """A person's keys. `line`: whole lines are read instead of single keys."""

    def __init__(self, *, line: bool) -> None:
        self._line = line
        self.keyboard: int | None = None if line else sys.stdin.fileno()
        self._waiting: list[str] = []
        self._told, self._tell = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def key(self, terminal: Terminal | None = None, screen: Show = lambda _: None) -> str:
        """The next key, or RESIZED. While it is waited for, what the terminal says goes to the screen."""
        if self.keyboard is None:
            return keys.letter()
        while not self._waiting:
            if not _heard(terminal, [self.keyboard, self._told], None, screen):
                terminal = None
            if select.select([self._told], [], [], 0)[0]:
                os.read(self._told, 64)
                return keys.RESIZED
            if select.select([self.keyboard], [], [], 0)[0]:
                self._waiting = keys.pressed(os.read(self.keyboard, 64))
        return self._waiting.pop(0)

    def resized(self) -> None:
        """The window has another size: whoever waits for a key is told. Does nothing that a signal must not do."""
        with suppress(BlockingIOError):  # it has been said often enough
            os.write(self._tell, b".")

    def forget(self) -> None:
        """Keys that were pressed while nobody asked, by an impatient hand, do nothing."""
        self._waiting.clear()
        if self.keyboard is not None:
            keys.forget()

    def number(self, screen: Callable[[str], None]) -> int | None:
        """A number and Enter; None for anything else. `screen` shows the digits."""
        if self._line:
            typed = keys.line()
            return int(typed) if typed.isascii() and typed.isdecimal() else None
        typed = ""
        while (key := self.key()) in "0123456789":
            typed += key
            screen(key)
        if key == keys.RESIZED:
            self.resized()  # for the page below
        return int(typed) if typed and key == keys.ENTER else None


class Clock:
    """Goes on by itself, `seconds` after each act."""

    keyboard: int | None = None

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def key(self, terminal: Terminal | None = None, screen: Show = lambda _: None) -> str:
        until = time.monotonic() + self._seconds
        while (left := until - time.monotonic()) > 0:
            if not _heard(terminal, [], left, screen):
                terminal = None
        return keys.ENTER

    def resized(self) -> None:
        """The next page will have the new size."""

    def forget(self) -> None:
        """Nobody presses anything."""

    def number(self, screen: Callable[[str], None]) -> int | None:
        """Nor this."""


Remote = Clicker | Clock


def _heard(terminal: Terminal | None, others: list[int], seconds: float | None, screen: Show) -> bool:
    """Wait until somebody has something to say, and show it if it is the terminal; False when its shell is gone."""
    if terminal:
        show(terminal, screen)  # what was read already
    master = [terminal.master] if terminal else []
    ready, _, _ = select.select([*master, *others], [], [], seconds)
    if terminal and terminal.master in ready:
        try:
            terminal.pump()
        except Ended:
            return False
        show(terminal, screen)
    return True
