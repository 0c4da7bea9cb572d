"""The two faces of the program share one shape: a handful of things that can be put on a screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from runner.records.results import Outcome

Tone = Literal["", "dim", "good", "bad", "warn"]


class Face(Protocol):
    """What a screen can show. Every text is made inert by the face; `prose` and `meaning` are Markdown."""

    repaints: bool  # whether what is on the screen may be painted over; if not, whole lines are also what is read

    def title(self, text: str) -> None: ...

    def heading(self, text: str) -> None: ...

    def subheading(self, text: str) -> None: ...

    def prose(self, markdown: str) -> None: ...

    def say(self, text: str, tone: Tone = "") -> None: ...

    def ask(self) -> None:
        """The beginning of the line on which an answer is typed."""

    def pairs(self, rows: Sequence[tuple[str, str]]) -> None: ...

    def command(self, place: str, command: str) -> None: ...

    def output(self, chunk: str) -> None:
        """Captured output as it comes, in any pieces."""

    def output_ends(self) -> None: ...

    def evidence(self, outcome: Outcome, fact: str, details: Sequence[str], source: str = "") -> None: ...

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None: ...

    def gauges(self, rows: Sequence[tuple[str, float | None, str]]) -> None:
        """A name, the part of a limit that is used (0 to 1, None without a limit), and the same in words."""

    def gap(self) -> None:
        """A blank line, unless there is one already."""
