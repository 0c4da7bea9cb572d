"""Looks after the shell that a student's command starts: a bash without our marks gets them, any other is found out."""

from __future__ import annotations

from runner.lab.front import Front
from runner.lab.osc133 import Mark
from runner.lab.terminal import STRANGE, Terminal

ENTER = b"\r\n"
ANSWER = 2 * STRANGE  # silences in which a bash that was given our marks must use them


class EnteredShell:
    """Told of every key, mark and silence. It looks only while a command runs and no line is half typed."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._before: Front | None = None  # what the running command was typed in
        self._silences = 0
        self._half_typed = False
        self._running = False
        self.arming = False  # what the terminal shows is our own typing
        self.stranger = ""  # the command line of a shell that waits for input and cannot be followed

    @property
    def watched(self) -> bool:
        """Tell whether silence means something."""
        return self._running and not self._half_typed and self._before is not None

    @property
    def shell(self) -> int:
        """Return the PID of the shell that the command was typed in."""
        return self._before.pid if self._before else self._terminal.shell

    def typed(self, data: bytes) -> None:
        if not self._running:
            self._before = self._terminal.front()
        self._silences, self._half_typed, self.stranger = 0, data[-1:] not in ENTER, ""

    def mark(self, mark: Mark) -> None:
        self._silences, self._running = 0, mark.kind == "C"
        if not self._running:
            self.arming, self.stranger = False, ""

    def shown(self) -> None:
        """Take note of output: what comes is no silence."""
        self._silences = 0

    def silent(self) -> None:
        """Look at what has been silent for a while."""
        self._silences += 1
        now = self._terminal.front()
        if self.arming:
            self.stranger = self._terminal.describe(now) if self._silences > ANSWER else ""
        elif now != self._before and self._terminal.is_unmarked_bash(now, self._silences):
            self.arming, self._silences = True, 0
            self._terminal.arm()
        elif now != self._before and self._terminal.is_stranger(now, self._silences):
            self.stranger = self._terminal.describe(now)
