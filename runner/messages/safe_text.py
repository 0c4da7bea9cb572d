"""What reaches the terminal as text stays text: control characters are shown, never obeyed."""

from __future__ import annotations

import codecs
import re
from typing import TextIO

# C0 but tab and newline, DEL, C1, the marks that reorder text (Unicode bidi), and bytes that are not UTF-8.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_CARRIAGE = re.compile("\r+\n|\r")

# For terminals that know no Unicode.
_PLAIN_GLYPHS = {
    "✓": "ok", "✗": "no", "●": "*", "│": "|", "─": "-", "━": "=", "→": "->", "…": "...", "·": "-", "—": "-", "–": "-",
    "“": '"', "”": '"', "‘": "'", "’": "'", "≠": "!=", "≤": "<=", "≥": ">=", "×": "x", "µ": "u", "•": "*", "▸": ">",
    "█": "#", "░": ".",
}  # fmt: skip


def inert(text: str) -> str:
    """Text that a terminal can only show: ESC becomes the four characters \\x1b, and so on."""
    return _CONTROL.sub(_shown, text)


def _shown(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def line(text: str) -> str:
    """Inert text on one line."""
    return inert(text).replace("\n", "\\n")


def unix_lines(text: str) -> str:
    """What a PTY wrote, as lines: "\\r\\n" ends one, and so does a lone "\\r" (progress bars stay readable)."""
    return _CARRIAGE.sub("\n", text)


def _nearest(error: UnicodeError) -> tuple[str, int]:
    import unicodedata

    assert isinstance(error, UnicodeEncodeError)
    character = error.object[error.start]
    bare = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return _PLAIN_GLYPHS.get(character, bare or "?"), error.start + 1


def tolerate(stream: TextIO) -> TextIO:
    """Let a stream that cannot write a character write the nearest one: "ê" as "e", "│" as "|"."""
    codecs.register_error("nearest", _nearest)
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="nearest")
    return stream
