"""The typist of a demo. It types at a human pace into the live terminal, before the eyes of a class."""

from __future__ import annotations

import math
import select
import time
from collections.abc import Callable, Iterator
from itertools import cycle

from runner.lab.command import Typist, plain_text
from runner.lab.terminal import Terminal
from runner.records.errors import UsageError
from runner.screen import key_bytes, keys
from runner.teacher.class_screen import Stage

PACE = 18.0  # characters a second
# The pauses between characters, as factors of the mean pause; they repeat.
RHYTHM = (0.6, 1.0, 0.8, 1.3, 0.7, 1.2, 0.9, 0.6, 1.5, 0.8, 1.1)
NEW_WORD = 1.8  # the factor for a blank, because a hand hesitates between words
SOON = 0.02  # seconds of silence after which a prompt counts as whole
TAIL = 4  # characters by which the end of a line is known
LATE = 1.0  # seconds that the terminal has for its prompt, and for the echo of a line


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

    The stage shows the characters, and not the terminal, which would break a long line in the middle of a word. With a
    keyboard, a key for “next” types the rest of the line at once.
    """

    def __init__(self, pace: float, stage: Stage, keyboard: int | None = None) -> None:
        self._pace = pace
        self._stage = stage
        self._keyboard = keyboard
        self._above = ""  # the lines of this command that were typed before
        self._entering = False  # whether the next newline is the echo of the Enter after a line

    def echo(self, data: bytes) -> None:
        if self._entering:
            _, newline, rest = data.partition(b"\n")
            self._entering = not newline
            data = newline + rest
        self._stage.echo(data)

    def line(self, terminal: Terminal, text: str) -> None:
        self._entering = False
        self._await_prompt(terminal)
        show_first = self._stage.line(text, self._above)
        hurried = math.isinf(self._pace)
        heard = bytearray()
        for typed, (character, seconds) in enumerate(pauses(text, self._pace), start=1):
            terminal.write(character.encode())
            show_first(typed)
            hurried = hurried or self._listen(terminal, seconds, heard)
        self._await_echo(terminal, text, heard)
        self._above += text + "\n"
        self._entering = True

    def _await_prompt(self, terminal: Terminal) -> None:
        """Show what the terminal shows before the line: its prompt may still be on its way."""
        until = time.monotonic() + LATE
        while not self._stage.plain and time.monotonic() < until:
            quiet = not select.select([terminal.master], [], [], SOON)[0]
            if quiet and self._stage.column:
                break
            if not quiet:
                terminal.pump()
            show(terminal, self._stage.echo)

    def _listen(self, terminal: Terminal, seconds: float, heard: bytearray) -> bool:
        """Wait so many seconds, and keep the terminal's own echo. Return True at once when “next” is pressed."""
        until = time.monotonic() + seconds
        sources = [terminal.master] if self._keyboard is None else [terminal.master, self._keyboard]
        while (left := until - time.monotonic()) > 0:
            ready, _, _ = select.select(sources, [], [], left)
            if terminal.master in ready:
                terminal.pump()
                show(terminal, heard.extend)
            if self._keyboard in ready and keys.ENTER in keys.pressed(key_bytes.read(self._keyboard)):
                return True
        return False

    def _await_echo(self, terminal: Terminal, text: str, heard: bytearray) -> None:
        """Wait until the terminal has shown all that was typed: what it shows after that is news."""
        until = time.monotonic() + LATE
        while not (self._stage.plain or _shows(heard, text)) and time.monotonic() < until:
            if select.select([terminal.master], [], [], SOON)[0]:
                terminal.pump()
                show(terminal, heard.extend)


def _shows(heard: bytearray, text: str) -> bool:
    """Tell whether a terminal has shown all of a line. It may repeat a character where it breaks the line."""
    shown, wanted = ("".join(words.split()) for words in (plain_text(bytes(heard)), text))
    return len(shown) >= len(wanted) and shown.endswith(wanted[-TAIL:])


def show(terminal: Terminal, screen: Callable[[bytes], None]) -> None:
    """Show what was read from the terminal, without the shell's marks (OSC 133)."""
    for event in terminal.events():
        if isinstance(event, bytes):
            screen(event)
