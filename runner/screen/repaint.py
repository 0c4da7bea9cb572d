"""A page that is shown again and again: repainted in place on a capable terminal, else one block after another."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from runner.messages.catalog import text
from runner.screen.choose_face import choose_face
from runner.screen.face import Face

Paint = Callable[[Face], None]

# xterm's alternate screen, which editors and top use: leaving it brings the earlier text back.
ENTER_SCREEN = "\x1b[?1049h\x1b[?25l\x1b[2J"  # hides the cursor, too
LEAVE_SCREEN = "\x1b[?25h\x1b[?1049l"


@contextmanager
def repeated(stream: TextIO, *, plain: bool) -> Iterator[Callable[[Paint], None]]:
    """Yield a function that shows a page. At the end the terminal is as it was before."""
    face = choose_face(stream, plain=plain)
    if not face.repaints:
        yield lambda paint: paint(face)
        return
    with _alternate(stream):
        yield lambda paint: _repaint(stream, paint)


@contextmanager
def preview(stream: TextIO, *, plain: bool) -> Iterator[Callable[[Paint, bool], None]]:
    """Yield a function that shows a page longer than the screen: the part that has changed since the last page.

    The function takes the page and whether it is whole. A page that is not whole, because the lesson has a fault, is
    shown from its top and not remembered.
    """
    face = choose_face(stream, plain=plain)
    if not face.repaints:
        yield lambda paint, _: paint(face)
        return
    window = _Window(stream)
    with _alternate(stream):
        yield window.show


@contextmanager
def _alternate(stream: TextIO) -> Iterator[None]:
    try:
        stream.write(ENTER_SCREEN)
        yield
    finally:
        stream.write(LEAVE_SCREEN)
        stream.flush()


class _Window:
    """Shows the part of a long page that fits on the screen."""

    ABOVE = 3  # lines to show above the first that differs

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._page: list[str] = []

    def show(self, paint: Paint, whole: bool) -> None:
        columns, lines = shutil.get_terminal_size()
        page = painted(paint, columns, lines)
        top = self._first_difference(page) if whole and self._page else 0
        if whole:
            self._page = page
        top = max(0, min(top - self.ABOVE, len(page) - (lines - 2)))
        shown = [*page[top : top + lines - 2], text("show.changed")[: columns - 1]]
        _overwrite(self._stream, shown)

    def _first_difference(self, page: list[str]) -> int:
        pairs = zip(page, self._page, strict=False)
        return next((index for index, (new, old) in enumerate(pairs) if new != old), min(len(page), len(self._page)))


def _repaint(stream: TextIO, paint: Paint) -> None:
    """Show a page on the whole screen. If it is too long, leave out blank lines first."""
    columns, lines = shutil.get_terminal_size()
    shown = painted(paint, columns, lines)
    if len(shown) >= lines:
        shown = [line for line in shown if line]
    if len(shown) >= lines:
        shown, rest = shown[: lines - 2], len(shown) - (lines - 2)
        shown.append(text("xray.more-lines", count=rest)[: columns - 1])
    _overwrite(stream, shown)


def _overwrite(stream: TextIO, shown: list[str]) -> None:
    """Overwrite the screen line by line, without flicker."""
    stream.write("\x1b[H" + "".join(f"{line}\x1b[K\r\n" for line in shown) + "\x1b[J")
    stream.flush()


def painted(paint: Paint, columns: int, lines: int) -> list[str]:
    """Return the lines of a page, with their colors, for a screen of that size."""
    from runner.screen.color import Color

    buffer = io.StringIO()
    paint(Color(buffer, force_terminal=True, width=columns, height=lines))
    return buffer.getvalue().rstrip("\n").split("\n")
