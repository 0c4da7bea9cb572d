"""The plain face, for pipes, screen readers and simple terminals: words instead of symbols, no escape sequences."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from typing import TextIO

from runner.messages import safe_text
from runner.messages.catalog import text
from runner.records.results import Outcome
from runner.screen.face import Tone
from runner.screen.gutter import Gutter
from runner.screen.markdown import plain

UNBROKEN = "\u00a0"  # It is written as an ordinary blank, but no line ends there.


class Plain:
    """Writes to `stream`; folds lines at `width` columns, or never if it is None (a pipe). See Face for its methods."""

    repaints = False

    def __init__(self, stream: TextIO, width: int | None = None) -> None:
        self._stream = safe_text.tolerate(stream)
        self._width = width
        self._blank = True
        self._gutter: Gutter | None = None

    def _write(self, words: str) -> None:
        if words:
            self._blank = words == "\n" or words.endswith("\n\n")
            self._stream.write(words)

    def _lines(self, words: str, indent: str = "") -> None:
        for line in safe_text.inert(words).split("\n"):
            self._write(self._folded(indent + line).replace(UNBROKEN, " ") + "\n")
        self._stream.flush()

    def _folded(self, line: str) -> str:
        if self._width is None or len(line) <= self._width:
            return line.rstrip()
        margin = " " * (len(line) - len(line.lstrip()))
        return textwrap.fill(
            line.strip(),
            self._width,
            initial_indent=margin,
            subsequent_indent=margin,
            break_long_words=False,
            break_on_hyphens=False,
        )

    def paged(self, turn: Callable[[], None] | None) -> None:
        pass  # a screen reader, or whoever reads a file, has all of it

    def read(self, but: int = 0) -> None:
        pass

    def gap(self) -> None:
        if not self._blank:
            self._write("\n")

    def title(self, text: str) -> None:
        self._lines(text)
        self.gap()

    def heading(self, text: str) -> None:
        self.gap()
        self._lines(text)
        self.gap()

    subheading = heading

    def prose(self, markdown: str) -> None:
        self.gap()
        self._lines("\n".join(plain(safe_text.inert(markdown))))
        self.gap()

    def say(self, text: str, tone: Tone = "", *, ends: bool = False) -> None:
        self._lines(text)

    def ask(self) -> None:
        self._write("> ")
        self._stream.flush()

    def pairs(self, rows: Sequence[tuple[str, str]], fold: int = 0) -> None:
        for term, meaning in rows:
            self._lines(f"{term}: {' '.join(plain(safe_text.inert(meaning)))}", "  ")

    def command(self, place: str, command: str, *, sign: str = "#") -> None:
        self.gap()
        first, *more = safe_text.inert(command).split("\n")
        self._write("\n".join([f"{safe_text.line(place)} {sign} {first}", *(f"> {line}" for line in more)]) + "\n")
        self._stream.flush()

    def output(self, chunk: str) -> None:
        self._gutter = self._gutter or Gutter("    ")
        self._pour(self._gutter.feed(chunk))

    def output_ends(self) -> None:
        if self._gutter:
            self._pour(self._gutter.close())
            self._gutter = None

    def _pour(self, pieces: Sequence[tuple[str, bool]]) -> None:
        self._stream.write("".join(words for words, _ in pieces))
        self._blank = False
        self._stream.flush()

    def evidence(self, outcome: Outcome, fact: str, details: Sequence[str], source: str = "") -> None:
        told = f": {', '.join(details)}" if details else ""
        origin = f" · {source}" if source else ""
        self._lines(f"{text('evidence.' + outcome)} {fact}{told}{origin}".replace("\n", "\\n"))

    def gauges(self, rows: Sequence[tuple[str, float | None, str]], full: Tone = "warn") -> None:
        for term, _, meaning in rows:
            self._lines(f"{term}: {safe_text.line(meaning)}", "  ")

    def rows(self, lines: Sequence[tuple[str, Tone]]) -> None:
        for line, _ in lines:
            self._write(safe_text.line(line) + "\n")
        self._stream.flush()

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
        for row in (head, *rows):
            cells = zip(row, widths, strict=True)
            self._write(safe_text.line("  ".join(cell.ljust(width) for cell, width in cells)).rstrip() + "\n")
        self._stream.flush()
