"""What programs print, and texts with marks, as both faces show them: whole, inert, and in letters that there are."""

from __future__ import annotations

import io

import pytest

from runner.messages.safe_text import inert, tolerate
from runner.screen.gutter import Gutter
from runner.screen.markdown import plain
from runner.screen.plain import UNBROKEN, Plain


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        (["one\r\ntwo\r\n"], "|one\n|two\n"),
        (["on", "e\r", "\nt", "wo"], "|one\n|two\n"),
        (["50%\r100%\r\n"], "|50%\n|100%\n"),
        (["a\r\r\nb\n"], "|a\n|b\n"),
        (["a\n\nb\n"], "|a\n|\n|b\n"),
        (["\x1b[31mred\x1b[0m and \x1b[2Jmore"], "|red and \\x1b[2Jmore\n"),
        (["\x1b[3", "8;5;1m", "red\x1b", "[mx\x1b"], "|redx\n"),
        ([""], ""),
        (["x", "\r"], "|x\n"),
    ],
)
def test_output_comes_in_any_pieces(chunks: list[str], expected: str) -> None:
    gutter = Gutter("|")
    pieces = [piece for chunk in chunks for piece in gutter.feed(chunk)] + gutter.close()
    assert "".join(text for text, _ in pieces) == expected


def test_long_output_lines_are_folded_behind_the_gutter() -> None:
    gutter = Gutter("|", 4)
    pieces = gutter.feed("abcdef") + gutter.feed("ghij\n\tx") + gutter.close()
    assert "".join(text for text, _ in pieces) == "|abcd\n|efgh\n|ij\n|    \n|    \n|x\n"


def test_plain_output_is_not_cut() -> None:
    stream = io.StringIO()
    face = Plain(stream, 80)
    face.output("x" * 500 + "\r\n")
    face.output_ends()
    assert stream.getvalue() == "    " + "x" * 500 + "\n"


def test_bytes_that_are_not_text_are_shown() -> None:
    assert inert(b"\xff\xfe".decode(errors="surrogateescape")) == "\\udcff\\udcfe"
    assert inert("a\tb\nç") == "a\tb\nç"


def test_a_stream_without_unicode_gets_the_nearest_letters() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    tolerate(stream).write("Lição │ ✓ “a” → b… 猫")
    stream.flush()
    assert raw.getvalue() == b'Licao | ok "a" -> b... ?'


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("a **bold\nover** lines", ["a bold over lines"]),
        ("`**code**` and *it* and x_y_z and 2*3*4", ["`**code**` and it and x_y_z and 2*3*4"]),
        ("- one\n  more\n- two", ["- one more", "- two"]),
        ("```\n**as is**\n```", ["    **as is**"]),
        ("# Head\ntext", ["Head", "text"]),
        ("a [link](http://x/)", ["a link (http://x/)"]),
        ("| | by hand | Docker |\n|---|---|:--|\n| image | `cp` | layers |", ["image — by hand: `cp`; Docker: layers"]),
    ],
)
def test_markdown_without_marks(markdown: str, expected: list[str]) -> None:
    assert plain(markdown) == expected


def test_what_belongs_together_is_not_torn_at_the_end_of_a_line() -> None:
    """A key and its name, in the line of keys: a screen reader reads line by line."""
    stream = io.StringIO()
    Plain(stream, 20).say(f"1{UNBROKEN}Enter, 2{UNBROKEN}why, 0{UNBROKEN}q{UNBROKEN}quit")
    assert stream.getvalue() == "1 Enter, 2 why,\n0 q quit\n"
