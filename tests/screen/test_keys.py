"""Bytes from the keyboard become keys."""

from __future__ import annotations

from runner.screen.keys import BACK, END, ENTER, ESCAPE, pressed


def test_what_each_key_sends() -> None:
    assert pressed(b"\r \n\x1b[6~\x1b[C\x1bOC") == [ENTER] * 6
    assert pressed(b"b\x1b[5~\x1b[D\x7f") == [BACK] * 4
    assert pressed(b"\x04") == pressed(b"") == [END]
    assert pressed("é?\x1b[15~\x1b".encode()) == ["é", "?", ESCAPE, ESCAPE]
