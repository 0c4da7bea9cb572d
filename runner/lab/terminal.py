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
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

from runner.host import kernel
from runner.lab import front, prompt
from runner.lab.front import Front
from runner.lab.osc133 import Mark, Splitter
from runner.lab.terminal_modes import Modes
from runner.records.results import CommandResult, Trouble

GRACE = 2.0  # seconds that an interrupted program gets before it is killed
NUDGE = 0.25  # seconds between two Ctrl-C
QUIET = 0.3  # seconds of silence after which a new shell without marks is looked for
PATIENT = 6  # After so many silences in a row a shell that inherited our marks counts as having lost them.
STRANGE = 3  # After so many, what waits for input and cannot be followed is refused.
CHUNK = 65536
MULTIPLEXER = "/dev/pts/ptmx"  # makes terminals, as /dev/ptmx does, which some containers do not have
UNLOCK, NUMBER = 0x40045431, 0x80045430  # TIOCSPTLCK and TIOCGPTN of asm-generic/ioctls.h
USUAL = (80, 24)  # columns and lines where a window does not say its own
SMALLEST = (20, 2)  # columns and lines: in less, bash cannot edit a line
LARGEST = 65535  # More does not fit into a struct winsize (ioctl_tty(2)).
STYLES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")  # CSI and OSC of ECMA-48
INTERRUPT = b"\x03"  # Ctrl-C
DISCARD = b"\x15"  # Ctrl-U: an empty line stays empty
CLEAR_LINE = b"\x05" + DISCARD  # Ctrl-E goes to the end of the line, Ctrl-U deletes all before it


