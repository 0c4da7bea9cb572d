"""The free shell: it connects the student's keyboard and screen to the lab's live terminal.

The lesson uses the same terminal, so every command that the student types here changes the state of the lesson.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

from runner.lab.osc133 import Mark
from runner.lab.signals import resizing
from runner.lab.terminal import INTERRUPT, STYLES, Ended, Terminal
from runner.records.results import CommandResult, Trouble
from runner.screen import key_bytes, keys
from runner.screen.entered_shell import EnteredShell
from runner.screen.typed_command import TypedCommand

LEAVE_KEY = b"\x1d"  # Ctrl-]
CLEAR_LINE = b"\x05\x15"  # Ctrl-E goes to the end of the line, Ctrl-U deletes all before it
QUIET = 0.05  # seconds without output after which the terminal counts as quiet
GRACE = 1.0  # seconds for the shell to give up an unfinished line
# After a key such as an arrow or Tab we no longer know what the line holds.


class Companion(Protocol):
    """Looks at the lab while the student works in the shell, and may add lines to the screen."""

    repaints: bool  # whether a line may be put above a prompt that waits, which moves the prompt down

    def pause(self) -> float:
        """Return the seconds until the next look is due."""

    def look(self) -> bytes:
        """Look at the lab, and return bytes that may be written wherever the cursor is, such as a window title.

        Raises Ended when the shell of the lab is gone.
        """

    def news(self) -> bytes:
        """Return whole lines to show once above the prompt; empty when there is nothing new."""


def hand_over(
    terminal: Terminal, keyboard: int, screen: int, *, one_command: bool, companion: Companion | None = None
) -> CommandResult | None:
    """Connect the student to the terminal until Ctrl-], or, with `one_command`, until one command has ended.

    Return the last command that was started, or None. Its words are empty where we could not follow the typing.
    `keyboard` and `screen` are file descriptors of terminals. A half-typed line is cleared at the end, but with a
    companion it stays, because the student comes back to it.
    """
    command = TypedCommand()
    entered = EnteredShell(terminal)
    page = _Page(screen, companion, terminal)
    with keys.raw(keyboard), _sized(terminal, screen):
        try:
            page.begin()
            _connect(terminal, keyboard, page, command, entered, one_command=one_command)
            if one_command and entered.stranger:
                with suppress(Ended):
                    terminal.refuse(entered.shell)
                return command.result(Trouble.NOT_BASH, entered.stranger)
            if companion is None:
                _tidy(terminal, page, command)
        except Ended:
            return command.result(Trouble.LOST)
        finally:
            page.end()
            terminal.prompt = page.prompt
    return command.result(None if command.done else Trouble.RUNNING)


def _connect(
    terminal: Terminal, keyboard: int, page: _Page, command: TypedCommand, entered: EnteredShell, *, one_command: bool
) -> None:
    with _end_of(terminal) as ended:
        _follow(terminal, (keyboard, ended), page, command, entered, one_command=one_command)


@contextmanager
def _end_of(terminal: Terminal) -> Iterator[int]:
    """Yield a descriptor that is readable when the terminal's own shell has ended. What it has left running may keep
    the terminal open. Raises Ended when it is gone already.
    """
    try:
        ended = os.pidfd_open(terminal.shell)
    except OSError as error:
        raise Ended from error
    try:
        yield ended
    finally:
        os.close(ended)


def _follow(
    terminal: Terminal,
    sources: tuple[int, int],
    page: _Page,
    command: TypedCommand,
    entered: EnteredShell,
    *,
    one_command: bool,
) -> None:
    """Pass on what comes from either side. The `sources` are the keyboard, and what tells of the shell's end."""
    keyboard, ended = sources
    while not _show(terminal, page, command, entered, one_command=one_command):
        ready, _, _ = select.select([keyboard, terminal.master, ended], [], [], _pause(page, entered))
        if ended in ready:
            _settle(terminal, page, command, entered)
            raise Ended
        if keyboard in ready and _typed(terminal, _read(keyboard), page, command, entered):
            _settle(terminal, page, command, entered)
            return
        if terminal.master in ready:
            terminal.pump()
        if not ready:
            entered.idle()
            if entered.stranger and one_command:
                return
            if entered.stranger:
                page.waits(command.last_line)
            page.idle()


def _pause(page: _Page, entered: EnteredShell) -> float | None:
    return min((pause for pause in (page.pause(), entered.pause()) if pause is not None), default=None)


