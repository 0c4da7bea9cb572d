"""A long command on a narrow screen, broken between words with the backslash by which a shell takes more lines as one.

A backslash with a newline means nothing to a shell, but in single quotes, comments and here-documents (bash(1),
QUOTING). So whoever types the rows as they stand, at the prompts that they show, types the same command. Where a
backslash would count as one, the row ends without it: as at the edge of a terminal, but between words, and the next row
has no prompt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len

MARK = "\\"
PROMPT = "> "  # bash asks so for the rest of a line (PS2)
DOCUMENT = re.compile(r"(?<!<)<<(?!<)")  # A here-document begins on this line.
LITERAL = ("'", "$'", "#")  # In these a backslash does not join two lines.
GOOD_ENDS = "/,;:|=&"  # After these a word that is longer than a row is best broken.


class Room(NamedTuple):
    """How many columns there are for the first row, for one after a mark, and for one after a row without it."""

    first: int
    continued: int
    folded: int


class Row(NamedTuple):
    """A part of the line; `continued`: it ends with the mark, which is not in the text."""

    text: str
    continued: bool = False


@lru_cache
def rows(line: str, room: Room, before: str = "") -> tuple[Row, ...]:
    """Break a line of a command. `before` are the lines of the same command that stand above it."""
    *_, joints = _joints(before + line)
    return _broken(line, room, joints)


def _broken(line: str, room: Room, joints: Sequence[bool]) -> tuple[Row, ...]:
    found: list[Row] = []
    start, width = 0, room.first
    while (fitting := _fitting(line, start, width)) and fitting[-1] < len(line):
        end, marked = _end(line, start, max(width, 2), joints)
        found.append(Row(line[start:end], marked))
        start, width = end, room.continued if marked else room.folded
    return (*found, Row(line[start:]))


def _fitting(line: str, start: int, width: int) -> range:
    """Return where a row of so many columns that starts there can end: after one character or more."""
    used, end = 0, start
    while end < len(line) and (used := used + cell_len(line[end])) <= width:
        end += 1
    return range(start + 1, max(end, start + 1) + 1)


def typed(laid_out: tuple[Row, ...], count: int) -> str:
    """Return what a screen shows when so many characters are typed. A mark appears when its row is full."""
    shown = ""
    for row in laid_out:
        shown += row.text[:count]
        count -= len(row.text)
        if count <= 0:
            break
        shown += f"{MARK}\r\n{PROMPT}" if row.continued else "\r\n"
    return shown


def page(command: str, width: int) -> list[tuple[str, str]]:
    """Return the rows of a whole command for a page, each with the sign that stands before it (the first has none)."""
    found: list[tuple[str, str]] = []
    for line, joints in zip(command.split("\n"), _joints(command), strict=True):
        sign = ">"
        for row in _broken(line, Room(width, width, width), joints):
            found.append((sign, row.text + MARK if row.continued else row.text.rstrip()))
            sign = ">" if row.continued else ""
    return found


def _end(line: str, start: int, width: int, joints: Sequence[bool]) -> tuple[int, bool]:
    """Return where a row ends that starts there, and whether with a mark.

    A mark soon after the beginning, before words that are quoted, would leave most of the row empty: these are begun.
    """
    fitting = [end for end in _fitting(line, start, width) if end < len(line)]
    marked = [end for end in _fitting(line, start, width - 1) if end < len(line) and joints[end]]
    words = [end for end in fitting if line[end - 1] == " " != line[end] and line[start:end].strip()]
    last_marked = max((end for end in words if end in marked), default=start)
    last_word = max((end for end in words if end in marked or not joints[end]), default=start)
    if last_marked > start and (last_marked == last_word or last_marked - start >= width // 2):
        return last_marked, True
    if last_word > start:
        return last_word, False
    split = max((end for end in marked if line[end - 1] in GOOD_ENDS), default=max(marked, default=start))
    return (split, True) if split > start else (max(fitting, default=start + 1), False)


def _joints(command: str) -> list[list[bool]]:
    """Tell for each line, and each place in it, whether a backslash and a newline there would change nothing."""
    joints = [True]
    inside: list[str] = []  # the quotation marks and parentheses that are open
    while (position := len(joints) - 1) < len(command):
        width = _read(command, position, inside)
        joints += [False] * (width - 1) + [not inside or inside[-1] not in LITERAL]
    found, start, document = [], 0, False
    for line in command.split("\n"):
        end = start + len(line) + 1
        found.append([False] * (len(line) + 1) if document else joints[start:end])
        start, document = end, document or DOCUMENT.search(line) is not None
    return found


def _read(text: str, position: int, inside: list[str]) -> int:  # noqa: PLR0912 -- a table of what may stand there
    """Read what stands there, open or close what it opens or closes, and return how many characters it has."""
    character, around = text[position], inside[-1] if inside else ""
    if around in LITERAL:
        if around == "$'" and character == "\\":
            return 2
        if character == ("\n" if around == "#" else "'"):
            inside.pop()
    elif character == "\\":
        return 2
    elif character in '"`':
        if around == character:
            inside.pop()
        else:
            inside.append(character)
    elif text.startswith("$(", position):
        inside.append("(")
        return 2
    elif around != '"':
        if character == "'":
            inside.append("$'" if text[position - 1 : position] == "$" else "'")
        elif character == "(":
            inside.append("(")
        elif character == ")" and around == "(":
            inside.pop()
        elif character == "#" and text[position - 1 : position] in ("", *" \t\n;&|()"):
            inside.append("#")
    return 1
