"""Who looks at the facts while the student is in the shell, and what is said of them there: a line, and the title."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Sequence

from runner.messages import safe_text
from runner.messages.sentences import text
from runner.records.exercise import FactResult, all_true, count

EVERY = 0.4  # seconds between two looks
SHARE = 4  # a look that takes long is followed by so many times its own length of peace
GREEN, RED, PLAIN = "\x1b[32m", "\x1b[31m", "\x1b[0m"
KEEP_TITLE, GIVE_TITLE_BACK = "\x1b[22;2t", "\x1b[23;2t"  # xterm's stack of window titles


class Lookout:
    """Compares what is true with what was true when last told. `titles` gives a fact's title by its id."""

    def __init__(
        self, look: Callable[[], tuple[FactResult, ...]], titles: Callable[[str], str], exercise: str, *, plain: bool
    ) -> None:
        self.repaints = not plain
        self._look = look
        self._titles = titles
        self._exercise = exercise
        self._told: dict[str, bool] = {}
        self.seen: tuple[FactResult, ...] = ()  # when last looked
        self._due = 0.0
        self._window = ""

    def begin(self, known: Sequence[FactResult]) -> str:
        """What the student knows already; gives what keeps the terminal's title."""
        self._told = {result.id: result.true for result in known}
        self._window = ""
        return KEEP_TITLE if self.repaints else ""

    def end(self) -> str:
        return GIVE_TITLE_BACK if self.repaints else ""

    def pause(self) -> float:
        return max(0.0, self._due - time.monotonic())

    def look(self) -> bytes:
        """Raises whatever the look raises."""
        started = time.monotonic()
        self.seen = self._look()
        cost = time.monotonic() - started
        self._due = time.monotonic() + max(EVERY, SHARE * cost)
        return _bytes(self._title())

    def _title(self) -> str:
        if not self.repaints:
            return ""
        mark = "✓ " if all_true(self.seen) else ""
        window = text("practice.window", mark=mark, exercise=self._exercise, **_counts(self.seen))
        if window == self._window:
            return ""
        self._window = window
        return f"\x1b]2;{safe_text.line(window)}\x07"

    def news(self) -> bytes:
        lines = []
        for result in self.seen:
            if result.true != self._told.get(result.id, False):
                lines.append(self._line(result))
        changed = bool(lines)
        self._told = {result.id: result.true for result in self.seen}
        if changed and all_true(self.seen):
            lines.append(self._marked(text("practice.all-true"), GREEN))
        return _bytes("".join(line + "\r\n" for line in lines))

    def _line(self, result: FactResult) -> str:
        key = "practice.became-true" if result.true else "practice.became-false"
        said = text(key, title=safe_text.line(self._titles(result.id)), **_counts(self.seen))
        if self.repaints:
            line = ("✓ " if result.true else "✗ ") + said
            width = shutil.get_terminal_size().columns - 1
            return self._marked(line if len(line) <= width else line[: width - 1] + "…", GREEN if result.true else RED)
        return f"{text('evidence.passed' if result.true else 'evidence.failed')} {said}"

    def _marked(self, line: str, color: str) -> str:
        return f"{color}{line}{PLAIN}" if self.repaints else line


def _counts(results: Sequence[FactResult]) -> dict[str, int]:
    return {"true": count(results), "total": len(results)}


def _bytes(words: str) -> bytes:
    return words.encode(sys.stdout.encoding or "utf-8", errors="replace")
