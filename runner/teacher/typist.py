"""The typist of a demo. It types at a human pace into the live terminal, which shows each character itself."""

from __future__ import annotations

import math
import select
import time
from collections.abc import Callable, Iterator
from itertools import cycle

from runner.lab.command import Typist
from runner.lab.terminal import Terminal
from runner.records.errors import UsageError
from runner.screen import key_bytes, keys

PACE = 18.0  # characters a second
# The pauses between characters, as factors of the mean pause; they repeat.
RHYTHM = (0.6, 1.0, 0.8, 1.3, 0.7, 1.2, 0.9, 0.6, 1.5, 0.8, 1.1)
NEW_WORD = 1.8  # the factor for a blank, because a hand hesitates between words
BOLD, NORMAL = b"\x1b[1m", b"\x1b[22m"
SOON = 0.02  # seconds that the terminal has to show the last characters


def pace(words: str) -> float:
    """Return a pace in characters a second. `words` is a number, a factor of the usual pace ("2x"), or "inf".

    Raises UsageError for anything else.
    """
    number, factor, _ = words.lower().replace(",", ".").partition("x") if words else (str(PACE), "", "")
    try:
        characters = float(number) * (PACE if factor else 1.0)
    except ValueError:
        characters = 0.0
    if not characters > 0:
        raise UsageError("speed-form", speed=words)
    return characters


def pauses(text: str, pace: float) -> Iterator[tuple[str, float]]:
    """Yield each character with the seconds to wait after it. `pace` is in characters a second."""
    for character, factor in zip(text, cycle(RHYTHM), strict=False):
        yield character, factor / pace * (NEW_WORD if character == " " else 1.0)


class Watched(Typist):
    """Types a line at `pace` (characters a second; infinite is at once) before people who watch.

    `show` gets the output of the terminal. With a keyboard, a key for “next” types the rest of the line at once.
    """

    def __init__(self, pace: float, show: Callable[[bytes], None], keyboard: int | None = None) -> None:
        self._pace = pace
        self._show = show
        self._keyboard = keyboard

    def echo(self, data: bytes) -> None:
        self._show(data)

    def line(self, terminal: Terminal, text: str) -> None:
        self._show(BOLD)
        try:
            self._characters(terminal, text)
        finally:
            self._show(NORMAL)

    def _characters(self, terminal: Terminal, text: str) -> None:
        hurried = math.isinf(self._pace)
        for character, seconds in pauses(text, self._pace):
            terminal.write(character.encode())
            hurried = hurried or self._listen(terminal, seconds)
        self._listen(terminal, SOON)

    def _listen(self, terminal: Terminal, seconds: float) -> bool:
        """Show the terminal's output for so many seconds. Return True at once when “next” is pressed."""
        until = time.monotonic() + seconds
        sources = [terminal.master] if self._keyboard is None else [terminal.master, self._keyboard]
        while (left := until - time.monotonic()) > 0:
            ready, _, _ = select.select(sources, [], [], left)
            if terminal.master in ready:
                terminal.pump()
                show(terminal, self.echo)
            if self._keyboard in ready and keys.ENTER in keys.pressed(key_bytes.read(self._keyboard)):
                return True
        return False


def show(terminal: Terminal, screen: Callable[[bytes], None]) -> None:
    """Show what was read from the terminal, without the shell's marks (OSC 133)."""
    for event in terminal.events():
        if isinstance(event, bytes):
            screen(event)
