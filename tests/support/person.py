"""A person at the keyboard of a real terminal, who reads the screen.

Each test that drives the command at a terminal does it as such a person.
"""

from __future__ import annotations

import re
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pexpect
import pyte

from tests.support.command import CHECKOUT, COMMAND
from tests.support.waiting import PATIENCE

ENVIRONMENT = {"TERM": "xterm-256color", "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"}
ENTER = "\r"
CTRL_C = "\x03"
LEAVE = "\x1d"  # Ctrl-] leaves the free shell
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07")

Wanted = str | re.Pattern[str]
present: list[Person] = []


class Screen(pyte.HistoryScreen):
    """What is seen, and what has scrolled away."""

    def write_process_input(self, data: str) -> None:
        """A real terminal answers when a program asks it something; ours do not ask."""


class Person:
    """Types, presses keys, and sees what the terminal shows."""

    def __init__(
        self,
        *words: str,
        program: Sequence[str] = COMMAND,
        size: tuple[int, int] = (80, 24),
        seat: str = "",
        cwd: Path = CHECKOUT,
        patience: float = PATIENCE,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start a program on a terminal of so many columns and lines; a verb that takes a seat may be given one."""
        columns, lines = size
        self.seat = seat
        self.patience = patience
        self.shown = ""  # everything that was sent to the screen, from the beginning
        self.seen = ""  # from what was waited for before, to what was waited for last
        self.screen = Screen(columns, lines, history=10_000)
        self._stream = pyte.Stream(self.screen)
        self._read = 0  # how much of what was shown this person has read
        command = [*program, *words, *(["--seat", seat] if seat else [])]
        self.terminal: Any = pexpect.spawn(
            command[0],
            command[1:],
            cwd=str(cwd),
            env={**ENVIRONMENT, **(environment or {})},
            dimensions=(lines, columns),
            encoding="utf-8",
            codec_errors="replace",
        )
        self.terminal.delaybeforesend = None
        self.terminal.ptyproc.delayafterclose = 0
        present.append(self)

    @property
    def pid(self) -> int:
        return int(self.terminal.pid)

    # the keyboard

    def send(self, keys: str) -> None:
        self.terminal.send(keys)

    def press(self, key: str) -> str:
        """Press a key and wait until the program asks for the next one; return what was shown in between."""
        self.key(key)
        return self.asked()

    def key(self, key: str) -> None:
        """Press a key, and do not wait. Some programs want Enter after it."""
        self.send(key)

    def asked(self) -> str:
        """Wait until the program asks for a key. How it asks, only those who know the program can tell."""
        return ""

    def type(self, line: str) -> None:
        self.send(line + ENTER)

    # the eyes

    def wait_for(self, *wanted: Wanted) -> str:
        """Wait for the first of these texts or patterns; return all that was shown up to it, without escapes."""
        self.until(lambda: self._found(wanted), " or ".join(map(str, wanted)))
        found = self._found(wanted)
        assert found
        self.seen = self.shown[self._read : found.end()]
        self._read = found.end()
        return plain(self.seen)

    def _found(self, wanted: Sequence[Wanted]) -> re.Match[str] | None:
        patterns = [one if isinstance(one, re.Pattern) else re.compile(re.escape(one)) for one in wanted]
        found = [match for pattern in patterns if (match := pattern.search(self.shown, self._read))]
        return min(found, key=lambda match: match.start(), default=None)

    def sees_keys_taken(self) -> None:
        """Wait until keys go to the program one by one; before that, Ctrl-D is lost when it changes over."""
        mode = self.terminal.child_fd
        self.until(lambda: not termios.tcgetattr(mode)[3] & termios.ICANON, "keys to be taken one by one")

    def catch_up(self) -> None:
        """Have read what was shown until now: `wait_for` looks at what comes."""
        self._read = len(self.shown)

    def sees(self, words: str) -> None:
        """Wait until these words are on the screen."""
        self.until(lambda: words in self.text, words)

    def until(self, true: Callable[[], object], what: str = "") -> None:
        """Read on until something is true."""
        deadline = time.monotonic() + self.patience
        while not true():
            going_on = self.read()
            assert going_on or true(), f"it ended before {what}: {self._last()}"
            assert time.monotonic() < deadline, f"waited in vain for {what}: {self._last()}"

    def _last(self) -> str:
        return plain(self.shown[self._read :])[-2000:]

    def read(self, seconds: float = 0.02) -> bool:
        """Take in what is shown within this time; return False when nothing more can come."""
        try:
            text = self.terminal.read_nonblocking(65536, seconds)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.shown += text
        self._stream.feed(text)
        return True

    @property
    def display(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display]

    @property
    def text(self) -> str:
        """The screen as one line."""
        return " ".join(" ".join(self.screen.display).split())

    @property
    def everything(self) -> str:
        """The whole session as lines of the screen, scrolled away or not."""
        width = self.screen.columns
        gone = ["".join(line[column].data for column in range(width)).rstrip() for line in self.screen.history.top]
        return "\n".join([*gone, *self.display])

    # the window

    def resize(self, columns: int, lines: int) -> None:
        self.screen.resize(lines, columns)
        self.terminal.setwinsize(lines, columns)

    def hang_up(self) -> None:
        """Close the window: the keyboard is gone, and the kernel sends SIGHUP."""
        self.terminal.ptyproc.fileobj.close()
        self.terminal.wait()
        present.remove(self)

    def goes_on(self) -> None:
        """Press what the program waits for before it ends."""

    def end(self, status: int = 0) -> str:
        """Wait for the end and its exit status, negative for a signal; return what was shown since the last wait."""
        deadline = time.monotonic() + self.patience
        while self.read(0.5):
            assert time.monotonic() < deadline, f"it does not end: {self._last()}"
            self.goes_on()
        self.terminal.wait()
        found = self.terminal.exitstatus if self.terminal.exitstatus is not None else -self.terminal.signalstatus
        self.terminal.close()
        present.remove(self)
        assert found == status, f"exit status {found}: {self._last()}"
        return plain(self.shown[self._read :])


def everybody_leaves() -> set[str]:
    """Take the terminals away from those whose test failed half-way; return the seats that they had."""
    taken = {person.seat for person in present if person.seat}
    while present:
        present.pop().terminal.close(force=True)
    return taken


def plain(text: str) -> str:
    """Return a text as one line without escape sequences."""
    return " ".join(ESCAPES.sub("", text).split())
