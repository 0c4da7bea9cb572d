"""The keyboard and its mode, which no other module changes. All of this needs a terminal.

An answer is one key on a terminal, and one letter with Enter in plain mode.
"""

from __future__ import annotations

import os
import re
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, NamedTuple

from runner.messages.catalog import text

LOCAL, CONTROL = 3, 6  # indexes in the list that tcgetattr returns: the local modes, the control characters
ENTER = "\n"
BACK = "b"
ESCAPE = "\x1b"  # stands for every key without a meaning here
END = "q"  # Ctrl-D and a keyboard that is gone mean the same
RESIZED = "resized"  # not a key: the window has another size now
# The bytes that a terminal sends for one key. Arrows, function keys and Alt combinations begin with ESC; the Escape key
# is ESC alone.
SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|[^\x1b])?|[\xc0-\xff][\x80-\xbf]+|.", re.DOTALL)
NAMES = {
    **dict.fromkeys((b"\r", b"\n", b" ", b"\x1b[6~", b"\x1b[C", b"\x1bOC"), ENTER),
    **dict.fromkeys((b"\x1b[5~", b"\x1b[D", b"\x1bOD", b"\x7f", b"\x08"), BACK),
    b"\x04": END,
}


class Binding(NamedTuple):
    """A key of a page, and the action that it starts.

    `name` selects its sentence in the list of all keys. `offer` selects its words in the line of the keys that are
    useful now; it is empty for a key that this line leaves out.
    """

    key: str
    name: str
    action: Callable[[], object]
    offer: str = ""

    @property
    def label(self) -> str:
        return "Enter" if self.key == ENTER else self.key


class StudentLeaves(Exception):
    """The student wants to go."""


def press(allowed: str, *, line: bool, numbered: str = "", refuse: Callable[[str], None] | None = None) -> str:
    """Wait for one of the `allowed` keys, which may include ENTER, and return it.

    With `line`, whole lines are read instead of keys, and a number, counted from 0, selects a key of `numbered`.
    `refuse` is called with anything else that was typed.
    """
    while True:
        typed = letters() if line else _key()
        key = numbered[int(typed)] if typed.isdecimal() and int(typed) < len(numbered) else typed
        if len(key) == 1 and key in allowed:
            return key
        if refuse and key:
            refuse(key)


def pressed(data: bytes) -> list[str]:
    """Return the keys in the bytes that were read: ENTER, BACK, END, ESCAPE, or the character in lower case."""
    if not data:
        return [END]
    return [
        NAMES.get(key, key.decode(errors="replace").lower() if key[0] > 0x1F else ESCAPE)
        for key in SEQUENCE.findall(data)
    ]


def single() -> AbstractContextManager[None]:
    """Let keys come one by one and unseen. Only Ctrl-C keeps its meaning for the terminal, not Ctrl-Z."""

    def change(mode: list[Any]) -> None:
        mode[LOCAL] &= ~(termios.ECHO | termios.ICANON)
        for key in (termios.VSUSP, termios.VQUIT, termios.VSTOP, termios.VLNEXT, termios.VDISCARD):
            mode[CONTROL][key] = b"\0"

    return _changed(change)


def forget() -> None:
    """Throw away the keys that were pressed before we asked, so that an impatient hand answers nothing."""
    termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


def line() -> str:
    """Return a line that the student types, without blanks around it; END when the keyboard is gone."""
    with _echo(on=True):
        return (_read_line() or END).strip()


def agreed(question: str) -> bool:
    """Ask a question, and return whether the answer was yes. Anything else is a no, also an empty line."""
    sys.stdout.write(question + " ")
    sys.stdout.flush()
    return line().lower() in text("cleanup.yes").split()


def hushed() -> AbstractContextManager[None]:
    """Hide what is typed while we do not ask, so that it does not appear between our lines. `line` shows its own."""
    return _echo(on=False)


def _echo(*, on: bool) -> AbstractContextManager[None]:
    def change(mode: list[Any]) -> None:
        mode[LOCAL] = mode[LOCAL] | termios.ECHO if on else mode[LOCAL] & ~termios.ECHO

    return _changed(change)


@contextmanager
def raw(keyboard: int) -> Iterator[None]:
    """Let keys come one by one and unchanged, also Ctrl-C, so that the caller can pass them on to a shell."""
    with kept(keyboard):
        tty.setraw(keyboard, termios.TCSADRAIN)
        yield


@contextmanager
def kept(keyboard: int) -> Iterator[None]:
    """Put the keyboard's mode back at the end, whatever has changed it meanwhile."""
    before = termios.tcgetattr(keyboard)
    try:
        yield
    finally:
        with suppress(termios.error):  # the keyboard is gone
            termios.tcsetattr(keyboard, termios.TCSADRAIN, before)


@contextmanager
def _changed(change: Callable[[list[Any]], None]) -> Iterator[None]:
    keyboard = sys.stdin.fileno()
    mode = termios.tcgetattr(keyboard)
    change(mode)
    with kept(keyboard):
        termios.tcsetattr(keyboard, termios.TCSADRAIN, mode)
        yield


def letter() -> str:
    """Read a line, and return its first letter."""
    return letters()[:1]


def letters() -> str:
    """Read a line, and return it in lower case; ENTER when it is empty, END when the keyboard is gone."""
    with _echo(on=True):
        typed = _read_line()
    return END if typed == "" else typed.strip().lower() or ENTER


def _read_line() -> str:
    """Return a line with its newline; empty when the keyboard is gone."""
    try:
        return sys.stdin.readline()
    except (OSError, UnicodeDecodeError):
        return ""


def _key() -> str:
    """Return one key; several characters for pasted text; empty for those without a meaning, such as arrows and Tab."""
    keyboard = sys.stdin.fileno()
    with kept(keyboard):
        tty.setcbreak(keyboard, termios.TCSADRAIN)
        try:
            data = os.read(keyboard, 64)
        except OSError:  # the keyboard is gone
            data = b""
    if data in (b"", b"\x04"):
        return END
    typed = b"".join(key for key in SEQUENCE.findall(data) if not key.startswith(b"\x1b"))
    shown = typed.decode(errors="replace").replace("\r", "\n").lower()
    characters = "".join(one for one in shown if one.isprintable() or one == ENTER)
    if not characters:
        return ""
    # A key that is held down repeats, and counts once.
    return characters[0] if len(set(characters)) == 1 else characters.strip()
