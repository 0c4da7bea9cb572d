"""The screen with the live terminal on it, and whoever adds a line to it."""

from __future__ import annotations

import os
import re
from typing import Protocol

from runner.lab.command import STYLES
from runner.lab.osc133 import Mark
from runner.lab.terminal import Terminal

KEPT = 65536  # bytes of what is shown again to a student who comes back
CLEARED = re.compile(rb"\x1b\[H\x1b\[[23]?J(?:\x1b\[3J)?")  # Ctrl-L, as terminfo(5) has it in `clear`


class Companion(Protocol):
    """Looks at the lab while the student works in the shell, and may add lines to the screen."""

    repaints: bool  # whether a line may be put above a prompt that waits, which moves the prompt down

    @property
    def quick(self) -> bool:
        """Tell whether a look takes so little time that the prompt may wait for it."""

    def pause(self) -> float:
        """Return the seconds until the next look is due."""

    def hurry(self) -> None:
        """Let the next look be due now."""

    def ended(self, command: str) -> None:
        """Take the words of a command that has ended."""

    def look(self) -> bytes:
        """Look at the lab, and return bytes that may be written wherever the cursor is, such as a window title.

        Raises Ended when the shell of the lab is gone.
        """

    def news(self) -> bytes:
        """Return whole lines to show once above the prompt; empty when there is nothing new."""


class ShellPage:
    """The screen with the shell's prompt on it. Our own lines go above the prompt, never into a half-typed line.

    `prompt` holds everything that the shell printed since its last command ended or it cleared the screen, with the
    line that is being typed. It is None while a command runs.
    """

    def __init__(self, screen: int, companion: Companion | None, terminal: Terminal, *, ends_line: bool) -> None:
        self._screen = screen
        self._terminal = terminal
        self._companion = companion
        self._ends_line = ends_line
        self._at_margin = True
        self._typing = False
        self.prompt = terminal.prompt

    def begin(self) -> None:
        """Show the waiting prompt, or the screen of the program that waits, again to a student who comes back."""
        self._write_at_once(self._terminal.modes.again())
        if self._terminal.modes.full_screen:
            columns, lines = window_size(self._screen)
            self._terminal.resize(columns, lines - 1)  # Of another size it must draw itself anew.
            self._terminal.resize(columns, lines)
        if self.prompt:
            self._write(self.prompt)

    def end(self, *, stays: bool = False) -> None:
        """Put the screen back as usual, and let the next text begin at the start of a line, unless the caller does the
        latter, or the cursor `stays` at the prompt.
        """
        self._write_at_once(self._terminal.modes.usual())
        if self._ends_line and not (stays or self._at_margin):
            self._write(b"\r\n")

    def pause(self) -> float | None:
        return self._companion.pause() if self._companion else None

    def mark(self, mark: Mark) -> None:
        if self._companion and mark.kind == "D" and self.prompt is None:
            self._companion.ended(mark.words)
        self.prompt, self._typing = b"" if mark.kind == "D" else None, False
        if self._companion and mark.kind == "D" and not self._companion.quick:
            self._companion.hurry()  # when the prompt is there
        elif self._companion and mark.kind == "D":
            self._write_at_once(self._companion.look())
            news = self._companion.news()
            if news:
                self._write((b"" if self._at_margin else b"\r\n") + news)

    def output(self, data: bytes) -> None:
        self._terminal.modes.watch(data)
        self._write(data)
        if self.prompt is not None:
            self.prompt = CLEARED.split(self.prompt + data)[-1][-KEPT:]

    def clear_line(self) -> None:
        """Take away the prompt that a shell had before it was given our marks: another comes."""
        self._write_at_once(b"\r\x1b[K")

    def waits(self, prompt: bytes) -> None:
        """Take it that a shell waits at this prompt, though it does not say so."""
        self.prompt, self._typing = prompt, False

    def typing(self) -> None:
        self._typing = True

    def idle(self) -> None:
        """Look at the lab when a look is due. Show the news at once, unless the student is typing a line."""
        if not self._companion or self._companion.pause() > 0:
            return
        self._write_at_once(self._companion.look())
        if self._companion.repaints and self.prompt and b"\n" not in self.prompt and not self._typing:
            news = self._companion.news()
            if news:
                self._write(b"\r\x1b[K" + news + self.prompt)

    def _write(self, data: bytes) -> None:
        write_all(self._screen, data)
        seen = STYLES.sub("", data.decode(errors="replace"))
        if seen:
            self._at_margin = seen.endswith(("\n", "\r"))

    def _write_at_once(self, data: bytes) -> None:
        write_all(self._screen, data)


def write_all(screen: int, data: bytes) -> None:
    while data:
        data = data[os.write(screen, data) :]


def window_size(screen: int) -> tuple[int, int]:
    """Return the columns and lines of the screen; the usual ones where the terminal does not know (0x0)."""
    columns, lines = os.get_terminal_size(screen)
    return columns or 80, lines or 24
