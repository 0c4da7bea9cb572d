"""A long command on a narrow screen, broken between words with the backslash by which a shell takes more lines as one.

A backslash with a newline means nothing to a shell, but in single quotes, comments and here-documents (bash(1),
QUOTING). So whoever types the rows as they stand, at the prompts that they show, types the same command. Where a
backslash would count as one, the row ends without it: as at the edge of a terminal, but between words, and the next row
has no prompt.
"""

from __future__ import annotations

import re
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
    joints = _joints(line, before)
    found: list[Row] = []
    start, width = 0, room.first
    while cell_len(line[start:]) > width:
        end, marked = _end(line, start, max(width, 2), joints)
        found.append(Row(line[start:end], marked))
        start, width = end, room.continued if marked else room.folded
    return (*found, Row(line[start:]))


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
    lines = command.split("\n")
    for number, line in enumerate(lines):
        sign = ">"
        for row in rows(line, Room(width, width, width), "".join(f"{above}\n" for above in lines[:number])):
            found.append((sign, row.text + MARK if row.continued else row.text.rstrip()))
            sign = ">" if row.continued else ""
    return found


def _end(line: str, start: int, width: int, joints: list[bool]) -> tuple[int, bool]:
    """Return where a row ends that starts there, and whether with a mark.

    A mark soon after the beginning, before words that are quoted, would leave most of the row empty: these are begun.
    """
    ends = range(start + 1, len(line))
    fitting = [end for end in ends if cell_len(line[start:end]) <= width]
    marked = [end for end in fitting if joints[end] and cell_len(line[start:end]) < width]
    words = [end for end in fitting if line[end - 1] == " " != line[end] and line[start:end].strip()]
    last_marked = max((end for end in words if end in marked), default=start)
    last_word = max((end for end in words if end in marked or not joints[end]), default=start)
    if last_marked > start and (last_marked == last_word or last_marked - start >= width // 2):
        return last_marked, True
    if last_word > start:
        return last_word, False
    split = max((end for end in marked if line[end - 1] in GOOD_ENDS), default=max(marked, default=start))
    return (split, True) if split > start else (max(fitting, default=start + 1), False)


def _joints(line: str, before: str) -> list[bool]:
    """Tell for each place in the line whether a backslash and a newline there would change nothing."""
    if DOCUMENT.search(before):
        return [False] * (len(line) + 1)
    text = before + line
    joints = [True]
    inside: list[str] = []  # the quotation marks and parentheses that are open
    while (position := len(joints) - 1) < len(text):
        width = _read(text, position, inside)
        joints += [False] * (width - 1) + [not inside or inside[-1] not in LITERAL]
    return joints[len(before) :]


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
