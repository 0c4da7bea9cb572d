"""What a full-screen program switches on at a terminal: the other screen, the mouse, keys of another kind.

The student's own terminal is switched with it. Whoever leaves the program running must find the terminal as usual, and
whoever comes back must find it as the program left it. Sources: ECMA-48; DECSET, DECKPAM, modifyOtherKeys in xterm's
ctlseqs; the kitty keyboard protocol.
"""

from __future__ import annotations

import re

_SWITCH = re.compile(
    rb"\x1b\[\?(?P<modes>[0-9;]{1,60})(?P<on>[hl])|\x1b(?P<keypad>[=>])"
    rb"|\x1b\[>4(?:;(?P<other>[0-9]))?m|\x1b\[(?P<kitty>[><=])(?P<flags>[0-9;]{0,60})u"
)
_BEGUN = re.compile(rb"\x1b(?:\[(?:[?><=][0-9;]{0,60})?)?\Z")  # a switch that the next bytes may complete
_USUAL = {b"7", b"25"}  # on from the start: lines wrap, the cursor is shown
_OTHER_SCREEN = {b"47", b"1047", b"1049"}
_KEYPAD = b"="
_OTHER_KEYS = b">4"  # modifyOtherKeys


class Modes:
    """The modes that are not as usual now, in the order in which they were switched."""

    def __init__(self) -> None:
        self._unusual: dict[bytes, None] = {}
        self._keys: list[bytes] = []  # what was put on the kitty protocol's pile of ways to spell keys
        self._held = b""

    def watch(self, data: bytes) -> None:
        """Take note of what is switched in the output of the programs, in whatever pieces it comes."""
        data = self._held + data
        for match in _SWITCH.finditer(data):
            if match["keypad"]:
                self._switch(_KEYPAD, match["keypad"] == b"=")
            elif match["kitty"]:
                self._spell(match["kitty"], match["flags"])
            elif not match["modes"]:
                self._switch(_OTHER_KEYS, (match["other"] or b"0") != b"0")
            for mode in filter(None, (match["modes"] or b"").split(b";")):
                self._switch(mode, (match["on"] == b"h") != (mode in _USUAL))
        begun = _BEGUN.search(data)
        self._held = begun[0] if begun else b""

    def _switch(self, mode: bytes, unusual: bool) -> None:
        self._unusual.pop(mode, None)
        if unusual:
            self._unusual[mode] = None

    def _spell(self, act: bytes, flags: bytes) -> None:
        if act == b"<":
            count = int(flags) if flags.isdigit() else 1
            del self._keys[max(0, len(self._keys) - count) :]
        else:  # It is put on the pile, or in place of what is on top.
            if act == b"=" and self._keys:
                self._keys.pop()
            self._keys = [*self._keys, flags.partition(b";")[0]][-16:]

    @property
    def full_screen(self) -> bool:
        """Tell whether a program has the other screen, and must be asked to draw it anew."""
        return not _OTHER_SCREEN.isdisjoint(self._unusual)

    def usual(self) -> bytes:
        """Return what makes the terminal as usual."""
        keys = b"\x1b[=0u\x1b[<%du" % len(self._keys) if self._keys else b""
        return keys + b"".join(_written(mode, mode in _USUAL) for mode in reversed(self._unusual))

    def again(self) -> bytes:
        """Return what makes the terminal as the programs want it."""
        modes = b"".join(_written(mode, mode not in _USUAL) for mode in self._unusual)
        return modes + b"".join(b"\x1b[>%su" % flags for flags in self._keys)


def _written(mode: bytes, on: bool) -> bytes:
    if mode == _KEYPAD:
        return b"\x1b=" if on else b"\x1b>"
    if mode == _OTHER_KEYS:
        return b"\x1b[>4;2m" if on else b"\x1b[>4;0m"
    return b"\x1b[?" + mode + (b"h" if on else b"l")
