"""What moves a lesson on before a class: the keys of an instructor, who may use a clicker, or a clock."""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Callable
from contextlib import suppress

from runner.lab.pseudo_terminal import Ended
from runner.lab.terminal import Terminal
from runner.screen import key_bytes, keys
from runner.teacher.typist import show

Show = Callable[[bytes], None]
AT_A_GLANCE = 10  # words for which the usual pause is enough: at two seconds, five words a second
LONGEST = 10  # pauses that one screen takes at most


class Clicker:
    """Reads the keys of an instructor. With `line`, whole lines are read instead of single keys."""

    def __init__(self, *, line: bool) -> None:
        self._line = line
        self.keyboard: int | None = None if line else sys.stdin.fileno()
        self._waiting: list[str] = []
        # A signal handler writes into this pipe, so that `select` wakes up when the window is resized.
        self._wakeup, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def key(self, terminal: Terminal | None = None, screen: Show = lambda _: None) -> str:
        """Wait for the next key, or RESIZED, and return it. Meanwhile show the output of the terminal."""
        if self.keyboard is None:
            return keys.letter()
        while not self._waiting:
            if not _wait(terminal, [self.keyboard, self._wakeup], None, screen):
                terminal = None
            if select.select([self._wakeup], [], [], 0)[0]:
                os.read(self._wakeup, 64)
                return keys.RESIZED
            if select.select([self.keyboard], [], [], 0)[0]:
                self._waiting = keys.pressed(key_bytes.read(self.keyboard))
        return self._waiting.pop(0)

    def resized(self) -> None:
        """Make `key` return RESIZED, because the window has another size. A signal handler may call this."""
        with suppress(BlockingIOError):  # the pipe is full: the message is in it already
            os.write(self._wake, b".")

    def reads(self, words: int) -> None:
        """Do nothing: the instructor sees when the class has read."""

    def forget(self) -> None:
        """Throw away the keys that were pressed before we asked, so that an impatient hand does nothing."""
        self._waiting.clear()
        if self.keyboard is not None:
            keys.forget()

    def number(self, screen: Callable[[str], None]) -> int | None:
        """Read a number that ends with Enter, and return it; None for anything else. `screen` shows the digits."""
        if self._line:
            typed = keys.line()
            return int(typed) if typed.isascii() and typed.isdecimal() else None
        typed = ""
        while (key := self.key()) in "0123456789":
            typed += key
            screen(key)
        if key == keys.RESIZED:
            self.resized()  # the page below must hear of it, too
        return int(typed) if typed and key == keys.ENTER else None


class Clock:
    """Presses Enter by itself, `seconds` after each act; later where there is much to read."""

    keyboard: int | None = None

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._words = 0

    def key(self, terminal: Terminal | None = None, screen: Show = lambda _: None) -> str:
        until = time.monotonic() + self._seconds * min(max(1.0, self._words / AT_A_GLANCE), LONGEST)
        self._words = 0
        while (left := until - time.monotonic()) > 0:
            if not _wait(terminal, [], left, screen):
                terminal = None
        return keys.ENTER

    def resized(self) -> None:
        """Do nothing: the next page will have the new size."""

    def reads(self, words: int) -> None:
        """Give the class time for so many words before the next key."""
        self._words = words

    def forget(self) -> None:
        """Do nothing: nobody presses keys."""

    def number(self, screen: Callable[[str], None]) -> int | None:
        """Return None: nobody types numbers."""


Remote = Clicker | Clock


def _wait(terminal: Terminal | None, others: list[int], seconds: float | None, screen: Show) -> bool:
    """Wait for input from the terminal or one of the `others`; show that of the terminal. False: its shell is gone."""
    if terminal:
        show(terminal, screen)  # earlier reads may have left events
    master = [terminal.master] if terminal else []
    ready, _, _ = select.select([*master, *others], [], [], seconds)
    if terminal and terminal.master in ready:
        try:
            terminal.pump()
        except Ended:
            return False
        show(terminal, screen)
    return True
