"""What the student presses: one key on a terminal, one letter and Enter in plain mode; never without a terminal."""

from __future__ import annotations

import os
import sys
import termios
import tty

ENTER = "\n"
END = "q"  # Ctrl-D, and a keyboard that is gone


def press(allowed: str, *, line: bool) -> str:
    """Wait for one of the `allowed` keys (ENTER among them) and return it. `line`: whole lines are read instead."""
    while True:
        key = _letter() if line else _key()
        if key in allowed:
            return key


def line() -> str:
    """A line typed by the student, without blanks around it; END when nobody is at the keyboard any more."""
    return (sys.stdin.readline() or END).strip()


def _letter() -> str:
    answer = sys.stdin.readline()
    return END if answer == "" else answer.strip().lower()[:1] or ENTER


def _key() -> str:
    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    try:
        tty.setcbreak(keyboard, termios.TCSADRAIN)
        data = os.read(keyboard, 64)
    finally:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)
    if data in (b"", b"\x04"):
        return END
    # arrows and function keys come as several bytes: they mean nothing here
    return "" if len(data) > 1 else data.decode(errors="replace").replace("\r", "\n").lower()
