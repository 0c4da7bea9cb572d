"""Captured output, which arrives in pieces, becomes lines with a gutter in front."""

from __future__ import annotations

import re
from collections.abc import Callable

from runner.messages import safe_text

_STYLES = re.compile(r"\x1b\[[0-9;:]*m")
_BEGUN = re.compile(r"(?:\r+|\x1b(?:\[[0-9;:]*)?)\Z")  # a line end or a style that the next chunk may complete
COLUMNS = 4  # how wide the gutter is, on every face
Piece = tuple[str, bool]  # a text, and whether it is the gutter


class Gutter:
    """Turns chunks into pieces to write. Each line gets the gutter; lines longer than `width` columns are folded.

    The colors and styles of programs are left out, whatever the face: they are not ours, and here nobody needs them.
    """

    def __init__(self, gutter: str, width: int | None = None, cells: Callable[[str], int] = len) -> None:
        self._gutter = gutter
        self._width = width
        self._cells = cells
        self._held = ""  # the end of the last chunk, if the next one may complete it
        self._column = 0
        self._inside = False  # whether a line is open

    def feed(self, chunk: str) -> list[Piece]:
        chunk = self._held + chunk
        kept = _BEGUN.sub("", chunk)
        self._held = chunk[len(kept) :]
        return self._pieces(safe_text.inert(safe_text.unix_lines(_STYLES.sub("", kept))))

    def close(self) -> list[Piece]:
        """End the line that is open, if there is one."""
        self._held = ""
        return self._pieces("\n") if self._inside else []

    def _pieces(self, text: str) -> list[Piece]:
        pieces: list[Piece] = []
        for line in text.splitlines(keepends=True) if text else ():
            body = line.removesuffix("\n")
            if not self._inside:
                pieces.append((self._gutter if body else self._gutter.rstrip(), True))
            pieces += self._folded(body)
            self._inside = body == line
            if not self._inside:
                pieces.append(("\n", False))
                self._column = 0
        return pieces

    def _folded(self, body: str) -> list[Piece]:
        if self._width is None:
            return [(body, False)]
        pieces: list[Piece] = []
        start = 0
        body = self._untabbed(body)
        for place, character in enumerate(body):
            wide = self._cells(character)
            if self._column + wide > self._width:
                pieces += [(body[start:place], False), ("\n", False), (self._gutter, True)]
                start, self._column = place, 0
            self._column += wide
        return [*pieces, (body[start:], False)]

    def _untabbed(self, body: str) -> str:
        return (" " * self._column + body).expandtabs()[self._column :] if "\t" in body else body
