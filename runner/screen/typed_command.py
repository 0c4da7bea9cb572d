"""The command that a student types in the free shell, as the shell's marks and the keys tell of it."""

from __future__ import annotations

import re
import time

from runner.lab.command import plain_text
from runner.lab.osc133 import Mark
from runner.lab.terminal import INTERRUPT
from runner.records.results import CommandResult, Trouble
from runner.screen import key_bytes

SEARCHES = (b"\x12", b"\x13")  # Ctrl-R and Ctrl-S
SYNTAX_ERROR = "2"  # the exit status after a line that bash does not begin, since it cannot read it
EXIT = "exit"
KEPT = 65536  # bytes of output that we keep for checks
# Arrows, Tab and the like change a line unseen.
EDITING = re.compile(rb"[^\x08\x0c\x15\x17\x1a\x20-\x7e\x7f\x80-\xff]")


class TypedCommand:
    """Follows the student's command by the marks (OSC 133) that the shell prints around it."""

    def __init__(self, keys: bytes = b"", *, running: bool = False) -> None:
        self.keys = keys  # those that no mark has answered yet, also from before the student left and came back
        self._started = time.monotonic() if running else 0.0
        self._kept = bytearray()
        self._exit: int | None = None
        self._running = running  # since before
        self._unmarked = False  # a line has ended whose beginning no mark had told
        self._shell = ""
        self._words = ""
        self._recorded: dict[str, str] = {}  # each shell's last line of history, as its last prompt told it
        self.ahead = False  # at the last prompt more stood waiting than the line that it answered
        self.continuing = False  # the shell waits for the rest of a line
        self.done = False

    @property
    def at_prompt(self) -> bool:
        return not self._running

    @property
    def at_empty_line(self) -> bool:
        """Tell whether the shell waits for a command of which nothing is typed, for all that the keys tell."""
        erased = not EDITING.search(self.keys) and not _line(self.keys)
        return not (self._running or self._unmarked or self.continuing) and erased

    @property
    def searching(self) -> bool:
        """Tell whether the history may be being searched, a mode of the shell that Escape ends."""
        return any(key in self.keys for key in SEARCHES)

    def shows(self, data: bytes = b"") -> bool:
        """Tell whether anything that shows was typed at this prompt, or is in `data`."""
        return any(key[0] >= 0x20 for key in key_bytes.split(self.keys + data) if key[0] != 0x7F)

    @property
    def entered(self) -> bool:
        """Tell whether a line was entered of which the shell has not told anything yet."""
        return not self._running and bool(key_bytes.partition_line(self.keys)[1])

    @property
    def unanswered(self) -> bool:
        """Tell whether a line was entered of which a mark is missing: it runs, or the shell has lost its marks."""
        return self._running or self._unmarked or self.entered

    def typed(self, data: bytes) -> None:
        if not self._running:
            self.keys += data
        elif INTERRUPT in data:  # which discards what waits
            self.keys = b""

    def exits(self) -> None:
        """Take it that Ctrl-D is pressed on an empty line, which is `exit` in another way."""
        self._started, self._running, self.done = time.monotonic(), True, False
        self._shell, self._words = "", EXIT
        self._kept.clear()

    def mark(self, mark: Mark) -> None:
        """Take a mark. It answers the keys up to the first Enter; what was typed after that waits."""
        line, enter, rest = key_bytes.partition_line(self.keys)
        if (mark.kind == "D" and self._running) or (mark.kind != "D" and not enter):
            line, rest = b"", self.keys  # it answers no Enter of these
        given_up, self.continuing = self.continuing and mark.kind == "D", mark.kind == "A"
        if mark.kind == "C":
            self._started, self._running, self.done = time.monotonic(), True, False
            self._shell, self._words = mark.shell, _line(line)
            self._kept.clear()
        elif mark.kind == "D" and self._running:
            self._exit, self._running, self._unmarked, self.done = int(mark.value or 0), False, False, True
            if mark.shell == self._shell:  # a shell that was entered knows nothing of the line that started it
                self._words = mark.words
        elif mark.kind == "D":
            recorded = self._recorded.get(mark.shell, mark.words)
            begun = bool(enter and _line(line)) or recorded != mark.words
            self._unmarked = begun and not given_up and mark.value != SYNTAX_ERROR
        if mark.kind == "D":
            self._recorded[mark.shell] = mark.words
        self.keys, self.ahead = (b"", bool(rest)) if mark.kind == "D" else (rest, False)

    def output(self, data: bytes) -> None:
        if self._running:
            self._kept += data[: KEPT - len(self._kept)]

    @property
    def last_line(self) -> bytes:
        """Return what stands on the line where the output ends: the prompt of a shell that does not mark it."""
        return bytes(self._kept).rpartition(b"\n")[2] if len(self._kept) < KEPT else b""

    def result(self, trouble: Trouble | None, detail: str = "") -> CommandResult | None:
        """Return the command so far; `trouble` says why it has not ended. None when no command was started."""
        if not self._started and trouble is not Trouble.LOST:
            return None
        seconds = time.monotonic() - self._started if self._started else 0.0
        words, output = self._words or _line(self.keys), plain_text(bytes(self._kept))
        return CommandResult(words, None if trouble else self._exit, output, seconds, trouble, detail)


def _line(keys: bytes) -> str:
    """Return the line that these keys make. It is empty when a key such as an arrow or Tab changed it unseen."""
    line = ""
    last = keys.rstrip(b"\r\n").replace(b"\r", b"\n").rpartition(b"\n")[2]
    if EDITING.search(last):
        return ""
    for key in last.decode(errors="replace"):
        if key in "\x7f\x08":
            line = line[:-1]
        elif key == "\x15":  # Ctrl-U
            line = ""
        elif key == "\x17":  # Ctrl-W
            line = line.rstrip().rpartition(" ")[0]
        elif key in "\x0c\x1a":  # Ctrl-L draws it again, and Ctrl-Z stops nothing
            continue
        else:
            line += key
    return line.strip()
