"""The only reader of the keyboard, and the only one that changes its mode; never without a terminal.

What is pressed is one key on a terminal, one letter and Enter in plain mode.
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

from runner.messages.sentences import text

LOCAL, CONTROL = 3, 6  # places in what tcgetattr gives: the local modes, the control characters
ENTER = "\n"
BACK = "b"
ESCAPE = "\x1b"  # and every other key that means nothing
END = "q"  # Ctrl-D, and a keyboard that is gone
RESIZED = "resized"  # no key: the window has another size now
# One key as a terminal sends it: arrows, function keys and Alt with a key begin with ESC, which also stands alone.
SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|[^\x1b])?|[\xc0-\xff][\x80-\xbf]+|.", re.DOTALL)
NAMES = {
    **dict.fromkeys((b"\r", b"\n", b" ", b"\x1b[6~", b"\x1b[C", b"\x1bOC"), ENTER),
    **dict.fromkeys((b"\x1b[5~", b"\x1b[D", b"\x1bOD", b"\x7f", b"\x08"), BACK),
    b"\x04": END,
}


class Binding(NamedTuple):
    """A key of a page, and what it does.

    `name` is that of its sentence in the list of all keys, `offer` that of its words in the line of those that do
    something now; it is empty where the key does nothing.
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
    """Wait for one of the `allowed` keys (ENTER among them) and return it.

    `line`: whole lines are read instead, and a number from 0 on means the key at its place in `numbered`.
    `refuse` is told of anything else that was typed.
    """
    while True:
        typed = letters() if line else _key()
        key = numbered[int(typed)] if typed.isdecimal() and int(typed) < len(numbered) else typed
        if len(key) == 1 and key in allowed:
            return key
        if refuse and key:
            refuse(key)


def pressed(data: bytes) -> list[str]:
    """The keys in what was read: ENTER, BACK, END, ESCAPE, or the character itself, small."""
    if not data:
        return [END]
    return [
        NAMES.get(key, key.decode(errors="replace").lower() if key[0] > 0x1F else ESCAPE)
        for key in SEQUENCE.findall(data)
    ]


def single() -> AbstractContextManager[None]:
    """Keys come one by one, unseen. None but Ctrl-C means anything to the terminal itself: no Ctrl-Z, no Ctrl-S."""

    def change(mode: list[Any]) -> None:
        mode[LOCAL] &= ~(termios.ECHO | termios.ICANON)
        for key in (termios.VSUSP, termios.VQUIT, termios.VSTOP, termios.VLNEXT, termios.VDISCARD):
            mode[CONTROL][key] = b"\0"

    return _changed(change)


def forget() -> None:
    """Keys that were pressed while nobody asked, by an impatient hand, do nothing."""
    termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


def line() -> str:
    """A line typed by the student, without blanks around it; END when nobody is at the keyboard any more."""
    with _echo(on=True):
        return (_read_line() or END).strip()


def agreed(question: str) -> bool:
    """Ask a question that is answered with yes or anything else; no answer is a no."""
    sys.stdout.write(question + " ")
    sys.stdout.flush()
    return line().lower() in text("cleanup.yes").split()


def hushed() -> AbstractContextManager[None]:
    """What is typed while nobody asks does not appear between our lines; `line` shows what it reads."""
    return _echo(on=False)


def _echo(*, on: bool) -> AbstractContextManager[None]:
    def change(mode: list[Any]) -> None:
        mode[LOCAL] = mode[LOCAL] | termios.ECHO if on else mode[LOCAL] & ~termios.ECHO

    return _changed(change)


@contextmanager
def raw(keyboard: int) -> Iterator[None]:
    """Keys come one by one as they are, Ctrl-C included, for whoever passes them on."""
    with kept(keyboard):
        tty.setraw(keyboard, termios.TCSADRAIN)
        yield


@contextmanager
def kept(keyboard: int) -> Iterator[None]:
    """Whatever happens to the keyboard's mode within, afterwards it is as it was."""
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
    """The first letter of a line."""
    return letters()[:1]


def letters() -> str:
    with _echo(on=True):
        typed = _read_line()
    return END if typed == "" else typed.strip().lower() or ENTER


def _read_line() -> str:
    """Empty when the keyboard is gone."""
    try:
        return sys.stdin.readline()
    except (OSError, UnicodeDecodeError):
        return ""


def _key() -> str:
    """One key; several characters where text was pasted; nothing for arrows and the like, which mean nothing here."""
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
    said = typed.decode(errors="replace").replace("\r", "\n").lower()
    return said[0] if len(set(said)) == 1 else said.strip()  # one key held down is one key
