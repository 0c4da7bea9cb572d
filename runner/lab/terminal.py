"""The live terminal: one bash on a PTY; commands are typed into it and followed by the shell's own marks."""

from __future__ import annotations

import codecs
import fcntl
import os
import re
import select
import signal
import struct
import termios
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress

from runner.host import kernel
from runner.lab.osc133 import Mark, Splitter, environment
from runner.records.results import CommandResult, Trouble

GRACE = 2.0  # seconds that an interrupted program gets before it is killed
NUDGE = 0.25  # seconds between two Ctrl-C
QUIET = 0.3  # seconds of silence after which a new shell without marks is looked for
PATIENT = 6  # silences in a row before a shell that inherited our marks counts as having lost them
CHUNK = 65536
STYLES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")  # CSI and OSC of ECMA-48
INTERRUPT = b"\x03"  # Ctrl-C


class Ended(Exception):
    """The shell on the terminal is gone."""


class Withdrawn(Exception):
    """What was being typed is not to run after all. Raised by a typist; the line is cleared."""


class Typist:
    """How lines are typed: this one at once, with nobody looking."""

    def line(self, terminal: Terminal, text: str, *, last: bool) -> None:
        """Type one line and Enter; `last` of its command. Whatever time it takes is not the command's."""
        terminal.type(text)

    def echo(self, data: bytes) -> None:
        """What the terminal shows that no command printed: prompts, and what is typed. Raw."""


AT_ONCE = Typist()


class Terminal:
    """Owns the master side of the PTY. Not thread-safe; one command at a time."""

    def __init__(self, master: int, aid: str) -> None:
        self.master = master
        self.prompt: bytes | None = b""  # what somebody who left the shell had before them; None: a command runs
        self._aid = aid
        self._queue: deque[Mark | bytes] = deque()  # read, but not looked at yet
        self._splitter = Splitter(aid)

    def foreground(self) -> int:
        """PID of the process group in the foreground: the shell or program that the student is in."""
        try:
            return os.tcgetpgrp(self.master)
        except OSError as error:
            raise Ended from error

    def resize(self, columns: int, lines: int) -> None:
        with suppress(OSError):  # a terminal that is gone is noticed by whoever reads from it
            fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def await_shell(self, timeout: float) -> None:
        """Wait for the first prompt. Raises Ended when there is none in time."""
        if not self.ended_within(timeout):
            raise Ended

    def run(
        self,
        command: str,
        *,
        timeout: float,
        limit: int,
        emit: Callable[[str], None],
        new_shell: bool = False,
        typist: Typist = AT_ONCE,
    ) -> CommandResult:
        """Type a command and follow it to its end.

        `timeout` is in seconds, `limit` in bytes of output; past either the program is interrupted, then killed.
        `emit` gets the output as it comes. `new_shell`: the command is expected to start a shell, which is given
        our marks if it comes up without them (its environment was cleared). Raises Withdrawn when the typist does.
        """
        self.prompt = b""
        follow = _Follow(self, command.split("\n"), limit, emit, typist)
        try:
            self._drain(typist.echo)
            self._follow(follow, timeout, new_shell)
        except Ended:
            follow.trouble = Trouble.LOST
        except Withdrawn:
            self.clear_line()
            raise
        exit_status = None if follow.trouble else follow.exit
        return CommandResult(command, exit_status, follow.text(), follow.seconds(), follow.trouble)

    def _follow(self, follow: _Follow, timeout: float, new_shell: bool) -> None:
        shell, silences = self.foreground(), 0
        follow.type_line()
        for event in self._events(lambda: timeout - follow.seconds(), QUIET if new_shell else None):
            if event is None:
                silences += 1
                if self._unmarked_shell(shell, silences):
                    follow.hush()
                    self._arm()
                    shell = self.foreground()
            elif isinstance(event, bytes):
                follow.output(event)
            elif follow.marked(event):
                return
            if follow.trouble:
                break
        else:
            follow.trouble = Trouble.TIMEOUT
        self._stop(shell)

    def type(self, line: str) -> None:
        """Send one line to the shell, as if typed."""
        self.write(line.encode() + b"\n")

    def write(self, data: bytes) -> None:
        while data:
            try:
                data = data[os.write(self.master, data) :]
            except OSError as error:
                raise Ended from error

    def _events(self, seconds_left: Callable[[], float], quiet: float | None = None) -> Iterator[Mark | bytes | None]:
        """Marks, output between them, and None after each `quiet` seconds of silence, while there is time."""
        while (left := seconds_left()) > 0:
            if self._queue:
                yield self._queue.popleft()
            elif select.select([self.master], [], [], min(left, quiet or left))[0]:
                self.pump()
            elif quiet:
                yield None

    def pump(self) -> None:
        """Read what is there. Raises Ended when the shell is gone."""
        self._queue.extend(self._splitter.split(self._read()))

    def events(self) -> Iterator[Mark | bytes]:
        """What was read and not looked at yet."""
        while self._queue:
            yield self._queue.popleft()

    def _read(self) -> bytes:
        try:
            data = os.read(self.master, CHUNK)
        except OSError as error:  # EIO: no process has the terminal open any more
            raise Ended from error
        if not data:
            raise Ended
        return data

    def _drain(self, echo: Callable[[bytes], None]) -> None:
        """What background programs printed since the last command, and the prompt, are not the next one's output."""
        while select.select([self.master], [], [], 0)[0]:
            self.pump()
        for event in self.events():
            if isinstance(event, bytes):
                echo(event)
        self._splitter.forget()

    def _unmarked_shell(self, before: int, silences: int) -> bool:
        """Whether a new bash sits at its prompt without our marks: its environment was cleared, or its rc files
        replaced them (which takes longer to tell from slow rc files)."""
        now = self.foreground()
        found = kernel.stat(now)
        words = kernel.command(now).split()
        if now == before or not found or found.state != "S" or not words or not words[0].endswith("bash"):
            return False
        inherited = self._aid in kernel.environment(now)
        return not kernel.children(now) and (not inherited or silences > PATIENT)

    def _arm(self) -> None:
        """Give our marks to a shell that was started with a cleared environment."""
        pairs = " ".join(f"{name}=$'{_quoted(value)}'" for name, value in environment(self._aid).items())
        self.type(f" export {pairs}")

    def _stop(self, shell: int) -> None:
        """End what runs in the foreground: Ctrl-C first, SIGKILL to its process group after the grace time."""
        for _ in range(int(GRACE / NUDGE)):
            self.write(INTERRUPT)  # again and again: a bash between two prompts takes note and waits for one more key
            if self.ended_within(NUDGE):
                return
        group = self.foreground()
        if group not in (shell, os.getpgrp()):
            os.killpg(group, signal.SIGKILL)
        if not self.ended_within(GRACE):
            raise Ended

    def clear_line(self) -> None:
        """Whatever is typed, or runs in the foreground, is given up: a fresh prompt comes next. Raises Ended."""
        self._stop(self.foreground())

    def ended_within(self, seconds: float) -> bool:
        """Wait for the next prompt, in silence."""
        deadline = time.monotonic() + seconds
        events = self._events(lambda: deadline - time.monotonic())
        return any(isinstance(event, Mark) and event.kind == "D" for event in events)


