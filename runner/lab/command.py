"""One command in the live terminal, typed by whatever hand, and followed by the shell's marks."""

from __future__ import annotations

import codecs
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from runner.lab.front import Front
from runner.lab.osc133 import Mark
from runner.lab.pseudo_terminal import Ended
from runner.records.results import CommandResult, Trouble

if TYPE_CHECKING:
    from runner.lab.terminal import Terminal

QUIET = 0.3  # seconds of silence after which a new shell without marks is looked for
STRANGE = 3  # After so many silences in a row what waits for input and cannot be followed is refused.
STYLES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")  # CSI and OSC of ECMA-48


class Typist:
    """How a line is typed: this one types at once, with nobody looking."""

    def line(self, terminal: Terminal, text: str) -> None:
        """Type one line, without Enter. The time that it takes does not count as the command's."""
        terminal.write(text.encode())

    def echo(self, data: bytes) -> None:
        """Take what the terminal shows that no command printed: prompts, and what is typed. Raw."""


AT_ONCE = Typist()


class Command:
    """One command in the live terminal: `type` it, then `follow` it; or `withdraw` what was typed.

    A command of several lines runs up to its last line while it is typed; the last Enter belongs to `follow`.
    """

    def __init__(
        self,
        terminal: Terminal,
        text: str,
        timeout: float,
        limit: int,
        emit: Callable[[str], None],
        *,
        new_shell: bool,
        typist: Typist,
    ) -> None:
        self._terminal = terminal
        self._text = text
        self._timeout = timeout
        self._limit = limit
        self._emit = emit
        self._quiet = QUIET if new_shell else None
        self._typist = typist
        self._echo = typist.echo
        self._lines = text.split("\n")
        self._shell = 0
        self._before: Front | None = None  # This was in front, so it is not what the command started.
        self._armed = False
        self._seconds = 0.0  # The time of typing does not count.
        self._printing = False
        self._kept = bytearray()
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._exit: int | None = None
        self._detail = ""
        self._trouble: Trouble | None = None
        self._over = False

    def type(self) -> None:
        """Type it, all but the last Enter. A shell that is gone, or a line that fails, shows in what `follow` gives."""
        with self._noticing_the_end():
            self._terminal.take()
            self._terminal.drain(self._echo)
            self._before = self._terminal.front()
            self._shell = self._before.pid
            self._typist.line(self._terminal, self._lines.pop(0))
            while self._lines and not self._over:
                self._enter()
                if not self._over:
                    self._typist.line(self._terminal, self._lines.pop(0))

    def follow(self) -> CommandResult:
        """Press Enter, and follow the command to its end."""
        if not self._over:
            with self._noticing_the_end():
                self._enter()
        exit_status = None if self._trouble else self._exit
        output = plain_text(bytes(self._kept))
        return CommandResult(self._text, exit_status, output, self._seconds, self._trouble, self._detail)

    def withdraw(self) -> None:
        """Clear what was typed: it is not to run after all. Raises Ended when the shell is gone."""
        self._terminal.clear_line()

    @contextmanager
    def _noticing_the_end(self) -> Iterator[None]:
        try:
            yield
        except Ended:
            self._trouble, self._over = Trouble.LOST, True

    def _enter(self) -> None:
        """Run the line that was typed, until the shell asks for the next one or the command is over."""
        began = time.monotonic()
        self._terminal.write(b"\n")
        try:
            self._follow_line(began)
        finally:
            self._seconds += time.monotonic() - began
        if self._trouble:
            self._over = True
            if self._trouble is Trouble.NOT_BASH:
                with suppress(Ended):
                    self._terminal.refuse(self._shell)
            else:
                self._terminal.stop(self._shell)

    def _follow_line(self, began: float) -> None:
        silences, left = 0, self._timeout - self._seconds
        for event in self._terminal.await_events(lambda: left - (time.monotonic() - began), self._quiet):
            silences = silences + 1 if event is None else 0
            if event is None:
                self._look_for_a_shell(silences)
            elif isinstance(event, bytes):
                self._output(event)
            elif self._marked(event):
                return
            if self._trouble:
                return
        self._trouble = Trouble.TIMEOUT

    def _look_for_a_shell(self, silences: int) -> None:
        """Look whether what was started waits for input: a bash without marks gets them, anything else is refused."""
        now = self._terminal.front()
        if now != self._before and self._terminal.is_unmarked_bash(now, silences):
            self._give_marks(now)
        elif self._cannot_follow(now, silences):
            self._detail, self._trouble = self._terminal.describe(now), Trouble.NOT_BASH

    def _cannot_follow(self, now: Front, silences: int) -> bool:
        if now == self._before:
            return self._armed and silences >= STRANGE  # It took our marks, and does not use them.
        asks = silences >= STRANGE and now.program != "bash" and self._prompts and self._terminal.reads()
        return asks or self._terminal.is_stranger(now, silences)

    @property
    def _prompts(self) -> bool:
        """Tell whether the output ends in the middle of a line, as a prompt does."""
        return bool(self._kept) and not plain_text(bytes(self._kept)).endswith("\n")

    def _give_marks(self, now: Front) -> None:
        """Arm the new shell. What comes now is our own typing, not the command's output."""
        self._printing = False
        self._echo = AT_ONCE.echo
        self._before, self._armed = now, True
        self._terminal.arm()

    def _output(self, data: bytes) -> None:
        if not self._printing:
            self._echo(data)  # the prompt, and the echo of what was typed
            return
        room = self._limit - len(self._kept)
        self._kept += data[:room]
        text = self._decoder.decode(data[:room])
        if text:
            self._emit(text)
        if len(data) > room:
            self._trouble = Trouble.FLOOD

    def _marked(self, mark: Mark) -> bool:
        """Take a mark. Return whether the line has ended: the shell asks for the next one, or the command is over."""
        if mark.kind == "C":
            self._printing = True
            return False
        if mark.kind == "A":
            self._trouble = None if self._lines else Trouble.UNFINISHED
            return bool(self._lines)
        self._printing = False
        self._exit = int(mark.value or 0)
        self._over = not self._lines or self._exit != 0
        return True


def plain_text(output: bytes) -> str:
    """Return output as text: lines end in a newline, colors and the like are gone. Bytes that are not UTF-8 stay."""
    return STYLES.sub("", output.decode(errors="surrogateescape")).replace("\r\n", "\n")
