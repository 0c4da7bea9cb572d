"""Make text safe for the terminal, where control characters are shown and not obeyed, and for a spreadsheet."""

from __future__ import annotations

import codecs
import re
import sys
from typing import Any, TextIO

# A terminal would obey these: C0 without tab and newline, DEL, C1, and the marks that reorder text (Unicode bidi). The
# last range is how Python keeps bytes that are not UTF-8.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_CARRIAGE = re.compile("\r+\n|\r")

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # A spreadsheet would compute a cell that begins so, instead of showing it.

# Terminals without Unicode show these characters in place of ours.
_PLAIN_GLYPHS = {
    "✓": "ok", "✗": "no", "●": "*", "│": "|", "─": "-", "━": "=", "→": "->", "…": "...", "·": "-", "—": "-", "–": "-",
    "“": '"', "”": '"', "‘": "'", "’": "'", "≠": "!=", "≤": "<=", "≥": ">=", "×": "x", "µ": "u", "•": "*", "▸": ">",
    "█": "#", "░": ".",
}  # fmt: skip


def inert(text: str) -> str:
    """Return text that a terminal can only show: ESC becomes the four characters \\x1b, and so on."""
    return _CONTROL.sub(_shown, text)


def _shown(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def line(text: str) -> str:
    """Return inert text on one line."""
    return inert(text).replace("\n", "\\n")


def no_formula(cell: str) -> str:
    """Return text for a cell of CSV. An apostrophe keeps a spreadsheet from taking it for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def json_text(document: Any, indent: int | None = 2) -> str:
    """Return a JSON document in which a terminal finds nothing to obey: such characters are written as \\uXXXX. So are
    all beyond ASCII where standard output cannot write every character.
    """
    import json

    every = codecs.lookup(sys.stdout.encoding).name.startswith("utf")
    text = json.dumps(document, ensure_ascii=not every, indent=indent)
    return _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


def unix_lines(text: str) -> str:
    """Return the output of a PTY as lines. "\\r\\n" ends one; so does "\\r" alone, so progress bars stay readable."""
    return _CARRIAGE.sub("\n", text)


def _nearest(error: UnicodeError) -> tuple[str, int]:
    import unicodedata

    assert isinstance(error, UnicodeEncodeError)
    character = error.object[error.start]
    bare = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return _PLAIN_GLYPHS.get(character, bare or "?"), error.start + 1


def tolerate(stream: TextIO) -> TextIO:
    """Let a stream write the nearest character for one that it cannot write: "e" for "ê", "|" for "│"."""
    codecs.register_error("nearest", _nearest)
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="nearest")
    return stream
