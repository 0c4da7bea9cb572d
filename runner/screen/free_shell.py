"""The free shell: it connects the student's keyboard and screen to the lab's live terminal.

The lesson uses the same terminal, so every command that the student types here changes the state of the lesson.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple, Protocol

from runner.lab.osc133 import Mark
from runner.lab.pseudo_terminal import Ended
from runner.lab.signals import resizing
from runner.lab.terminal import INTERRUPT, Terminal
from runner.records.results import CommandResult, Trouble
from runner.screen import key_bytes, keys
from runner.screen.entered_shell import EnteredShell
from runner.screen.shell_page import Companion, ShellPage, window_size
from runner.screen.typed_command import TypedCommand

LEAVE_KEY = b"\x1d"  # Ctrl-]
ENTERS = ([b"\r"], [b"\n"])
END = [b"\x04"]  # Ctrl-D
QUIET = 0.05  # seconds without output after which the terminal counts as quiet
HEARD = 16  # pieces of output that are read at most before the keys are looked at
GRACE = 1.0  # seconds for the shell to give up an unfinished line


class Turn(NamedTuple):
    """How a student came back from the live terminal."""

    entered: bool  # by Enter on an empty line
    command: CommandResult | None  # The last one that was started; its words are empty where we could not follow.
    left: bool = False  # by a key that leads away from the shell
    came: bool = False  # What was watched for has come true.


class Watch(Protocol):
    """Watches for something while the prompt waits and nothing is typed there."""

    def pause(self) -> float:
        """Return the seconds until the next look is due."""

    def came(self) -> bool:
        """Look, and tell whether it has come true."""


def hand_over(
    terminal: Terminal,
    keyboard: int,
    screen: int,
    *,
    one_command: bool,
    companion: Companion | None = None,
    mends: bool = True,
) -> CommandResult | None:
    """Connect the student to the terminal until Ctrl-], or, with `one_command`, until one command has ended.

    Return the last command that was started, or None. Its words are empty where we could not follow the typing.
    `keyboard` and `screen` are file descriptors of terminals. A half-typed line stays, because the student comes back
    to it; the terminal clears it when something else is to be typed there. `mends`: a shell in which we cannot follow
    the student any more is mended before the return.
    """
    line = _Line(terminal, keyboard, screen, companion, one_command=one_command, refuses=one_command, mends=mends)
    return line.connect().command


def await_turn(
    terminal: Terminal,
    keyboard: int,
    screen: int,
    *,
    one_command: bool,
    refuses: bool,
    watch: Watch | None = None,
    companion: Companion | None = None,
) -> Turn:
    """Connect the student to the terminal until Enter on an empty line, or a key that leads away: Ctrl-], Escape at the
    prompt, and on an empty line Ctrl-D where it would end the terminal's own shell. A half-typed line stays.

    With `one_command`, until a command has ended as well, be it `exit` by Ctrl-D; with `watch`, until that has come
    true. `refuses`: a shell that cannot be followed is ended at once.
    """
    line = _Line(
        terminal, keyboard, screen, companion, one_command=one_command, refuses=refuses, turns=True, watch=watch
    )
    return line.connect()


class _Line:
    """The line from the student's keyboard to the terminal, and back to the screen."""

    def __init__(
        self,
        terminal: Terminal,
        keyboard: int,
        screen: int,
        companion: Companion | None,
        *,
        one_command: bool,
        refuses: bool,
        mends: bool = True,
        turns: bool = False,
        watch: Watch | None = None,
    ) -> None:
        self._terminal = terminal
        self._keyboard = keyboard
        self._screen = screen
        self._mends = mends
        self._one_command = one_command
        self._refuses = refuses
        self._turns = turns
        self._watch = watch
        self._turned = False
        self._came = False
        self._left = False
        self._keeps_lines = False  # What is typed now waits, line by line, for whoever reads next.
        self._rearmed = False  # The shell had lost its marks, and waits at a prompt with marks again.
        self._ahead = terminal.busy and terminal.ahead  # Something was typed while the command runs.
        self._command = TypedCommand(terminal.typed, running=terminal.busy)
        self._entered = EnteredShell(terminal)
        self._page = ShellPage(screen, companion, terminal, ends_line=self._mends)

    def connect(self) -> Turn:
        trouble, detail = None, ""
        with keys.raw(self._keyboard), _sized(self._terminal, self._screen):
            try:
                self._page.begin()
                self._catch_up()
                if not (self._one_command and self._command.done):
                    with _end_of(self._terminal) as ended:
                        self._follow(ended)
                if self._refuses and self._entered.stranger:
                    with suppress(Ended):
                        self._terminal.refuse(self._entered.shell)
                    trouble, detail = Trouble.NOT_BASH, self._entered.stranger
                elif self._mends and not self._turned:
                    self._mend()
            except Ended:
                trouble = Trouble.LOST
            finally:
                self._page.end(stays=self._turned)
                terminal = self._terminal
                terminal.prompt, terminal.busy = self._page.prompt, not (self._command.at_prompt or self._rearmed)
                terminal.ahead = (terminal.ahead or self._ahead) and not self._rearmed
                terminal.typed = self._command.keys
        trouble = trouble or (None if self._command.done else Trouble.RUNNING)
        return Turn(self._turned, self._command.result(trouble, detail), self._left, self._came)

    def _catch_up(self) -> None:
        """Show what came while nobody was here. A line that ran by itself, because it was typed ahead, is over."""
        running = self._terminal.busy
        while select.select([self._terminal.master], [], [], 0)[0]:
            self._terminal.pump()
        self._show(one_command=False)
        if self._command.done and not running:
            self._command = TypedCommand(self._command.keys)

    def _follow(self, ended: int) -> None:
        """Pass on what comes from either side. `ended` is readable when the terminal's own shell has ended."""
        terminal, entered = self._terminal, self._entered
        while not self._show(self._one_command):
            ready, _, _ = select.select([self._keyboard, terminal.master, ended], [], [], self._pause())
            if ended in ready:
                self._settle()
                raise Ended
            if terminal.master in ready or self._keyboard in ready:
                self._hear()
            if self._keyboard in ready:
                if self._show(self._one_command):
                    return
                if self._typed(_read(self._keyboard)):
                    self._settle()
                    return
            if not ready:
                entered.idle()
                if entered.stranger and self._refuses:
                    return
                if entered.stranger:
                    self._page.waits(self._command.last_line)
                self._page.idle()
                self._came = self._look()
                if self._came:
                    return

    def _hear(self) -> None:
        """Read what was printed before keys are looked at: it may be the prompt that they were typed at.

        A bash prints the mark of its prompt before it takes single keys; so the mode is looked at first.
        """
        self._keeps_lines = self._terminal.keeps_lines()
        for _ in range(HEARD):
            if not select.select([self._terminal.master], [], [], 0)[0]:
                return
            self._terminal.pump()

    def _pause(self) -> float | None:
        watching = self._watch.pause() if self._watch and self._unused else None
        pauses = (self._page.pause(), self._entered.pause(), watching)
        return min((one for one in pauses if one is not None), default=None)

    @property
    def _unused(self) -> bool:
        """Tell whether a prompt waits at which nothing is typed."""
        return self._command.at_empty_line and not self._terminal.ahead

    def _look(self) -> bool:
        return bool(self._watch and self._unused and self._watch.pause() == 0 and self._watch.came())

    def _settle(self) -> None:
        """Show what the last keys did. Wait GRACE seconds at most: the output may never end, the shell say nothing."""
        deadline = time.monotonic() + GRACE
        while (left := deadline - time.monotonic()) > 0:
            owes = self._command.entered or (self._command.at_prompt and self._terminal.ahead)
            if not select.select([self._terminal.master], [], [], left if owes else QUIET)[0]:
                return
            self._terminal.pump()
            self._show(one_command=False)

    def _mend(self) -> None:
        """Give up a line that the shell does not see the end of, and give its marks back to a shell that lost them."""
        terminal, command = self._terminal, self._command
        if command.continuing:
            terminal.write(INTERRUPT)
            terminal.ended_within(GRACE)
        elif command.unanswered and terminal.is_silent_shell():
            terminal.arm()  # The student took away what announces its commands, such as PROMPT_COMMAND.
            self._rearmed = terminal.ended_within(GRACE)
        else:
            return
        command.keys = self._page.prompt = b""  # Another prompt comes.

    def _typed(self, data: bytes) -> bool:
        """Take what was typed. Return True when the student comes back.

        An Enter is looked at by itself: what came at once with it makes an empty line, or not. So is Escape.
        """
        if not self._turns:
            return self._pass_on(data)
        earlier, enters = key_bytes.before_enters(data)
        if not enters:
            earlier, escape = key_bytes.before_escape(earlier)
            enters = [escape]
        return any(map(self._pass_on, filter(None, (earlier, *enters))))

    def _pass_on(self, data: bytes) -> bool:
        """Pass typed bytes on to the terminal. Return True when the student comes back."""
        if self._turns and self._turns_at(data):
            return True
        leaves = key_bytes.find(data, LEAVE_KEY)
        before = data if leaves < 0 else data[:leaves]
        if before:
            self._page.typing()
            self._ahead = self._goes_ahead(before)
            self._command.typed(before)
            self._terminal.touched = True
            self._entered.typed(before)
            self._terminal.write(before)
        self._left = leaves >= 0
        return self._left

    def _goes_ahead(self, data: bytes) -> bool:
        """Tell whether something waits for the next prompt, now that these bytes are typed while a command runs."""
        waits = not self._command.at_prompt and (self._ahead or self._keeps_lines)
        return waits and INTERRUPT not in data  # which discards what waits

    def _turns_at(self, data: bytes) -> bool:
        """Take a key that is not for the shell, and tell whether it is one."""
        terminal, command, pressed = self._terminal, self._command, key_bytes.split(data)
        if terminal.ahead or not command.at_prompt:
            return False
        self._turned = pressed in ENTERS and command.at_empty_line
        escapes = data in key_bytes.ESCAPES and not command.searching
        ends = pressed[-1:] == END and not command.shows(data) and not command.continuing
        own = ends and terminal.waits()
        if ends and not own:
            command.exits()
        self._left = own or (escapes and not command.continuing)
        return self._turned or self._left

    def _show(self, one_command: bool) -> bool:
        """Show what was read. Return True when the one command has ended; the prompt after it is read next time."""
        entered = self._entered
        for event in self._terminal.events():
            if isinstance(event, Mark):
                if entered.arming:
                    self._page.clear_line()
                entered.mark(event)
                self._page.mark(event)
                self._command.mark(event)
                if event.kind == "D":
                    self._terminal.ahead, self._ahead = self._ahead or self._command.ahead, False
                if one_command and self._command.done:
                    return True
            elif not entered.arming:
                entered.hear()
                self._page.output(event)
                self._command.output(event)
        return False


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


def _read(keyboard: int) -> bytes:
    """Return the bytes that were typed. A keyboard that is gone counts as Ctrl-]."""
    try:
        return key_bytes.read(keyboard) or LEAVE_KEY
    except OSError:
        return LEAVE_KEY


@contextmanager
def _sized(terminal: Terminal, screen: int) -> Iterator[None]:
    """Keep the lab's terminal as large as the student's while it is connected."""

    def follow() -> None:
        terminal.resize(*window_size(screen))

    with resizing(follow):
        follow()
        yield
