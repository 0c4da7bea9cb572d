"""The shell-integration marks (OSC 133) by which each shell announces itself, and what tells them from output.

`C` when a command starts to print, `D;STATUS` when it has ended, `A;k=s` when the shell waits for the rest of a
line. They come from the exported variables PS0, PROMPT_COMMAND and PS2, so shells started inside (chroot, unshare)
inherit them. The run's own `aid` in each mark keeps a program's output from passing for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

PREFIX = b"\x1b]133;"


class Mark(NamedTuple):
    kind: str  # "C", "D" or "A"
    value: str


def environment(aid: str) -> dict[str, str]:
    """The variables that make a bash, and every bash it starts, announce itself."""
    return {
        "PS1": r"\h:\w\$ ",
        "PROMPT_COMMAND": rf"printf '\033]133;D;%s;aid={aid}\007' $?",
        "PS0": rf"\e]133;C;aid={aid}\a",
        "PS2": rf"\[\e]133;A;k=s;aid={aid}\a\]> ",
    }


class Splitter:
    """Takes the terminal's bytes in any pieces; gives marks, and the output between them."""

    def __init__(self, aid: str) -> None:
        self._held = b""  # bytes that may be the beginning of a mark
        self._mark = re.compile(rb"\x1b\]133;([ACD])([^\x07\x1b]*);aid=" + aid.encode() + rb"\x07")

    def split(self, data: bytes) -> Iterator[Mark | bytes]:
        data, self._held = self._held + data, b""
        position = 0
        for match in self._mark.finditer(data):
            if match.start() > position:
                yield data[position : match.start()]
            yield Mark(match[1].decode(), match[2].decode().lstrip(";"))
            position = match.end()
        rest = data[position:]
        escape = rest.rfind(b"\x1b")
        if escape >= 0 and _may_become_mark(rest[escape:]):
            rest, self._held = rest[:escape], rest[escape:]
        if rest:
            yield rest

    def forget(self) -> None:
        self._held = b""


def _may_become_mark(tail: bytes) -> bool:
    return tail.startswith(PREFIX) or PREFIX.startswith(tail)
