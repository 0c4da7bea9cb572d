"""A page shown again and again: repainted in place on a capable terminal, else one block after another."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from runner.messages.sentences import text
from runner.screen.choose import choose_face
from runner.screen.face import Face

Paint = Callable[[Face], None]

# xterm's alternate screen, as editors and top use it: what was there before comes back afterwards
ENTER_SCREEN = "\x1b[?1049h\x1b[?25l\x1b[2J"  # cursor hidden
LEAVE_SCREEN = "\x1b[?25h\x1b[?1049l"


@contextmanager
def repeated(stream: TextIO, *, plain: bool) -> Iterator[Callable[[Paint], None]]:
    """Gives what shows a page; afterwards the terminal is as it was."""
    face = choose_face(stream, plain=plain)
    if not face.repaints:
        yield lambda paint: paint(face)
        return
    with _alternate(stream):
        yield lambda paint: _repaint(stream, paint)


@contextmanager
def preview(stream: TextIO, *, plain: bool) -> Iterator[Callable[[Paint, bool], None]]:
    """The same for a page longer than the screen: shows the part where it differs from the last that was whole.

    What it gives takes the page, and whether it is whole; one that is not is shown from its top.
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
    """A screen over a long page."""

    ABOVE = 3  # lines shown before the first that differs

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
        self._stream.write("\x1b[H" + "".join(f"{line}\x1b[K\r\n" for line in shown) + "\x1b[J")
        self._stream.flush()

    def _first_difference(self, page: list[str]) -> int:
        pairs = zip(page, self._page, strict=False)
        return next((index for index, (new, old) in enumerate(pairs) if new != old), min(len(page), len(self._page)))


def _repaint(stream: TextIO, paint: Paint) -> None:
    """Overwrite line by line from the top, so that nothing flickers. Where it is tight, blank lines go first."""
    columns, lines = shutil.get_terminal_size()
    shown = painted(paint, columns, lines)
    if len(shown) >= lines:
        shown = [line for line in shown if line]
    if len(shown) >= lines:
        shown, rest = shown[: lines - 2], len(shown) - (lines - 2)
        shown.append(text("xray.more-lines", count=rest)[: columns - 1])
    stream.write("\x1b[H" + "".join(f"{line}\x1b[K\r\n" for line in shown) + "\x1b[J")
    stream.flush()


def painted(paint: Paint, columns: int, lines: int) -> list[str]:
    """A page as lines, colours included."""
    from runner.screen.colour import Colour

    buffer = io.StringIO()
    paint(Colour(buffer, force_terminal=True, width=columns, height=lines))
    return buffer.getvalue().rstrip("\n").split("\n")
