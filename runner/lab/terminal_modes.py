"""What a full-screen program switches on at a terminal: the other screen, the mouse, keys of another kind.

The student's own terminal is switched with it. Whoever leaves the program running must find the terminal as usual, and
whoever comes back must find it as the program left it. Sources: ECMA-48; DECSET, DECKPAM in xterm's ctlseqs.
"""

from __future__ import annotations

import re

_SWITCH = re.compile(rb"\x1b\[\?([0-9;]{1,60})([hl])|\x1b([=>])")
_BEGUN = re.compile(rb"\x1b(?:\[(?:\?[0-9;]{0,60})?)?\Z")  # a switch that the next bytes may complete
_USUAL = {b"7", b"25"}  # on from the start: lines wrap, the cursor is shown
_OTHER_SCREEN = {b"47", b"1047", b"1049"}
_KEYPAD = b"="


class Modes:
    """The modes that are not as usual now, in the order in which they were switched."""

    def __init__(self) -> None:
        self._unusual: dict[bytes, None] = {}
        self._held = b""

    def watch(self, data: bytes) -> None:
        """Take note of what is switched in the output of the programs, in whatever pieces it comes."""
        data = self._held + data
        for match in _SWITCH.finditer(data):
            if match[3]:
                self._switch(_KEYPAD, match[3] == b"=")
            for mode in filter(None, (match[1] or b"").split(b";")):
                self._switch(mode, (match[2] == b"h") != (mode in _USUAL))
        begun = _BEGUN.search(data)
        self._held = begun[0] if begun else b""

    def _switch(self, mode: bytes, unusual: bool) -> None:
        self._unusual.pop(mode, None)
        if unusual:
            self._unusual[mode] = None

    @property
    def full_screen(self) -> bool:
        """Tell whether a program has the other screen, and must be asked to draw it anew."""
        return not _OTHER_SCREEN.isdisjoint(self._unusual)

    def usual(self) -> bytes:
        """Return what makes the terminal as usual."""
        return b"".join(_written(mode, mode in _USUAL) for mode in reversed(self._unusual))

    def again(self) -> bytes:
        """Return what makes the terminal as the programs want it."""
        return b"".join(_written(mode, mode not in _USUAL) for mode in self._unusual)


def _written(mode: bytes, on: bool) -> bytes:
    if mode == _KEYPAD:
        return b"\x1b=" if on else b"\x1b>"
    return b"\x1b[?" + mode + (b"h" if on else b"l")
