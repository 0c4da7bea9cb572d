"""What a terminal sends by itself is no key, a key that comes in two parts is one, and each may be spelled anew."""

from __future__ import annotations

import os
import pty
import threading
import time
import tty
from collections.abc import Iterator

import pytest

from runner.screen import key_bytes
from runner.screen.keys import BACK, END, ENTER, ESCAPE, pressed

ANSWERS = {
    "OSC 11 with ST": b"\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\",
    "OSC 10 with BEL": b"\x1b]10;rgb:ffff/ffff/ffff\x07",
    "DECRQSS": b"\x1bP1$r0m\x1b\\",
    "XTVERSION": b"\x1bP>|XTerm(388)\x1b\\",
    "APC": b"\x1b_Gi=31;OK\x1b\\",
    "PM": b"\x1b^private\x1b\\",
    "DA1": b"\x1b[?61;6;7;22;23;24;28c",
    "DA2": b"\x1b[>41;388;0c",
    "DECRPM": b"\x1b[?2026;2$y",
    "kitty's flags": b"\x1b[?0u",
    "CPR": b"\x1b[24;80R",
    "focus": b"\x1b[I",
    "SGR mouse": b"\x1b[<0;10;10M",
    "X10 mouse": b"\x1b[M !!",
    "X10 mouse at b": b"\x1b[M b!",
    "F2 of the console": b"\x1b[[B",
    "pasted": b"\x1b[200~rm -rf b\rq\x1b[201~",
    "Alt-b": b"\x1bb",
    "Ctrl, let go": b"\x1b[57442;5:3u",
}
SPELLED = {
    b"\x1b[13u": ENTER,
    b"\x1b[13;129u": ENTER,
    b"\x1b[113u": END,
    b"\x1b[98;1:1u": BACK,
    b"\x1b[57414u": ENTER,
    b"\x1b[27;1;127~": BACK,
    b"\x1b[100;5u": END,
    b"\x1b[113;1:3u": ESCAPE,  # let go
    b"\x1b[113;3u": ESCAPE,  # Alt
    b"\x1b[55296u": ESCAPE,  # no character
}


@pytest.mark.parametrize("name", ANSWERS)
def test_what_a_terminal_answers_is_no_key(name: str) -> None:
    assert pressed(ANSWERS[name]) == [ESCAPE]
    assert pressed(b"h" + ANSWERS[name] + b"e") == ["h", ESCAPE, "e"]


@pytest.mark.parametrize("written", SPELLED, ids=ascii)
def test_a_key_of_the_kitty_protocol_is_that_key(written: bytes) -> None:
    assert pressed(written) == [SPELLED[written]]


@pytest.mark.parametrize("written", [b"\x1d", b"\x1b[93;5u", b"\x1b[27;5;93~", b"\x1b[53;5u", b"\x1b[93;5:1u"])
def test_the_key_that_leaves_is_found_however_it_is_spelled(written: bytes) -> None:
    assert key_bytes.find(b"ls" + written + b"x", b"\x1d") == 2
    assert key_bytes.find(b"\x1b[A]5u", b"\x1d") == -1


@pytest.fixture
def line() -> Iterator[tuple[int, int]]:
    """The two ends of a terminal whose keys come one by one."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    yield master, slave
    os.close(master)
    os.close(slave)


@pytest.mark.parametrize("name", ANSWERS)
def test_a_sequence_that_is_cut_anywhere_is_read_whole(
    name: str, line: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_bytes, "PATIENCE", 5)  # this machine may be busy
    hand, keyboard = line
    whole = ANSWERS[name]
    for place in range(1, len(whole)):
        os.write(hand, whole[:place])
        threading.Timer(0.02, os.write, (hand, whole[place:])).start()
        assert key_bytes.read(keyboard) == whole, place


def test_an_accent_that_is_cut_is_one_letter(line: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_bytes, "PATIENCE", 5)
    hand, keyboard = line
    os.write(hand, b"\xc3")
    threading.Timer(0.02, os.write, (hand, b"\xa3")).start()
    assert pressed(key_bytes.read(keyboard)) == ["ã"]


def test_the_escape_key_does_not_wait_for_long(line: tuple[int, int]) -> None:
    hand, keyboard = line
    for key, seconds in ((b"\x1b", 0.3), (b"h", 0.05), (b"\r", 0.05)):
        os.write(hand, key)
        began = time.monotonic()
        assert key_bytes.read(keyboard) == key
        assert time.monotonic() - began < seconds


@pytest.mark.parametrize("escape", key_bytes.ESCAPES)
def test_an_escape_at_the_end_is_told_from_what_came_before_it(escape: bytes) -> None:
    assert key_bytes.before_escape(b"echo ha" + escape) == (b"echo ha", escape)
    assert key_bytes.before_escape(escape) == (b"", escape)
    for other in (b"", b"echo", b"\x1b[A", b"\x1bx", escape + b"x"):
        assert key_bytes.before_escape(other) == (other, b"")
