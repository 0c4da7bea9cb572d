"""The student's keyboard and screen, connected to the lab's live terminal: to type a command, or to look around.

The terminal is the very one that the lesson uses, so whatever is done in it has happened to the lesson.
"""

from __future__ import annotations

import os
import re
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from runner.lab.osc133 import Mark
from runner.lab.signals import resizing
from runner.lab.terminal import CHUNK, INTERRUPT, STYLES, Ended, Terminal, plain_text
from runner.records.results import CommandResult, Trouble
from runner.screen import keys

LEAVE_KEY = b"\x1d"  # Ctrl-]
CLEAR_LINE = b"\x05\x15"  # to its end, and away with it
QUIET = 0.05  # seconds
GRACE = 1.0  # seconds for the shell to give up an unfinished line
KEPT = 65536  # bytes of output that checks may look at
EDITING = re.compile(rb"[^\x08\x15\x17\x20-\x7e\x7f\x80-\xff]")  # keys that change a line beyond telling


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

    Returns the last command that was started, with the words that were typed where these are known; None when there
    was none. `keyboard` and `screen` are terminals. A half-typed line stays only for a companion, who comes back to it.
    """
    watch = _Watch()
    page = _Page(screen, companion, terminal.prompt)
    with keys.raw(keyboard), _sized(terminal, screen):
        try:
            page.begin()
            _connect(terminal, keyboard, page, watch, one_command=one_command)
            if companion is None:
                _tidy(terminal, page, watch)
        except Ended:
            return watch.result(Trouble.LOST)
        finally:
            page.end()
            terminal.prompt = page.prompt
    return watch.result(None if watch.done else Trouble.RUNNING)


def _connect(terminal: Terminal, keyboard: int, page: _Page, watch: _Watch, *, one_command: bool) -> None:
    while not _show(terminal, page, watch, one_command=one_command):
        ready, _, _ = select.select([keyboard, terminal.master], [], [], page.pause())
        if keyboard in ready and _typed(terminal, _read(keyboard), page, watch):
            _settle(terminal, page, watch)
            return
        if terminal.master in ready:
            terminal.pump()
        if not ready:
            page.idle()


def _settle(terminal: Terminal, page: _Page, watch: _Watch) -> None:
    """See what the last keys did; a flood is not waited for."""
    deadline = time.monotonic() + GRACE
    while time.monotonic() < deadline and select.select([terminal.master], [], [], QUIET)[0]:
        terminal.pump()
        _show(terminal, page, watch, one_command=False)


def _tidy(terminal: Terminal, page: _Page, watch: _Watch) -> None:
    """Leave no half-typed line for the next command, and the prompt for whoever comes next."""
    if watch.continuing:
        terminal.write(INTERRUPT)
        terminal.ended_within(GRACE)
    elif watch.at_prompt and watch.typing:
        terminal.write(CLEAR_LINE)
    if watch.at_prompt:
        page.prompt = watch.prompt


def _read(keyboard: int) -> bytes:
    """What was typed. A keyboard that is gone leaves."""
    try:
        return os.read(keyboard, CHUNK) or LEAVE_KEY
    except OSError:
        return LEAVE_KEY


def _typed(terminal: Terminal, data: bytes, page: _Page, watch: _Watch) -> bool:
    """Pass on what was typed; True when the student wants to leave."""
    before, leave, _ = data.partition(LEAVE_KEY)
    if before:
        page.typing()
        watch.typed(before)
        terminal.write(before)
    return bool(leave)


def _show(terminal: Terminal, page: _Page, watch: _Watch, *, one_command: bool) -> bool:
    """Show what was read; True when the one command has ended. The prompt that follows it stays for next time."""
    for event in terminal.events():
        if isinstance(event, Mark):
            page.mark(event)
            watch.mark(event)
            if one_command and watch.done:
                return True
        else:
            page.output(event)
            watch.output(event)
    return False


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

    def end(self) -> None:
        """What comes next on the screen begins a line; a companion sees to that itself."""
        if self._companion is None and not self._at_margin:
            self._write(b"\r\n")

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
        _write_all(self._screen, data)
        seen = STYLES.sub("", data.decode(errors="replace"))
        if seen:
            self._at_margin = seen.endswith(("\n", "\r"))

    def _write_at_once(self, data: bytes) -> None:
        _write_all(self._screen, data)


def _write_all(screen: int, data: bytes) -> None:
    while data:
        data = data[os.write(screen, data) :]


class _Watch:
    """What the marks tell about the command that the student typed."""

    def __init__(self) -> None:
        self._started = 0.0
        self._kept = bytearray()
        self._exit: int | None = None
        self._running = False
        self._shell = ""
        self._keys = b""  # since the last command
        self._words = ""
        self.prompt = b""
        self.continuing = False  # the shell waits for the rest of a line
        self.done = False

    @property
    def at_prompt(self) -> bool:
        return not self._running

    @property
    def typing(self) -> bool:
        return bool(self._keys)

    def typed(self, data: bytes) -> None:
        if not self._running:
            self._keys += data

    def mark(self, mark: Mark) -> None:
        self.continuing = mark.kind == "A"
        if mark.kind == "C":
            self._started, self._running, self.done = time.monotonic(), True, False
            self._shell, self._words, self._keys = mark.shell, _line(self._keys), b""
            self._kept.clear()
        elif mark.kind == "D":
            self.prompt = self._keys = b""
        if mark.kind == "D" and self._running:
            self._exit, self._running, self.done = int(mark.value or 0), False, True
            if mark.shell == self._shell:  # a shell that was entered knows nothing of the line that started it
                self._words = mark.words

    def output(self, data: bytes) -> None:
        if self._running:
            self._kept += data[: KEPT - len(self._kept)]
        elif not self._keys:
            self.prompt += data[-KEPT:]

    def result(self, trouble: Trouble | None) -> CommandResult | None:
        """The command so far; `trouble` says why it has not ended."""
        if not self._started and trouble is not Trouble.LOST:
            return None
        seconds = time.monotonic() - self._started if self._started else 0.0
        words = self._words or _line(self._keys)
        return CommandResult(words, None if trouble else self._exit, plain_text(bytes(self._kept)), seconds, trouble)


def _line(keys: bytes) -> str:
    """The line that simple typing makes; empty where arrows, Tab and the like changed it unseen."""
    line = ""
    last = keys.rstrip(b"\r\n").replace(b"\r", b"\n").rpartition(b"\n")[2]
    if EDITING.search(last):
        return ""
    for key in last.decode(errors="replace"):
        if key in "\x7f\x08":
            line = line[:-1]
        elif key == "\x15":  # Ctrl-U
            line = ""
        elif key == "\x17":  # Ctrl-W
            line = line.rstrip().rpartition(" ")[0]
        else:
            line += key
    return line.strip()


@contextmanager
def _sized(terminal: Terminal, screen: int) -> Iterator[None]:
    """The lab's terminal is as large as the student's, and follows it."""

    def follow() -> None:
        terminal.resize(*os.get_terminal_size(screen))

    with resizing(follow):
        follow()
        yield
