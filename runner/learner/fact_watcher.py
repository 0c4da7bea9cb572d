"""The watcher of the facts while the student works in the shell. It shows changes in a line and the window title."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Sequence

from runner.learner import near_miss
from runner.messages import safe_text
from runner.messages.catalog import text
from runner.records.exercise import FactResult, all_true, count

EVERY = 0.4  # seconds between two looks
QUICK = 0.25  # seconds that the prompt may wait for a look
SHARE = 4  # after each look we pause so many times its duration, so that looking never takes most of the time
GREEN, RED, YELLOW, PLAIN = "\x1b[32m", "\x1b[31m", "\x1b[33m", "\x1b[0m"
KEEP_TITLE, GIVE_TITLE_BACK = "\x1b[22;2t", "\x1b[23;2t"  # xterm's stack of window titles


class FactWatcher:
    """Looks at the facts, and tells those that changed since the last news. It is a Companion of the free shell.

    `look` reads the facts; `titles` returns what a fact is called for now.
    """

    def __init__(
        self,
        look: Callable[[], tuple[FactResult, ...]],
        titles: Callable[[FactResult], str],
        exercise: str,
        *,
        plain: bool,
    ) -> None:
        self.repaints = not plain
        self.quick = True
        self._look = look
        self._titles = titles
        self._exercise = exercise
        self._known: dict[str, bool] = {}
        self.seen: tuple[FactResult, ...] = ()  # the facts at the last look
        self._due = 0.0
        self._window = ""
        self._remark = ""  # on the command that has ended

    def begin(self, known: Sequence[FactResult]) -> str:
        """Start with the facts that the student knows. Return the escape sequence that saves the window title."""
        self._known = {result.id: result.true for result in known}
        self._window = ""
        return KEEP_TITLE if self.repaints else ""

    def end(self) -> str:
        """Return the escape sequence that restores the window title."""
        return GIVE_TITLE_BACK if self.repaints else ""

    def pause(self) -> float:
        return max(0.0, self._due - time.monotonic())

    def hurry(self) -> None:
        self._due = 0.0

    def ended(self, command: str) -> None:
        self._remark = text(near_miss.SUDO) if near_miss.has_sudo(command) else ""

    def look(self) -> bytes:
        """Look at the facts, and return the bytes that change the window title. Raises what the `look` given raises."""
        started = time.monotonic()
        self.seen = self._look()
        cost = time.monotonic() - started
        self._due = time.monotonic() + max(EVERY, SHARE * cost)
        self.quick = cost < QUICK or not self.repaints  # without repainting, news have no other place
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
        lines = [self._marked(self._remark, YELLOW)] if self._remark else []
        told, self._remark = len(lines), ""
        for result in self.seen:
            if result.true != self._known.get(result.id, False):
                lines.append(self._line(result))
        changed = len(lines) > told
        self._known = {result.id: result.true for result in self.seen}
        if changed and all_true(self.seen):
            lines.append(self._marked(text("practice.all-true"), GREEN))
        return _bytes("".join(line + "\r\n" for line in lines))

    def _line(self, result: FactResult) -> str:
        key = "practice.became-true" if result.true else "practice.became-false"
        sentence = text(key, title=safe_text.line(self._titles(result)), **_counts(self.seen))
        if self.repaints:
            line = ("✓ " if result.true else "✗ ") + sentence
            width = shutil.get_terminal_size().columns - 1
            return self._marked(line if len(line) <= width else line[: width - 1] + "…", GREEN if result.true else RED)
        return f"{text('evidence.passed' if result.true else 'evidence.failed')} {sentence}"

    def _marked(self, line: str, color: str) -> str:
        return f"{color}{line}{PLAIN}" if self.repaints else line


def _counts(results: Sequence[FactResult]) -> dict[str, int]:
    return {"true": count(results), "total": len(results)}


def _bytes(words: str) -> bytes:
    return words.encode(sys.stdout.encoding or "utf-8", errors="replace")
