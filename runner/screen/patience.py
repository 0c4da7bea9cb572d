"""A line that says what is being done, when it takes longer than a moment. It goes away when that is over.

A timer paints it, and no thread: the lab's guardian is forked, and what another thread holds at that moment it would
hold for ever. Nothing else may be written on the screen meanwhile. Source: setitimer(2).
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from runner.messages import safe_text
from runner.screen.face import Face

MOMENT = 0.5  # seconds in which nobody wonders
EVERY = 1.0  # seconds between two paintings
DIM, USUAL, CLEAR = "\x1b[2m", "\x1b[0m", "\r\x1b[K"

_doing: list[tuple[str, float]] = []  # what takes so long, and since when; the innermost is the last


@contextmanager
def saying(words: str, face: Face) -> Iterator[None]:
    """Say these words below what `face` shows, with the seconds, as long as the block takes. Blocks may be nested.

    Nothing is said on a plain face, or where standard output is no terminal.
    """
    if not (face.repaints and sys.stdout.isatty()):
        yield
        return
    sys.stdout.flush()
    began = time.monotonic()
    _doing.append((words, began))
    before = signal.signal(signal.SIGALRM, lambda *_: _paint())
    signal.setitimer(signal.ITIMER_REAL, MOMENT, EVERY)
    try:
        yield
    finally:
        rest = signal.setitimer(signal.ITIMER_REAL, 0)  # first: what is over must not be painted
        _doing.pop()
        signal.signal(signal.SIGALRM, before)
        if time.monotonic() - began >= MOMENT:
            _write(CLEAR)
        if _doing:
            signal.setitimer(signal.ITIMER_REAL, *rest)


def _paint() -> None:
    """Paint the line anew."""
    words, began = _doing[-1]
    line = safe_text.line(f"{words} {time.monotonic() - began:.0f} s")
    _write(f"\r{DIM}{line[: shutil.get_terminal_size().columns - 1]}{USUAL}\x1b[K")


def _write(line: str) -> None:
    with suppress(OSError):  # the window is gone, which others notice
        os.write(sys.stdout.fileno(), line.encode(sys.stdout.encoding or "utf-8", errors="replace"))
