"""The color face, drawn by Rich. It uses the sixteen colors of the terminal and lays out Markdown for any width."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any, TextIO

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Heading, Markdown
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from runner.messages import safe_text
from runner.records.results import Outcome
from runner.screen import line_continuation
from runner.screen.face import Tone
from runner.screen.gutter import COLUMNS, Gutter

READABLE = 100  # columns; longer lines of prose tire the eye
INDENT = 2  # columns
BAR = 10  # columns of a gauge
TIGHT = 0.9  # from this share of its limit on a gauge is nearly full
TONES = {"": "", "dim": "dim", "good": "green", "bad": "bold red", "warn": "yellow"}
GLYPHS = {Outcome.PASSED: "✓", Outcome.FAILED: "✗", Outcome.COULD_NOT_CHECK: "?", Outcome.SKIPPED: "-"}
NARROW, LOW = 40, 8  # columns and lines of a screen on which pages would be too short to read
UNDER_A_PAGE = 3  # lines for what may follow it: a gap and a line of keys, folded at worst
COLORS = {
    Outcome.PASSED: "green",
    Outcome.FAILED: "bold red",
    Outcome.COULD_NOT_CHECK: "yellow",
    Outcome.SKIPPED: "dim",
}
THEME = Theme(
    {
        "markdown.code": "cyan",
        "markdown.block_quote": "italic",
        "markdown.item.bullet": "dim",
        "markdown.item.number": "dim",
        "markdown.h1": "bold",
        "markdown.h2": "bold",
        "markdown.h3": "bold",
    }
)


class _QuietHeading(Heading):
    """A heading at the left margin, without the box that Rich draws."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Text(self.text.plain, style="bold")


