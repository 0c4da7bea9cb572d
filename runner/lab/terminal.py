"""The live terminal: one bash on a PTY; commands are typed into it and followed by the shell's own marks."""

from __future__ import annotations

import os
import signal
import termios
from collections.abc import Callable, Mapping
from contextlib import suppress

from runner.host import kernel
from runner.lab import front, prompt
from runner.lab.command import AT_ONCE, STRANGE, Command, Typist
from runner.lab.front import Front
from runner.lab.pseudo_terminal import Ended, PseudoTerminal
from runner.lab.terminal_modes import Modes
from runner.records.results import CommandResult

GRACE = 2.0  # seconds that an interrupted program gets before it is killed
NUDGE = 0.25  # seconds between two Ctrl-C
PATIENT = 6  # After so many silences in a row a shell that inherited our marks counts as having lost them.
INTERRUPT = b"\x03"  # Ctrl-C
DISCARD = b"\x15"  # Ctrl-U: an empty line stays empty
CLEAR_LINE = b" \x05" + DISCARD  # Ctrl-E goes to the end, Ctrl-U deletes all before it: the space, else it rings a bell


class Terminal(PseudoTerminal):
    """A terminal with a shell on it. One command at a time."""

    def __init__(self, master: int, aid: str) -> None:
        super().__init__(master, aid)
        self.shell = 0  # the PID of its own shell, the first that ran on it
        self.modes = Modes()  # What runs there has switched these at the screen that shows it.
        self.variables: Mapping[str, str] = {}  # These make a shell announce its commands, and tell its world.
        self.prompt: bytes | None = b""  # Whoever left the shell had this before them; None: a command runs.
        self.busy = False  # Whoever left the shell had a command running.
        self.ahead = False  # Something was typed while a command ran, and may stand on the line now.
        self.typed = b""  # Whoever left the shell had pressed these keys at its prompt: a line may be half typed.
        self.touched = False  # Somebody typed here since we did.
        self.places: tuple[str, ...] = ()  # It was opened for these, one inside the other; for none in particular.

    def foreground(self) -> int:
        """Return the PID of the process group in front: the shell or program that the student is in (see `front`)."""
        group = self.group()
        return group if group == self.shell else front.find(group, self._guardian())

    def front(self) -> Front:
        """Return what is in front, as it can be compared with what was there before."""
        return front.look(self.group(), self._guardian(), self.aid)

    def _guardian(self) -> int:
        shell = kernel.stat(self.shell)
        return shell.parent if shell else 0

    def waits(self) -> bool:
        """Tell whether its own shell is in the foreground: neither a program runs, nor is another shell entered."""
        try:
            return self.foreground() == self.shell and kernel.program(self.shell) == "bash"
        except Ended:
            return False

    def lives(self) -> bool:
        """Tell whether its own shell is there: waiting, or busy with what was started from it."""
        try:
            return self.foreground() > 0
        except Ended:
            return False

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

    def take(self) -> None:
        """Take the prompt for a line of our own: what a student left half typed there is cleared. Raises Ended."""
        if self.touched:  # `typed` and `ahead` know most of what may stand there, and not all
            self.write(CLEAR_LINE)
        self._fresh()

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

    def reads(self) -> bool:
        """Tell whether what is in the foreground waits for input, or has the terminal pass on every key at once."""
        local_modes = termios.tcgetattr(self.master)[3]
        return not local_modes & termios.ICANON or kernel.awaits_input(self.group())

    def describe(self, now: Front) -> str:
        """Return the command line of what cannot be followed, or of what keeps its marks back."""
        return kernel.command(self.group() if now.is_bash else now.pid)

    def refuse(self, shell: int) -> None:
        """End what was started from a shell and cannot be followed, by telling it that its terminal is gone: a shell
        obeys no Ctrl-C. Raises Ended when it had taken the place of that shell (`exec`)."""
        self._signal(signal.SIGHUP)
        if not self.ended_within(NUDGE):  # A Ctrl-C too many would swallow the first letter of what comes next.
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
        self._fresh()

    def _fresh(self) -> None:
        """Nothing of anybody is on the line any more."""
        self.prompt, self.busy, self.ahead, self.typed, self.touched = b"", False, False, b"", False
