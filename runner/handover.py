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

from runner import record
from runner.marks import Mark
from runner.model import CommandResult, Trouble
from runner.terminal import CHUNK, Ended, Terminal, plain_text

LEAVE = b"\x1d"  # Ctrl-]
KEPT = 65536  # bytes of output that checks may look at
SETTLE = 0.05  # seconds in which the prompt after a command still comes


def hand_over(terminal: Terminal, keyboard: int, screen: int, *, one_command: bool) -> CommandResult | None:
    """Connect them until the student presses Ctrl-], or, with `one_command`, until a command has ended.

    Returns the last command that ran, None when none did. `keyboard` and `screen` are terminals.
    """
    watch = _Watch()
    with _raw(keyboard), _sized(terminal, screen):
        try:
            while not (one_command and watch.done):
                ready, _, _ = select.select([keyboard, terminal.master], [], [])
                if keyboard in ready and _typed(terminal, os.read(keyboard, CHUNK)):
                    break
                if terminal.master in ready:
                    terminal.pump()
                _show(terminal, screen, watch)
        except Ended:
            return CommandResult("", None, watch.text(), watch.seconds(), Trouble.LOST)
    return watch.result()


def _typed(terminal: Terminal, data: bytes) -> bool:
    """Pass on what was typed; True when the student wants to leave."""
    before, leave, _ = data.partition(LEAVE)
    terminal.write(before)
    return bool(leave)


def _show(terminal: Terminal, screen: int, watch: _Watch) -> None:
    for event in terminal.events():
        if isinstance(event, Mark):
            watch.mark(event)
        else:
            record.write(screen, event)
            watch.output(event)


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