def _pair() -> tuple[int, int]:
    """Return the descriptors of both sides of a new terminal. Raises OSError."""
    with suppress(OSError):
        return os.openpty()
    master = os.open(MULTIPLEXER, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    fcntl.ioctl(master, UNLOCK, struct.pack("i", 0))  # unlockpt(3)
    number = struct.unpack("i", fcntl.ioctl(master, NUMBER, bytes(4)))[0]
    return master, os.open(f"/dev/pts/{number}", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)


class Ended(Exception):
    """The shell on the terminal is gone."""


class Typist:
    """How a line is typed: this one types at once, with nobody looking."""

    def line(self, terminal: Terminal, text: str) -> None:
        """Type one line, without Enter. The time that it takes does not count as the command's."""
        terminal.write(text.encode())

    def echo(self, data: bytes) -> None:
        """Take what the terminal shows that no command printed: prompts, and what is typed. Raw."""


AT_ONCE = Typist()


class Terminal:
    """Owns the master side of the PTY. Not thread-safe; one command at a time."""

    def __init__(self, master: int, aid: str) -> None:
        self.master = master
        self.aid = aid
        self.shell = 0  # the PID of its own shell, the first that ran on it
        self.modes = Modes()  # What runs there has switched these at the screen that shows it.
        self.variables: Mapping[str, str] = {}  # These make a shell announce its commands, and tell its world.
        self.prompt: bytes | None = b""  # Whoever left the shell had this before them; None: a command runs.
        self.busy = False  # Whoever left the shell had a command running.
        self.ahead = False  # Something was typed while a command ran, and may stand on the line now.
        self.typed = b""  # Whoever left the shell had pressed these keys at its prompt: a line may be half typed.
        self._queue: deque[Mark | bytes] = deque()  # read, but not looked at yet
        self._splitter = Splitter(aid)

    @classmethod
    def open(cls, aid: str, size: tuple[int, int]) -> tuple[Terminal, int]:
        """Open a terminal of this size (columns, lines) for shells that mark their commands with `aid`.

        Return it with the descriptor of its other side, on which a shell is to be started.
        """
        master, slave = _pair()
        terminal = cls(master, aid)
        terminal.resize(*size)
        return terminal, slave

    def foreground(self) -> int:
        """Return the PID of the process group in front: the shell or program that the student is in (see `front`)."""
        group = self._group()
        return group if group == self.shell else front.find(group, self._guardian())

    def front(self) -> Front:
        """Return what is in front, as it can be compared with what was there before."""
        return front.look(self._group(), self._guardian(), self.aid)

    def _group(self) -> int:
        """Return the process group in the foreground of this terminal itself."""
        try:
            return os.tcgetpgrp(self.master)
        except OSError as error:
            raise Ended from error

    def _guardian(self) -> int:
        shell = kernel.stat(self.shell)
        return shell.parent if shell else 0

    def waits(self) -> bool:
        """Tell whether its own shell is in the foreground: neither a program runs, nor is another shell entered."""
        try:
            return self.foreground() == self.shell and kernel.program(self.shell) == "bash"
        except Ended:
            return False

    def close(self) -> None:
        """Close it: what still runs on it gets SIGHUP, and from now on it counts as gone."""
        os.close(self.master)
        self.master = -1

    def lives(self) -> bool:
        """Tell whether its own shell is there: waiting, or busy with what was started from it."""
        try:
            return self.foreground() > 0
        except Ended:
            return False

    def resize(self, columns: int, lines: int) -> None:
        said = (size or usual for size, usual in zip((columns, lines), USUAL, strict=True))
        wide, high = (max(least, min(size, LARGEST)) for least, size in zip(SMALLEST, said, strict=True))
        with suppress(OSError):  # a terminal that is gone is noticed by whoever reads from it
            fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", high, wide, 0, 0))

    def await_shell(self, timeout: float) -> None:
        """Wait for the first prompt. Raises Ended when there is none in time."""
        if not self.ended_within(timeout):
            raise Ended

    def command(
        self,
        text: str,
        *,
        timeout: float,
        limit: int,
        emit: Callable[[str], None],
        new_shell: bool = False,
        typist: Typist = AT_ONCE,
    ) -> Command:
        """Return a command for this terminal, which its caller types and then follows.

        `timeout` is in seconds that it runs, `limit` in bytes of output; past either the program is interrupted, then
        killed. `emit` gets the output as it comes. `new_shell`: the command is expected to start a shell, which is
        given our marks if it comes up without them (its environment was cleared).
        """
        return Command(self, text, timeout, limit, emit, new_shell=new_shell, typist=typist)

    def run(
        self, text: str, *, timeout: float, limit: int, emit: Callable[[str], None], new_shell: bool = False
    ) -> CommandResult:
        """Type a command at once and follow it to its end; the parameters are those of `command`."""
        command = self.command(text, timeout=timeout, limit=limit, emit=emit, new_shell=new_shell)
        command.type()
        return command.follow()

    def write(self, data: bytes) -> None:
        while data:
            try:
                data = data[os.write(self.master, data) :]
            except OSError as error:
                raise Ended from error

    def await_events(
        self, seconds_left: Callable[[], float], quiet: float | None = None
    ) -> Iterator[Mark | bytes | None]:
        """Give marks, output between them, and None after each `quiet` seconds of silence, while there is time."""
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
        """Give what was read and not looked at yet."""
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

    def take(self) -> None:
        """Take the prompt for a line of our own: what a student left half typed there is cleared. Raises Ended."""
        if self.typed or self.ahead:
            self.write(CLEAR_LINE)
        self.prompt, self.busy, self.ahead, self.typed = b"", False, False, b""

    def drain(self, echo: Callable[[bytes], None]) -> None:
        """Take what came since the last command: the prompt, and what background programs printed."""
        while select.select([self.master], [], [], 0)[0]:
            self.pump()
        for event in self.events():
            if isinstance(event, bytes):
                echo(event)
        self._splitter.forget()

    def is_unmarked_bash(self, now: Front, silences: int) -> bool:
        """Tell whether a bash sits at its prompt without our marks: its environment was cleared, or its rc files
        replaced them (which takes longer to tell from slow rc files)."""
        return now.is_bash and now.is_idle and (not now.marked or (silences > PATIENT and not now.relayed))

    def is_stranger(self, now: Front, silences: int) -> bool:
        """Tell whether a shell that cannot be followed waits for input: another than bash, or one whose marks are
        kept back by the program in between (tmux)."""
        if silences < STRANGE or not now.is_shell or not (now.is_idle or kernel.awaits_input(now.pid)):
            return False
        return not now.is_bash or (now.relayed and now.marked and silences > PATIENT)

    def is_silent_shell(self) -> bool:
        """Tell whether a bash that was started with our marks waits at its prompt."""
        now = self.front()
        return now.is_bash and now.marked and now.is_idle

    def keeps_lines(self) -> bool:
        """Tell whether what is typed now waits, line by line, for whoever reads next: no program takes single keys."""
        return bool(termios.tcgetattr(self.master)[3] & termios.ICANON)

    def reads(self) -> bool:
        """Tell whether what is in the foreground waits for input, or has the terminal pass on every key at once."""
        local_modes = termios.tcgetattr(self.master)[3]
        return not local_modes & termios.ICANON or kernel.awaits_input(self._group())

    def describe(self, now: Front) -> str:
        """Return the command line of what cannot be followed, or of what keeps its marks back."""
        return kernel.command(self._group() if now.is_bash else now.pid)

    def refuse(self, shell: int) -> None:
        """End what was started from a shell and cannot be followed, by telling it that its terminal is gone: a shell
        obeys no Ctrl-C. Raises Ended when it had taken the place of that shell (`exec`)."""
        self._signal(signal.SIGHUP)
        self.stop(shell)

    def _signal(self, number: signal.Signals) -> None:
        """Send a signal to the process group that is in front."""
        with suppress(ProcessLookupError):
            group = os.getpgid(self.foreground())
            if group != os.getpgrp():
                os.killpg(group, number)

    def arm(self) -> None:
        """Give our marks to a shell that was started with a cleared environment."""
        self.write(f" {prompt.exports(self.variables)}\n".encode())

    def stop(self, shell: int) -> None:
        """End what runs in the foreground: Ctrl-C first, SIGKILL to its process group after the grace time."""
        for earlier in range(int(GRACE / NUDGE)):
            self.write(INTERRUPT)  # again and again: a bash between two prompts takes note and waits for one more key
            if self.ended_within(NUDGE):
                if earlier:  # the last one may be noted still, and would swallow the first letter of what comes next
                    self.write(DISCARD)
                    self.ended_within(NUDGE)
                return
        if self.foreground() != shell:
            self._signal(signal.SIGKILL)
        if not self.ended_within(GRACE):
            raise Ended

    def clear_line(self) -> None:
        """Give up what is typed or runs in the foreground: a fresh prompt comes next. Raises Ended."""
        self.stop(self.foreground())
        self.prompt, self.busy, self.ahead, self.typed = b"", False, False, b""

    def ended_within(self, seconds: float) -> bool:
        """Wait for the next prompt, in silence."""
        deadline = time.monotonic() + seconds
        events = self.await_events(lambda: deadline - time.monotonic())
        return any(isinstance(event, Mark) and event.kind == "D" for event in events)


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