def _settle(terminal: Terminal, page: _Page, command: TypedCommand, entered: EnteredShell) -> None:
    """Show what the last keys did. Wait GRACE seconds at most: the output may never end."""
    deadline = time.monotonic() + GRACE
    while time.monotonic() < deadline and select.select([terminal.master], [], [], QUIET)[0]:
        terminal.pump()
        _show(terminal, page, command, entered, one_command=False)


def _tidy(terminal: Terminal, page: _Page, command: TypedCommand) -> None:
    """Clear a half-typed line, and keep the prompt for the next use of the terminal."""
    if command.continuing:
        terminal.write(INTERRUPT)
        terminal.ended_within(GRACE)
    elif command.unanswered and terminal.is_silent_shell():
        terminal.arm()  # The student took away what announces its commands, such as PROMPT_COMMAND.
        terminal.ended_within(GRACE)
        page.prompt = b""
    elif command.at_prompt and command.typing:
        terminal.write(CLEAR_LINE)
    if command.at_prompt:
        page.prompt = command.prompt


def _read(keyboard: int) -> bytes:
    """Return the bytes that were typed. A keyboard that is gone counts as Ctrl-]."""
    try:
        return key_bytes.read(keyboard) or LEAVE_KEY
    except OSError:
        return LEAVE_KEY


def _typed(terminal: Terminal, data: bytes, page: _Page, command: TypedCommand, entered: EnteredShell) -> bool:
    """Pass the typed bytes on to the terminal. Return True when the student wants to leave."""
    leaves = key_bytes.find(data, LEAVE_KEY)
    before = data if leaves < 0 else data[:leaves]
    if before:
        page.typing()
        command.typed(before)
        entered.typed(before)
        terminal.write(before)
    return leaves >= 0


def _show(terminal: Terminal, page: _Page, command: TypedCommand, entered: EnteredShell, *, one_command: bool) -> bool:
    """Show what was read. Return True when the one command has ended; the prompt after it is read next time."""
    for event in terminal.events():
        if isinstance(event, Mark):
            if entered.arming:
                page.clear_line()
            entered.mark(event)
            page.mark(event)
            command.mark(event)
            if one_command and command.done:
                return True
        elif not entered.arming:
            entered.hear()
            page.output(event)
            command.output(event)
    return False


class _Page:
    """The screen with the shell's prompt on it. Our own lines go above the prompt, never into a half-typed line.

    `prompt` holds everything that the shell printed since its last command ended, with the line that is being typed.
    It is None while a command runs.
    """

    def __init__(self, screen: int, companion: Companion | None, terminal: Terminal) -> None:
        self._screen = screen
        self._terminal = terminal
        self._companion = companion
        self._at_margin = True
        self._typing = False
        self.prompt = terminal.prompt

    def begin(self) -> None:
        """Show the waiting prompt, or the screen of the program that waits, again to a student who comes back."""
        self._write_at_once(self._terminal.modes.again())
        if self._terminal.modes.full_screen:
            columns, lines = _size(self._screen)
            self._terminal.resize(columns, lines - 1)  # Of another size it must draw itself anew.
            self._terminal.resize(columns, lines)
        if self.prompt:
            self._write(self.prompt)

    def end(self) -> None:
        """Put the screen back as usual, and let the next text begin at the start of a line.

        With a companion the caller does the latter.
        """
        self._write_at_once(self._terminal.modes.usual())
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
        self._terminal.modes.watch(data)
        self._write(data)
        if self.prompt is not None:
            self.prompt += data

    def clear_line(self) -> None:
        """Take away the prompt that a shell had before it was given our marks: another comes."""
        self._write_at_once(b"\r\x1b[K")

    def waits(self, prompt: bytes) -> None:
        """Take it that a shell waits at this prompt, though it does not say so."""
        self.prompt, self._typing = prompt, False

    def typing(self) -> None:
        self._typing = True

    def idle(self) -> None:
        """Look at the lab when a look is due. Show the news at once, unless the student is typing a line."""
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


def _size(screen: int) -> tuple[int, int]:
    """Return the columns and lines of the screen; the usual ones where the terminal does not know (0x0)."""
    columns, lines = os.get_terminal_size(screen)
    return columns or 80, lines or 24


@contextmanager
def _sized(terminal: Terminal, screen: int) -> Iterator[None]:
    """Keep the lab's terminal as large as the student's while it is connected."""

    def follow() -> None:
        terminal.resize(*_size(screen))

    with resizing(follow):
        follow()
        yield
