"""The interface that the two faces of the program, plain and color, have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

from runner.records.results import Outcome

Tone = Literal["", "dim", "good", "bad", "warn"]


class Face(Protocol):
    """Puts things on a screen. It makes escape sequences in texts visible; `prose` and `meaning` are Markdown."""

    repaints: bool  # True: text may be painted over and single keys are read. False: only whole lines, both ways.

    def title(self, text: str) -> None: ...

    def heading(self, text: str) -> None: ...

    def subheading(self, text: str) -> None: ...

    def prose(self, markdown: str) -> None: ...

    def say(self, text: str, tone: Tone = "", *, ends: bool = False) -> None:
        """Show a sentence. `ends`: it is the last of its page, at which somebody answers."""

    def ask(self) -> None:
        """Begin the line on which the user types an answer."""

    def pairs(self, rows: Sequence[tuple[str, str]], fold: int = 0) -> None:
        """Show terms with their meanings, side by side. `fold`: a term may take several lines of so many columns."""

    def command(self, place: str, command: str, *, sign: str = "#") -> None:
        """Show a command at the prompt of a place, which ends in `sign`. Long lines are broken as a shell allows."""

    def output(self, chunk: str) -> None:
        """Show captured output as it arrives; a piece may end anywhere."""

    def output_ends(self) -> None:
        """Finish the last line of captured output."""

    def evidence(self, outcome: Outcome, fact: str, details: Sequence[str], source: str = "") -> None:
        """Show one fact with its outcome. `source` is the file or call that tells the fact."""

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None: ...

    def rows(self, lines: Sequence[tuple[str, Tone]]) -> None:
        """Show lines that were laid out for the whole width of the screen. They are never folded."""

    def gauges(self, rows: Sequence[tuple[str, float | None, str]], full: Tone = "warn") -> None:
        """Show gauges. A row is a name, the used share of the limit (0 to 1, None: no limit), and the same in words.

        `full` is the tone of a gauge that is nearly full.
        """

    def paged(self, turn: Callable[[], None] | None) -> None:
        """From now on call `turn`, which waits for a key, before anything unread would scroll off the screen.

        With None nothing waits any more: whoever read has left.
        """

    def read(self, but: int = 0) -> None:
        """Take all that is on the screen as read, `but` for the last lines: a key was pressed."""

    def gap(self) -> None:
        """Write a blank line, unless the last line is blank already."""
