"""What a bash on the live terminal tells about itself: the standard shell-integration marks, OSC 133.

`C` when a command starts to print, `D;STATUS` when it has ended, `A;k=s` when the shell waits for the rest of a
line. They come from the exported variables PS0, PROMPT_COMMAND and PS2, so shells started inside (chroot, unshare)
inherit them. The run's own `aid` in each mark keeps a program's output from passing for one. `C` and `D` name their
shell, and `D` has that shell's last line of history: what was typed. All of it by builtins: a fork would use up a PID
that lessons count, and the one child that `unshare -p` without `-f` allows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

PREFIX = b"\x1b]133;"
_MARK = (
    rb"\x1b\]133;(?:(?P<end>D);(?P<status>\d*);aid=AID;(?P<last>[\d.]*);(?P<words>.*?);aid=AID\x07"
    rb"|(?P<start>C);aid=AID;(?P<shell>[\d.]*)\x07|(?P<more>A)[^\x07\x1b]*;aid=AID\x07)"
)
_NUMBER = re.compile(r"\s*\d+\*?\s+")  # `history` prints it in front of a line.


class Mark(NamedTuple):
    kind: str  # "C", "D" or "A"
    value: str
    shell: str = ""  # C and D say which shell it was, so that the two can be matched.
    words: str = ""  # D has that shell's newest line of history.


def environment(aid: str) -> dict[str, str]:
    """Return the variables that make a bash, and every bash that it starts, announce itself."""
    return {
        "PROMPT_COMMAND": (rf"printf '\033]133;D;%s;aid={aid};%s;' $? $$.$SHLVL; history 1; printf ';aid={aid}\007'"),
        "PS0": rf"\e]133;C;aid={aid};$$.$SHLVL\a",
        "PS2": rf"\[\e]133;A;k=s;aid={aid}\a\]> ",
    }


class Splitter:
    """Tells marks from output in what a terminal prints, in whatever pieces it comes."""

    def __init__(self, aid: str) -> None:
        self._held = b""  # bytes that may be the beginning of a mark
        self._mark = re.compile(_MARK.replace(b"AID", aid.encode()), re.DOTALL)

    def split(self, data: bytes) -> Iterator[Mark | bytes]:
        data, self._held = self._held + data, b""
        position = 0
        for match in self._mark.finditer(data):
            if match.start() > position:
                yield data[position : match.start()]
            yield _read(match)
            position = match.end()
        rest = data[position:]
        escape = rest.rfind(b"\x1b")
        if escape >= 0 and _may_become_mark(rest[escape:]):
            rest, self._held = rest[:escape], rest[escape:]
        if rest:
            yield rest

    def forget(self) -> None:
        self._held = b""


def _read(match: re.Match[bytes]) -> Mark:
    found = {name: text.decode(errors="replace") for name, text in match.groupdict(b"").items()}
    if found["end"]:
        words = _NUMBER.sub("", found["words"].replace("\r\n", "\n"), count=1).strip()
        return Mark("D", found["status"], found["last"], words)
    return Mark("C", "", found["shell"]) if found["start"] else Mark("A", "")


def _may_become_mark(tail: bytes) -> bool:
    return tail.startswith(PREFIX) or PREFIX.startswith(tail)
