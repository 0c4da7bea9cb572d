"""A terminal of our own making (pty(7)): what is typed goes in, and output with the shells' marks comes out."""

from __future__ import annotations

import fcntl
import os
import select
import struct
import termios
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Self

from runner.lab.osc133 import Mark, Splitter

CHUNK = 65536
MULTIPLEXER = "/dev/pts/ptmx"  # makes terminals, as /dev/ptmx does, which some containers do not have
UNLOCK, NUMBER = 0x40045431, 0x80045430  # TIOCSPTLCK and TIOCGPTN of asm-generic/ioctls.h
USUAL = (80, 24)  # columns and lines where a window does not say its own
SMALLEST = (20, 2)  # columns and lines: in less, bash cannot edit a line
LARGEST = 65535  # More does not fit into a struct winsize (ioctl_tty(2)).


def pair() -> tuple[int, int]:
    """Return the descriptors of both sides of a new terminal. Raises OSError."""
    with suppress(OSError):
        return os.openpty()
    master = os.open(MULTIPLEXER, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    fcntl.ioctl(master, UNLOCK, struct.pack("i", 0))  # unlockpt(3)
    number = struct.unpack("i", fcntl.ioctl(master, NUMBER, bytes(4)))[0]
    return master, os.open(f"/dev/pts/{number}", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)


class Ended(Exception):
    """The shell on the terminal is gone."""


class PseudoTerminal:
    """Owns the master side. Not thread-safe."""

    def __init__(self, master: int, aid: str) -> None:
        self.master = master
        self.aid = aid
        self._queue: deque[Mark | bytes] = deque()  # read, but not looked at yet
        self._splitter = Splitter(aid)

    @classmethod
    def open(cls, aid: str, size: tuple[int, int]) -> tuple[Self, int]:
        """Open a terminal of this size (columns, lines) for shells that mark their commands with `aid`.

        Return it with the descriptor of its other side, on which a shell is to be started.
        """
        master, slave = pair()
        terminal = cls(master, aid)
        terminal.resize(*size)
        return terminal, slave

    def group(self) -> int:
        """Return the process group in the foreground of this terminal itself."""
        try:
            return os.tcgetpgrp(self.master)
        except OSError as error:
            raise Ended from error

    def close(self) -> None:
        """Close it: what still runs on it gets SIGHUP, and from now on it counts as gone."""
        os.close(self.master)
        self.master = -1

    def resize(self, columns: int, lines: int) -> None:
        said = (size or usual for size, usual in zip((columns, lines), USUAL, strict=True))
        wide, high = (max(least, min(size, LARGEST)) for least, size in zip(SMALLEST, said, strict=True))
        with suppress(OSError):  # a terminal that is gone is noticed by whoever reads from it
            fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", high, wide, 0, 0))

    def write(self, data: bytes) -> None:
        while data:
            try:
                data = data[os.write(self.master, data) :]
            except OSError as error:
                raise Ended from error

    def pump(self) -> None:
        """Read what is there. Raises Ended when the shell is gone."""
        self._queue.extend(self._splitter.split(self._read()))

    def events(self) -> Iterator[Mark | bytes]:
        """Give what was read and not looked at yet."""
        while self._queue:
            yield self._queue.popleft()

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

    def _read(self) -> bytes:
        try:
            data = os.read(self.master, CHUNK)
        except OSError as error:  # EIO: no process has the terminal open any more
            raise Ended from error
        if not data:
            raise Ended
        return data

    def drain(self, echo: Callable[[bytes], None]) -> None:
        """Take what came since the last command: the prompt, and what background programs printed."""
        while select.select([self.master], [], [], 0)[0]:
            self.pump()
        for event in self.events():
            if isinstance(event, bytes):
                echo(event)
        self._splitter.forget()

    def ended_within(self, seconds: float) -> bool:
        """Wait for the next prompt, in silence."""
        deadline = time.monotonic() + seconds
        events = self.await_events(lambda: deadline - time.monotonic())
        return any(isinstance(event, Mark) and event.kind == "D" for event in events)

    def keeps_lines(self) -> bool:
        """Tell whether what is typed now waits, line by line, for whoever reads next: no program takes single keys."""
        return bool(termios.tcgetattr(self.master)[3] & termios.ICANON)
