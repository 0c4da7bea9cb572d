"""The reader of the keyboard at a terminal of its own: which keys count, and that the mode is given back."""

from __future__ import annotations

import os
import pty
import sys
import termios
import threading
import time
from collections.abc import Iterator

import pytest

from runner.messages import language
from runner.messages.catalog import text
from runner.screen import keys


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """What is written here is pressed."""
    master, slave = pty.openpty()
    with os.fdopen(slave, "r") as keyboard:
        monkeypatch.setattr(sys, "stdin", keyboard)
        before = termios.tcgetattr(slave)
        yield master
        assert termios.tcgetattr(slave) == before
    os.close(master)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        (b"h", "h"),
        (b"H", "h"),
        (b"hhhh", "h"),
        (b"\r", keys.ENTER),
        (b"\x04", keys.END),
        (b"\x1b[A\x1bOP\x1bxh", "h"),
        (b"\x7f\th", "h"),
    ],
)
def test_one_key_is_one_key_and_arrows_and_alt_are_none(hand: int, typed: bytes, key: str) -> None:
    with keys.single():
        os.write(hand, typed)
        assert keys.press("h" + keys.ENTER + keys.END, line=False) == key


@pytest.mark.parametrize("nothing", [b"\x7f", b"\t", b"\x1d", b"\x1b[A", b"\x00"])
def test_a_key_without_a_meaning_is_not_refused_in_bytes(hand: int, nothing: bytes) -> None:
    with keys.single():
        os.write(hand, nothing)
        assert keys._key() == ""


def test_what_was_pasted_is_told_and_not_obeyed(hand: int) -> None:
    refused: list[str] = []
    with keys.single():
        os.write(hand, b"rm -rf h\n")

        def refuse(typed: str) -> None:
            refused.append(typed)
            os.write(hand, b"h")

        assert keys.press("h", line=False, refuse=refuse) == "h"
    assert refused == ["rm -rf h"]


@pytest.mark.parametrize(("typed", "yes"), [(b"y\n", True), (b" YES \n", True), (b"n\n", False), (b"\x04", False)])
def test_only_a_yes_agrees(hand: int, typed: bytes, yes: bool) -> None:
    os.write(hand, typed)
    assert keys.agreed("Sure?") is yes


def test_a_language_is_named_as_it_calls_itself() -> None:
    assert [language.name(code) for code in ("pt", "en", "xx")] == ["português", "English", "xx"]


@pytest.mark.parametrize("spoken", language.REQUIRED)
def test_the_line_of_keys_of_practice_fits(spoken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_catalog", language._catalog)
    language.install(spoken)
    names = ("shell", "check", "hint", "solve", "reset", "language", "keys", "quit")
    other = language.name(language.after(spoken))
    assert len(" · ".join(text("practice.press." + name, language=other) for name in names)) <= 78


def types(hand: int, words: bytes, pause: float) -> threading.Thread:
    """Type letter by letter, as a hand does."""

    def go() -> None:
        for letter in words:
            os.write(hand, bytes([letter]))
            time.sleep(pause)

    thread = threading.Thread(target=go)
    thread.start()
    return thread


@pytest.mark.parametrize("words", [b"hostname novo\r", b"ls -la /containers\r", b"quota", b"10\r", b"4\r", b"0"])
@pytest.mark.parametrize("pause", [0.0, 0.12])
def test_a_word_where_keys_are_asked_for_is_refused_as_a_whole(hand: int, words: bytes, pause: float) -> None:
    refused: list[str] = []
    with keys.single():
        typing = types(hand, words, pause)

        def refuse(typed: str) -> None:
            refused.append(typed)
            threading.Timer(0.1, os.write, (hand, b"\r")).start()

        everything = "hlftbqwx" + keys.ENTER
        assert keys.press(everything, line=False, numbered="q\nthfb", refuse=refuse, alone=True) == keys.ENTER
        typing.join()
    assert "".join(refused) == words.decode().strip()


def test_a_letter_that_stands_alone_counts(hand: int) -> None:
    with keys.single():
        for typed, key in ((b"h", "h"), (b"hhhh", "h"), (b"\r", keys.ENTER), (b"q", keys.END), (b"\x04", keys.END)):
            os.write(hand, typed)
            assert keys.press("hq" + keys.ENTER, line=False, alone=True) == key


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("ã\x7fn\n".encode(), "n"),  # Backspace takes the whole letter
        (b"caf\xe9\n", "caf\ufffd"),  # as ISO 8859-1 has it
        (b"\xc3\x28\n", "\ufffd("),
    ],
)
def test_odd_bytes_in_a_line_are_no_end(hand: int, typed: bytes, line: str) -> None:
    usual, mode = termios.tcgetattr(sys.stdin.fileno()), termios.tcgetattr(sys.stdin.fileno())
    mode[0] &= ~keys.UTF8
    termios.tcsetattr(sys.stdin.fileno(), termios.TCSANOW, mode)
    pressing = threading.Timer(0.1, os.write, (hand, typed))
    pressing.start()
    assert keys.line() == line
    termios.tcsetattr(sys.stdin.fileno(), termios.TCSANOW, usual)


