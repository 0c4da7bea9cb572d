"""The bytes that a terminal sends, as whole keys: what it answers to questions is none, and nothing is ever half a key.

Sources: ECMA-48 for the forms of sequences; xterm's ctlseqs for the mouse, pasted text and modifyOtherKeys; the kitty
keyboard protocol for CSI u; console_codes(4) for function keys of the Linux console.
"""

from __future__ import annotations

import os
import re
import select

ESCAPES = (b"\x1b", b"\x1b[27u")  # the key alone, as terminals spell it
PATIENCE = 0.1  # seconds to wait for the rest of a key; the Escape key is a whole one that looks begun
CHUNK = 65536
_STRING = rb"[\]P^_X]"  # OSC, DCS, PM, APC, SOS: a text up to BEL or ST
SEQUENCE = re.compile(
    rb"\x1b\[200~.*?(?:\x1b\[201~|\Z)"  # pasted text
    rb"|\x1b\[\[."  # a function key of the Linux console
    rb"|\x1b\[M.{3}"  # the mouse, as X10 tells it
    rb"|\x1b\[[0-?]*[ -/]*[@-~]"
    rb"|\x1bO."
    rb"|\x1b" + _STRING + rb"[^\x07\x1b]*(?:\x07|\x1b\\|\Z)"
    rb"|\x1b\[[0-?]*[ -/]*\Z"  # the rest has not come
    rb"|\x1b[^\x1b]?"
    rb"|[\xc0-\xff][\x80-\xbf]+|.",
    re.DOTALL,
)
_BEGUN = re.compile(
    rb"(?:\x1b(?:\[200~(?:(?!\x1b\[201~).)*|\[(?:[0-?]*[ -/]*|\[|M.{0,2})|O|" + _STRING + rb"[^\x07\x1b]*\x1b?)?"
    rb"|[\xc0-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf7][\x80-\xbf]{0,2})\Z",
    re.DOTALL,
)
# One key with its modifiers, as the kitty protocol and modifyOtherKeys write it.
_SPELLED = re.compile(
    rb"\x1b\[(?:(?P<key>\d+)(?::\d*)*(?:;(?P<mods>\d*)(?::(?P<event>\d+))?)?(?:;[\d:]*)?u|27;(?P<mods2>\d+);(?P<key2>\d+)~)"
)
_ALT, _CONTROL, _ENTER_OF_PAD, _RELEASED = 2, 4, 57414, b"3"
CONTROL_OF = {b" ": b"\0", b"2": b"\0", b"3": b"\x1b", b"4": b"\x1c", b"5": b"\x1d", b"6": b"\x1e", b"7": b"\x1f"}


def read(keyboard: int) -> bytes:
    """Read what was typed, with the rest of a key that has come in part. Raises OSError when the keyboard is gone."""
    data = os.read(keyboard, CHUNK)
    while _BEGUN.search(data) and select.select([keyboard], [], [], PATIENCE)[0]:
        more = os.read(keyboard, CHUNK)
        if not more:
            break
        data += more
    return data


def split(data: bytes) -> list[bytes]:
    """Return the keys, each as the bytes that an old terminal sends for it."""
    return [_classic(key) for key in SEQUENCE.findall(data)]


def before_enters(data: bytes) -> tuple[bytes, list[bytes]]:
    """Return what was typed before the Enters at the end, and each of these."""
    found = SEQUENCE.findall(data)
    first = len(found)
    while first and _classic(found[first - 1]) in (b"\r", b"\n"):
        first -= 1
    return b"".join(found[:first]), found[first:]


def before_escape(data: bytes) -> tuple[bytes, bytes]:
    """Return what was typed before the Escape at the end, and that Escape; empty when there is none."""
    *_, last = SEQUENCE.findall(data) or [b""]
    return (data.removesuffix(last), last) if last in ESCAPES else (data, b"")


def partition_line(data: bytes) -> tuple[bytes, bytes, bytes]:
    """Return what was typed before the first Enter, that Enter, and what came after it, as `bytes.partition` does."""
    found = SEQUENCE.findall(data)
    first = next((place for place, key in enumerate(found) if key in (b"\r", b"\n")), len(found))
    return b"".join(found[:first]), b"".join(found[first : first + 1]), b"".join(found[first + 1 :])


def find(data: bytes, wanted: bytes) -> int:
    """Return where a key begins in what was typed, however it is spelled; -1 when it is not there."""
    place = 0
    for key in SEQUENCE.findall(data):
        if _classic(key) == wanted:
            return place
        place += len(key)
    return -1


def _classic(key: bytes) -> bytes:
    match = _SPELLED.fullmatch(key)
    if not match:
        return key
    code, modifiers = int(match["key"] or match["key2"]), int(match["mods"] or match["mods2"] or 1) - 1
    if match["event"] == _RELEASED or modifiers & _ALT or code > 0x10FFFF or 0xD800 <= code < 0xE000:
        return b"\x1b"
    plain = b"\r" if code == _ENTER_OF_PAD else chr(code).encode()
    if 0xE000 <= code < 0xF900 and code != _ENTER_OF_PAD:
        return b"\x1b"  # a key that has no character
    if modifiers & _CONTROL:
        return CONTROL_OF.get(plain, bytes([plain[0] & 0x1F]) if len(plain) == 1 and plain[0] >= 0x40 else b"\x1b")
    return plain