class _Follow:
    """What is known of the command being followed."""

    def __init__(
        self, terminal: Terminal, lines: list[str], limit: int, emit: Callable[[str], None], typist: Typist
    ) -> None:
        self._terminal = terminal
        self._lines = lines
        self._limit = limit
        self._emit = emit
        self._typist = typist
        self._echo = typist.echo
        self._started = time.monotonic()
        self._printing = False
        self._kept = bytearray()
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self.exit: int | None = None
        self.trouble: Trouble | None = None

    def type_line(self) -> None:
        before = time.monotonic()
        line = self._lines.pop(0)
        self._typist.line(self._terminal, line, last=not self._lines)
        self._started += time.monotonic() - before

    def seconds(self) -> float:
        """Since the command was typed; what the typing took is not counted."""
        return time.monotonic() - self._started

    def output(self, data: bytes) -> None:
        if not self._printing:
            self._echo(data)  # the prompt, and the echo of what was typed
            return
        room = self._limit - len(self._kept)
        self._kept += data[:room]
        text = self._decoder.decode(data[:room])
        if text:
            self._emit(text)
        if len(data) > room:
            self.trouble = Trouble.FLOOD

    def hush(self) -> None:
        """What comes now is our own typing, not the command's output."""
        self._printing = False
        self._echo = AT_ONCE.echo

    def marked(self, mark: Mark) -> bool:
        """Take a mark; True when the command has ended."""
        if mark.kind == "C":
            self._printing = True
        elif mark.kind == "A" and self._lines:
            self.type_line()
        elif mark.kind == "A":
            self.trouble = Trouble.UNFINISHED
        elif mark.kind == "D":
            self._printing = False
            self.exit = int(mark.value or 0)
            if not self._lines or self.exit != 0:
                return True
            self.type_line()
        return False

    def text(self) -> str:
        return plain_text(bytes(self._kept))


def plain_text(output: bytes) -> str:
    """Output as text: lines end in a newline, colours and the like are gone."""
    return STYLES.sub("", output.decode(errors="replace")).replace("\r\n", "\n")


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")