@pytest.mark.parametrize("alone", [True, False])
def test_the_enter_that_ends_a_refused_letter_is_part_of_it(hand: int, alone: bool) -> None:
    """Somebody typed `z` and Enter, as an answer: the Enter must not begin or end anything."""
    refused: list[str] = []
    with keys.single():
        typing = types(hand, b"z\r", 0.4)

        def refuse(typed: str) -> None:
            refused.append(typed)
            os.write(hand, b"q")

        assert keys.press("q" + keys.ENTER, line=False, refuse=refuse, alone=alone) == "q"
        typing.join()
    assert refused == ["z"]


@pytest.mark.parametrize(
    ("typed", "line", "shown"),
    [
        (b"novo\r", "novo", b"novo\r\n"),
        (b" \xc3\xa3\x7fn \n", "n", b" \xc3\xa3\b \bn \r\n"),
        (b"one two\x17three\r", "one three", b"one two\b \b\b \b\b \bthree\r\n"),
        (b"\xe5\x90\x8d\x15x\r", "x", b"\xe5\x90\x8d\b \b\b \bx\r\n"),
        (b"a\x1b[Ab\r", "ab", b"ab\r\n"),  # an arrow is no Escape
        (b"\r", "", b"\r\n"),
        (b"\x04", keys.END, b"\r\n"),
        (b"\x03", keys.ESCAPE, b"\r\n"),
        (b"nov\x03", keys.ESCAPE, b"nov\r\n"),
        (b"\x1b", keys.ESCAPE, b"\r\n"),
        (b"\x1b[27u", keys.ESCAPE, b"\r\n"),
        (b"\x1d", keys.ESCAPE, b"\r\n"),
        (b"\x1b[93;5u", keys.ESCAPE, b"\r\n"),
    ],
)
def test_a_line_that_some_keys_lead_away_from(
    hand: int, typed: bytes, line: str, shown: bytes, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    threading.Timer(0.1, os.write, (hand, typed)).start()
    assert keys.line_or_away(lambda: None) == line
    assert capsysbinary.readouterr().out == shown


def test_a_line_that_no_key_leads_away_from(hand: int, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    threading.Timer(0.1, os.write, (hand, b"le\x1b[A")).start()
    threading.Timer(0.4, os.write, (hand, b"\x1b")).start()
    threading.Timer(0.7, os.write, (hand, b"b\r")).start()
    assert keys.line_to_its_end(lambda: os.write(1, b"> ")) == "b"
    assert capsysbinary.readouterr().out.replace(b"> ", b"") == b"le\r\nb\r\n"


def test_ctrl_c_ends_such_a_line(hand: int, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    threading.Timer(0.1, os.write, (hand, b"b\x03")).start()
    with pytest.raises(KeyboardInterrupt):
        keys.line_to_its_end(lambda: None)
    assert capsysbinary.readouterr().out == b"b\r\n", "and what is said then has a line of its own"


def test_keys_that_do_the_same_are_listed_together_and_the_idle_ones_are_not() -> None:
    def nothing() -> None: ...

    table = (
        keys.Binding(keys.ENTER, "shell", nothing),
        keys.Binding("w", "why", nothing, listed=False),
        keys.Binding(keys.ESCAPE, "shell", nothing),
        keys.Binding(keys.END, "quit", nothing),
    )
    assert keys.listed(table) == [("Enter, Esc", "shell"), ("q, Ctrl-D", "quit")]
