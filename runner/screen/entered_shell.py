"""Looks after the shell that a student's command starts: a bash without our marks gets them, any other is found out."""

from __future__ import annotations

import time

from runner.lab.command import QUIET, STRANGE
from runner.lab.front import Front
from runner.lab.osc133 import Mark
from runner.lab.terminal import Terminal

LINE_OVER = b"\r\n\x03"  # Enter and Ctrl-C
ANSWER = 2 * STRANGE  # silences in which a bash that was given our marks must use them


class EnteredShell:
    """Told of every key, mark and silence. It looks only while a command runs and no line is half typed."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._before: Front | None = None  # what the running command was typed in
        self._silences = 0
        self._heard = 0.0
        self._half_typed = False
        self._running = False
        self.arming = False  # what the terminal shows is our own typing
        self.stranger = ""  # the command line of a shell that waits for input and cannot be followed

    def pause(self) -> float | None:
        """Return the seconds until the next look is due; None while silence means nothing."""
        if not self._running or self._half_typed or self._before is None or self.stranger:
            return None
        return max(0.0, self._heard + (self._silences + 1) * QUIET - time.monotonic())

    @property
    def shell(self) -> int:
        """Return the PID of the shell that the command was typed in."""
        return self._before.pid if self._before else self._terminal.shell

    def typed(self, data: bytes) -> None:
        if not self._running:
            self._before = self._terminal.front()
        self._half_typed, self.stranger = data[-1:] not in LINE_OVER, ""
        self.hear()

    def mark(self, mark: Mark) -> None:
        self._running = mark.kind == "C"
        self.hear()
        if not self._running:
            self.arming, self.stranger = False, ""

    def hear(self) -> None:
        """Take note of a key, a mark or output: that is no silence."""
        self._heard, self._silences = time.monotonic(), 0

    def idle(self) -> None:
        """Look at what has been silent for a while, when a look is due."""
        if self.pause() != 0:
            return
        self._silences += 1
        now = self._terminal.front()
        if self.arming:
            self._give_up(now)
        elif now != self._before and self._terminal.is_unmarked_bash(now, self._silences):
            self.arming = True
            self.hear()
            self._terminal.arm()
        elif now != self._before and self._terminal.is_stranger(now, self._silences):
            self.stranger = self._terminal.describe(now)

    def _give_up(self, now: Front) -> None:
        """Take a bash that was given our marks, and does not use them, for one that cannot be followed."""
        if self._silences > ANSWER:
            self.arming, self._before, self.stranger = False, now, self._terminal.describe(now)
