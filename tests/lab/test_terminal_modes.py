"""Modes of a full-screen program: put back when one leaves it, given again when one returns."""

from __future__ import annotations

import pyte
import pytest

from runner.lab.terminal_modes import Modes

VIM = b"\x1b[?1049h\x1b[22;0;0t\x1b[?1h\x1b=\x1b[?2004h\x1b[?1002h\x1b[?1006h\x1b[?25l~ ~ ~"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_what_a_program_switched_is_put_back_and_given_again(size: int) -> None:
    modes = Modes()
    for start in range(0, len(VIM), size):
        modes.watch(VIM[start : start + size])
    assert modes.full_screen
    usual, again = modes.usual(), modes.again()
    assert usual == b"\x1b[?25h\x1b[?1006l\x1b[?1002l\x1b[?2004l\x1b>\x1b[?1l\x1b[?1049l"
    assert again == b"\x1b[?1049h\x1b[?1h\x1b=\x1b[?2004h\x1b[?1002h\x1b[?1006h\x1b[?25l"


def test_a_program_that_puts_it_back_itself_leaves_nothing_to_do() -> None:
    modes = Modes()
    modes.watch(VIM + b"\x1b[?1006l\x1b[?1002l\x1b[?2004l\x1b[?1l\x1b>\x1b[?1049l\x1b[?25h")
    assert (modes.usual(), modes.again(), modes.full_screen) == (b"", b"", False)


def test_several_modes_at_once_and_what_is_no_switch() -> None:
    modes = Modes()
    modes.watch(b"\x1b[?1000;1006hplain \x1b[31mred\x1b[0m \x1b[?6c \x1b]0;title\x07 \x1b[?7l")
    assert modes.usual() == b"\x1b[?7h\x1b[?1006l\x1b[?1000l"
    assert not modes.full_screen


def test_a_terminal_agrees() -> None:
    """pyte's screen is the judge: its modes after leaving are those of a fresh one."""
    fresh, used = pyte.Screen(80, 24), pyte.Screen(80, 24)
    stream, modes = pyte.ByteStream(used), Modes()
    stream.feed(VIM)
    modes.watch(VIM)
    assert used.mode != fresh.mode
    stream.feed(modes.usual())
    assert used.mode == fresh.mode


KITTY = b"\x1b[>1u\x1b[?1000h\x1b[>4;2m\x1b[?25l\x1b[>7u"


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_keys_are_spelled_as_usual_again(size: int) -> None:
    modes = Modes()
    for start in range(0, len(KITTY), size):
        modes.watch(KITTY[start : start + size])
    assert modes.usual() == b"\x1b[=0u\x1b[<2u\x1b[?25h\x1b[>4;0m\x1b[?1000l"
    assert modes.again() == b"\x1b[?1000h\x1b[>4;2m\x1b[?25l\x1b[>1u\x1b[>7u"
    modes.watch(b"\x1b[<u\x1b[<u\x1b[>4m\x1b[?1000l\x1b[?25h")
    assert (modes.usual(), modes.again()) == (b"", b"")


def test_questions_about_keys_switch_nothing() -> None:
    modes = Modes()
    modes.watch(b"\x1b[?u\x1b[>c\x1b[>q\x1b[=c")
    assert modes.usual() == b""
