"""The student's keyboard and screen, connected to the lab's live terminal: to type a command, or to look around.

The terminal is the very one that the lesson uses, so whatever is done in it has happened to the lesson.
"""

from __future__ import annotations

import os
import select
import signal
import termios
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol

from runner.marks import Mark
from runner.model import CommandResult, Trouble
from runner.terminal import CHUNK, STYLES, Ended, Terminal, plain_text

LEAVE = b"\x1d"  # Ctrl-]
KEPT = 65536  # bytes of output that checks may look at
SETTLE = 0.05  # seconds in which the prompt after a command still comes


class Companion(Protocol):
    """Somebody who looks at the lab while the student works, and may have something to say."""

    repaints: bool  # whether a prompt that waits may be moved down by a line

    def pause(self) -> float:
        """Seconds until the next look is due."""

    def look(self) -> bytes:
        """Look, and give what is to be written at once wherever the cursor is, such as a title.

        Raises Ended when there is nobody left to work with.
        """

    def news(self) -> bytes:
        """Whole lines to show above the prompt, once; empty when there is nothing new."""


def hand_over(
    terminal: Terminal, keyboard: int, screen: int, *, one_command: bool, companion: Companion | None = None
) -> CommandResult | None:
    """Connect them until the student presses Ctrl-], or, with `one_command`, until a command has ended.

    Returns the last command that ran, None when none did. `keyboard` and `screen` are terminals.
    """
    watch = _Watch()
    page = _Page(screen, companion, terminal.prompt)
    with _raw(keyboard), _sized(terminal, screen):
        try:
            page.begin()
            while not (one_command and watch.done):
                _show(terminal, page, watch)
                ready, _, _ = select.select([keyboard, terminal.master], [], [], page.pause())
                if keyboard in ready and _typed(terminal, page, os.read(keyboard, CHUNK)):
                    break
                if terminal.master in ready:
                    terminal.pump()
                if not ready:
                    page.idle()
        except Ended:
            return CommandResult("", None, watch.text(), watch.seconds(), Trouble.LOST)
        finally:
            terminal.prompt = page.prompt
    return watch.result()


def _typed(terminal: Terminal, page: _Page, data: bytes) -> bool:
    """Pass on what was typed; True when the student wants to leave."""
    before, leave, _ = data.partition(LEAVE)
    if before:
        page.typing()
        terminal.write(before)
    return bool(leave)


def _show(terminal: Terminal, page: _Page, watch: _Watch) -> None:
    for event in terminal.events():
        if isinstance(event, Mark):
            page.mark(event)
            watch.mark(event)
        else:
            page.output(event)
            watch.output(event)


class _Page:
    """The screen, and what is known of the prompt on it: lines of ours go above it, and never into a line being typed.

    `prompt` is what the shell printed since its last command ended, with the line that is being typed; None while a
    command runs.
    """

    def __init__(self, screen: int, companion: Companion | None, prompt: bytes | None) -> None:
        self._screen = screen
        self._companion = companion
        self._at_margin = True
        self._typing = False
        self.prompt = prompt

    def begin(self) -> None:
        """Somebody who comes back sees the prompt that is waiting."""
        if self.prompt:
            self._write(self.prompt)

    def pause(self) -> float | None:
        return self._companion.pause() if self._companion else None

    def mark(self, mark: Mark) -> None:
        self.prompt, self._typing = b"" if mark.kind == "D" else None, False
        if self._companion and mark.kind == "D":
            self._write_at_once(self._companion.look())
            news = self._companion.news()
            if news:
                self._write((b"" if self._at_margin else b"\r\n") + news)

    def output(self, data: bytes) -> None:
        self._write(data)
        if self.prompt is not None:
            self.prompt += data

    def typing(self) -> None:
        self._typing = True

    def idle(self) -> None:
        """Nothing came for a while: look, and tell at once where no line is being typed."""
        if not self._companion or self._companion.pause() > 0:
            return
        self._write_at_once(self._companion.look())
        if self._companion.repaints and self.prompt and b"\n" not in self.prompt and not self._typing:
            news = self._companion.news()
            if news:
                self._write(b"\r\x1b[K" + news + self.prompt)

    def _write(self, data: bytes) -> None:
        os.write(self._screen, data)
        seen = STYLES.sub("", data.decode(errors="replace"))
        if seen:
            self._at_margin = seen.endswith(("\n", "\r"))

    def _write_at_once(self, data: bytes) -> None:
        if data:
            os.write(self._screen, data)


class _Watch:
    """What the marks tell about the command that the student typed."""

    def __init__(self) -> None:
        self._started = 0.0
        self._kept = bytearray()
        self._exit: int | None = None
        self._running = False
        self.done = False

    def mark(self, mark: Mark) -> None:
        if mark.kind == "C":
            self._started, self._running, self.done = time.monotonic(), True, False
            self._kept.clear()
        elif mark.kind == "D" and self._running:
            self._exit, self._running, self.done = int(mark.value or 0), False, True

    def output(self, data: bytes) -> None:
        if self._running:
            self._kept += data[: KEPT - len(self._kept)]

    def text(self) -> str:
        return plain_text(bytes(self._kept))

    def seconds(self) -> float:
        return time.monotonic() - self._started if self._started else 0.0

    def result(self) -> CommandResult | None:
        return CommandResult("", self._exit, self.text(), self.seconds()) if self.done else None


@contextmanager
def _raw(keyboard: int) -> Iterator[None]:
    """Keys reach the lab one by one, Ctrl-C included; the keyboard is given back as it was."""
    before = termios.tcgetattr(keyboard)
    try:
        tty.setraw(keyboard, termios.TCSADRAIN)
        yield
    finally:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)


@contextmanager
def _sized(terminal: Terminal, screen: int) -> Iterator[None]:
    """The lab's terminal is as large as the student's, and follows it."""

    def follow(*_: int | FrameType | None) -> None:
        terminal.resize(*os.get_terminal_size(screen))

    before = signal.signal(signal.SIGWINCH, follow)
    follow()
    try:
        yield
    finally:
        signal.signal(signal.SIGWINCH, before)