class _QuietCode(CodeBlock):
    """Indented code in one color: Rich would add a background and guess the language."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Padding(Text(str(self.text).rstrip(), style="cyan"), (0, 0, 0, 2))


class _Prose(Markdown):
    elements = {**Markdown.elements, "heading_open": _QuietHeading, "fence": _QuietCode, "code_block": _QuietCode}  # noqa: RUF012


class Color:
    """Writes to a terminal with Rich. See Face for its methods."""

    repaints = True

    def __init__(self, stream: TextIO, **console: Any) -> None:
        self._console = Console(
            file=safe_text.tolerate(stream), theme=THEME, markup=False, highlight=False, emoji=False, **console
        )
        self._blank = True
        self._gutter: Gutter | None = None
        self._turn: Callable[[], None] | None = None
        self._unread = 0  # lines since a key was pressed

    @property
    def _width(self) -> int:
        """Return the columns for prose. It is computed each time, because the window may change its size."""
        return min(self._console.width, READABLE)

    def _print(self, what: Any, indent: int = INDENT, *, below: int = UNDER_A_PAGE, width: int = 0) -> None:
        """Write something that needs so many free lines `below`. `width`: in so many columns, not those for prose."""
        with self._console.capture() as captured:
            self._console.print(Padding(what, (0, 0, 0, indent), expand=False), width=width or self._width)
        lines = captured.get().splitlines(keepends=True)
        if self._console.width < NARROW or self._console.height < LOW:
            self._unread = -len(lines)  # on a tiny screen there is no end
        page = max(1, self._console.height - below)  # lines that can be shown before a key must be pressed
        for block in [lines] if len(lines) <= page else _blocks(lines):
            if self._unread + len(block) > page >= len(block):
                self._turn_page()  # what fits on one page stays together
            for line in block:
                if self._unread >= page:
                    self._turn_page()
                self._write(line)
        self._console.file.flush()
        self._blank = False

    def _write(self, words: str) -> None:
        self._console.file.write(words)
        self._unread += words.count("\n")

    def _turn_page(self) -> None:
        self._unread = 0
        if self._turn:
            self._turn()
            self._unread = 0

    def paged(self, turn: Callable[[], None] | None) -> None:
        self._turn = turn

    def read(self, but: int = 0) -> None:
        self._unread = but

    def gap(self) -> None:
        if not self._blank:
            self._write("\n")
            self._blank = True

    def title(self, text: str) -> None:
        self.gap()
        self._print(Text(safe_text.line(text), style="bold"), 0)
        self.gap()

    def heading(self, text: str) -> None:
        self.gap()
        shown = safe_text.line(text)
        rule = "━" * max(0, self._width - cell_len(shown) - 4)
        self._print(Text.assemble(("━━ ", "cyan"), (shown, "bold"), (" " + rule, "cyan")), 0)
        self.gap()

    def subheading(self, text: str) -> None:
        self.gap()
        self._print(Text.assemble(("▸ ", "cyan"), (safe_text.line(text), "bold")), 0)
        self.gap()

    def prose(self, markdown: str) -> None:
        self.gap()
        self._print(_Prose(safe_text.inert(markdown), hyperlinks=False))
        self.gap()

    def say(self, text: str, tone: Tone = "", *, ends: bool = False) -> None:
        self._print(Text(safe_text.inert(text), style=TONES[tone]), below=1 if ends else UNDER_A_PAGE)

    def ask(self) -> None:
        self._console.print("  > ", end="")
        self._console.file.flush()
        self._blank = False
        self.read()

    def pairs(self, rows: Sequence[tuple[str, str]], fold: int = 0) -> None:
        grid = Table.grid(padding=(0, 2))
        grid.add_column(no_wrap=not fold, max_width=fold or None, style="cyan")
        grid.add_column()
        for term, meaning in rows:
            grid.add_row(Text(safe_text.line(term)), _Prose(safe_text.inert(meaning), hyperlinks=False))
        self._print(grid, 4)
        self.gap()

    def command(self, place: str, command: str, *, sign: str = "#") -> None:
        self.gap()
        prompt = f"{safe_text.line(place)} {sign}"
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_column(no_wrap=True, justify="right", style="dim")
        grid.add_column(overflow="fold")
        shown = safe_text.inert(command)
        room = self._width - INDENT - cell_len(prompt) - 1
        for number, (more, line) in enumerate(line_continuation.page(shown, room)):
            grid.add_row(more if number else prompt, Text(line, style="bold"))
        self._print(grid)

    def output(self, chunk: str) -> None:
        self._gutter = self._gutter or Gutter("  │ ", self._console.width - COLUMNS, cell_len)
        self._pour(self._gutter.feed(chunk))

    def output_ends(self) -> None:
        if self._gutter:
            self._pour(self._gutter.close())
            self._gutter = None

    def _pour(self, pieces: Sequence[tuple[str, bool]]) -> None:
        shown = Text.assemble(*((words, "dim" if gutter else "") for words, gutter in pieces))
        self._console.print(shown, end="", soft_wrap=True)
        self._unread += shown.plain.count("\n")
        self._blank = False

    def evidence(self, outcome: Outcome, fact: str, details: Sequence[str], source: str = "") -> None:
        color = COLORS[outcome]
        shown = Text.assemble((GLYPHS[outcome] + " ", color), (safe_text.line(fact), ""))
        shown.append(": " if details else "", "dim")
        shown.append(safe_text.line(", ".join(details)), "" if outcome == Outcome.PASSED else color)
        if source:
            shown.append(" · " + safe_text.line(source), "dim")
        shown.justify = "left"
        grid = Table.grid()
        grid.add_column(width=2, no_wrap=True)
        grid.add_column()
        grid.add_row(shown[:2], shown[2:])
        self._print(grid)

    def gauges(self, rows: Sequence[tuple[str, float | None, str]], full: Tone = "warn") -> None:
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(no_wrap=True, style="cyan")
        grid.add_column(no_wrap=True)
        grid.add_column()
        for term, share, meaning in rows:
            grid.add_row(Text(safe_text.line(term)), _bar(share, TONES[full]), Text(safe_text.line(meaning)))
        self._print(grid)

    def rows(self, lines: Sequence[tuple[str, Tone]]) -> None:
        for line, tone in lines:
            shown = Text(safe_text.line(line), style=TONES[tone], no_wrap=True, overflow="ellipsis")
            self._print(shown, width=self._console.width)

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        for place, name in enumerate(head):
            grid.add_column(safe_text.line(name), no_wrap=place != len(head) - 1)
        for row in rows:
            grid.add_row(*(Text(safe_text.line(cell)) for cell in row))
        self._print(grid)


def _blocks(lines: Sequence[str]) -> list[list[str]]:
    """Split lines into paragraphs and tables, each with the blank lines below. A line alone, such as a heading, stays
    with what it heads.
    """
    blocks: list[list[str]] = [[]]
    heads = False
    for blank, group in groupby(lines, lambda line: not line.strip()):
        rows = list(group)
        if blank or (heads and len(rows) > 1):
            blocks[-1] += rows
        else:
            blocks.append(rows)
        heads = heads if blank else len(rows) == 1
    return blocks


def _bar(share: float | None, style: str) -> Text:
    """Draw a gauge of ten places. At least one is full when anything is used; without a limit there is no gauge.

    `style` is that of a gauge that is nearly full.
    """
    if share is None:
        return Text("")
    full = max(1 if share > 0 else 0, round(share * BAR))
    return Text.assemble(("█" * full, style if share >= TIGHT else "cyan"), ("░" * (BAR - full), "dim"))
