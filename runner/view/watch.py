"""A page shown again and again: repainted in place on a capable terminal, else one block after another."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from runner.messages import text
from runner.view import choose_face
from runner.view.face import Face
from runner.view.plain import Plain

Paint = Callable[[Face], None]

# xterm's alternate screen, as editors and top use it: what was there before comes back afterwards
ENTER = "\x1b[?1049h\x1b[?25l\x1b[2J"  # cursor hidden
LEAVE = "\x1b[?25h\x1b[?1049l"


@contextmanager
def repeated(stream: TextIO, *, plain: bool) -> Iterator[Callable[[Paint], None]]:
    """Gives what shows a page; afterwards the terminal is as it was."""
    face = choose_face(stream, plain=plain)
    if isinstance(face, Plain):
        yield lambda paint: paint(face)
        return
    try:
        stream.write(ENTER)
        yield lambda paint: _repaint(stream, paint)
    finally:
        stream.write(LEAVE)
        stream.flush()


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
    from runner.view.colour import Colour

    buffer = io.StringIO()
    paint(Colour(buffer, force_terminal=True, width=columns, height=lines))
    return buffer.getvalue().rstrip("\n").split("\n")
