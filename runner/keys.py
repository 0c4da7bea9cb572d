"""What the student presses: one key on a terminal, one letter and Enter in plain mode; never without a terminal."""

from __future__ import annotations

import os
import re
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager

from runner import record

ENTER = "\n"
BACK = "b"
ESCAPE = "\x1b"  # and every other key that means nothing
END = "q"  # Ctrl-D, and a keyboard that is gone
# What a presenter remote sends, and what else a hand finds in the dark. `\x1b[` or, in application mode, `\x1bO`.
SEQUENCE = re.compile(rb"\x1b[\[O][0-9;]*[A-Za-z~]|\x1b|[\xc0-\xff][\x80-\xbf]+|.", re.DOTALL)
NAMES = {
    **dict.fromkeys((b"\r", b"\n", b" ", b"\x1b[6~", b"\x1b[C", b"\x1bOC"), ENTER),
    **dict.fromkeys((b"\x1b[5~", b"\x1b[D", b"\x1bOD", b"\x7f", b"\x08"), BACK),
    b"\x04": END,
}


def press(allowed: str, *, line: bool) -> str:
    """Wait for one of the `allowed` keys (ENTER among them) and return it. `line`: whole lines are read instead."""
    while True:
        key = letter() if line else _key()
        if key in allowed:
            return key


def pressed(data: bytes) -> list[str]:
    """The keys in what was read: ENTER, BACK, END, ESCAPE, or the character itself, small."""
    if not data:
        return [END]
    return [
        NAMES.get(key, key.decode(errors="replace").lower() if key[0] > 0x1F else ESCAPE)
        for key in SEQUENCE.findall(data)
    ]


@contextmanager
def single() -> Iterator[None]:
    """Keys come one by one, unseen. None but Ctrl-C means anything to the terminal itself: no Ctrl-Z, no Ctrl-S."""
    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    mode = termios.tcgetattr(keyboard)
    mode[3] &= ~(termios.ECHO | termios.ICANON)
    for key in (termios.VSUSP, termios.VQUIT, termios.VSTOP, termios.VLNEXT, termios.VDISCARD):
        mode[6][key] = b"\0"
    try:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, mode)
        yield
    finally:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)


def forget() -> None:
    """Keys that were pressed while nobody asked, by an impatient hand, do nothing."""
    termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


def line() -> str:
    """A line typed by the student, without blanks around it; END when nobody is at the keyboard any more."""
    typed = sys.stdin.readline()
    record.echoed(typed)
    return (typed or END).strip()


def letter() -> str:
    answer = sys.stdin.readline()
    record.echoed(answer)
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
