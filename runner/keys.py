"""What the student presses: one key on a terminal, one letter and Enter in plain mode; never without a terminal."""

from __future__ import annotations

import os
import re
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

ENTER = "\n"
END = "q"  # Ctrl-D, and a keyboard that is gone
ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|.)?")  # arrows, function keys, Alt with a key


class Leave(Exception):
    """The student wants to go."""


def press(allowed: str, *, line: bool, numbered: str = "", refuse: Callable[[str], None] | None = None) -> str:
    """Wait for one of the `allowed` keys (ENTER among them) and return it.

    `line`: whole lines are read instead, and a number from 0 on means the key at its place in `numbered`.
    `refuse` is told of anything else that was typed.
    """
    while True:
        typed = _line() if line else _key()
        key = numbered[int(typed)] if typed.isdecimal() and int(typed) < len(numbered) else typed
        if len(key) == 1 and key in allowed:
            return key
        if refuse and key:
            refuse(key)


def line() -> str:
    """A line typed by the student, without blanks around it; END when nobody is at the keyboard any more."""
    with _echo(on=True):
        return (_read_line() or END).strip()


@contextmanager
def hushed() -> Iterator[None]:
    """What is typed while nobody asks does not appear between our lines; `line` shows what it reads."""
    with _echo(on=False):
        yield


@contextmanager
def _echo(*, on: bool) -> Iterator[None]:
    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    wanted = before.copy()
    wanted[3] = before[3] | termios.ECHO if on else before[3] & ~termios.ECHO
    try:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, wanted)
        yield
    finally:
        with suppress(termios.error):  # the keyboard is gone
            termios.tcsetattr(keyboard, termios.TCSADRAIN, before)


def _line() -> str:
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
    before = termios.tcgetattr(keyboard)
    try:
        tty.setcbreak(keyboard, termios.TCSADRAIN)
        data = os.read(keyboard, 64)
    except OSError:  # the keyboard is gone
        data = b""
    finally:
        with suppress(termios.error):
            termios.tcsetattr(keyboard, termios.TCSADRAIN, before)
    if data in (b"", b"\x04"):
        return END
    text = ESCAPES.sub("", data.decode(errors="replace")).replace("\r", "\n").lower()
    return text[0] if len(set(text)) == 1 else text.strip()  # one key held down is one key
