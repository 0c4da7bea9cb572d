"""What a student sees: sizes, scripts, floods, and a window that changes."""

from __future__ import annotations

import fcntl
import os
import struct
import termios
from itertools import product

import pytest

from runner.lab import seats
from tests.conftest import the_course
from tests.support.person import CTRL_C
from tests.support.student import BEGIN, LIVE, PROMPT, RESULT, SEAT, SHELL, Student
from tests.support.waiting import runs_on, until

pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]


@pytest.mark.parametrize("language", ["pt", "en"])
def test_what_is_seen_at_80_by_24(language: str) -> None:
    """No line of ours is broken by the terminal, the keys fit on one line, and the step is in view."""
    student = Student("hostname", language=language, begun=False)
    student.is_told(BEGIN[language])
    student.wait_for(PROMPT[language])
    assert any(BEGIN[language] in line for line in student.display)
    number, last = "4", str(len(the_course().lessons))
    assert any(number in line and last in line and "━" in line for line in student.everything.splitlines())
    student.press("\r")
    keys = next(line for line in student.display if LIVE[language] in line)
    assert keys.startswith("  Enter")
    student.sees_prompt()
    assert student.display[-1] or any(SHELL.search(line + " ") for line in student.display), (
        "the page ends in the shell"
    )
    assert "host # hostname" in "\n".join(student.display)
    assert any(line.startswith("▸ ") and "1" in line and "16" in line for line in student.display)
    student.send("\r")
    student.wait_for(RESULT[language])
    shown = "\n".join(student.display)
    assert "│ " in shown and "✓" in shown  # the result is a page of its own
    assert not any(line.startswith("▸ ") and "2" in line for line in student.display)
    student.press("\r")
    assert any(line.startswith("▸ ") and "2" in line for line in student.display), "the next step"
    student.leave()


def test_every_line_of_keys_fits() -> None:
    from runner.messages.catalog import text
    from runner.messages.language import REQUIRED, install

    names = ("shell", "hint", "undo", "why", "keys", "quit")
    try:
        for language in REQUIRED:
            install(language)
            for back, more in product(("undo", "back"), ("why", "xray")):
                shown = [{"undo": back, "why": more}.get(name, name) for name in names]
                assert len(" · ".join(text("learn.press." + name) for name in shown)) <= 78
            for sentence in ("step", "result", "astray", "busy"):
                assert len(text("learn.live." + sentence)) <= 78
    finally:
        install("en")


def test_a_terminal_without_unicode_and_a_wide_one() -> None:
    student = Student("hostname", environment={"PYTHONIOENCODING": "ascii"}, begun=False)
    student.wait_for("Enter begins", "q quit")
    student.send("\r")
    student.wait_for("Enter runs it")
    student.wait_for(SHELL)
    student.send("\r")
    assert "ok exit status: 0" in student.wait_for("Enter goes on")
    student.wait_for(SHELL)
    assert student.everything.isascii()
    student.leave()
    wide = Student("hostname", size=(200, 50))
    wide.press("\r")
    assert max(map(len, wide.display)) <= 102  # prose stays readable
    wide.leave()


def test_plain_mode_takes_numbers_and_shows_no_escape() -> None:
    student = Student("hostname", "--plain")
    shown = student.press("1")
    assert "Step 2 of" in shown
    assert "Hint 1" in student.press("3")
    assert "type it yourself" in student.press("?")
    for typed in ("77", "hostname"):
        student.key(typed)
        student.is_told(f"“{typed}” is not one of the keys")
    student.language = "pt"
    assert "Passo 2 de" in student.press("9")
    student.send("0\r")
    student.end()
    assert "\x1b" not in student.everything


def lab_size() -> tuple[int, int]:
    """Columns and lines of the live terminal, as the kernel has them."""
    told = seats.published(SEAT)
    assert told
    shell = next(shell for name, shell in told.places.items() if name == "host")
    fd = os.open(f"/proc/{shell.pid}/fd/0", os.O_RDWR | os.O_NOCTTY)
    try:
        lines, columns, _, _ = struct.unpack("HHHH", fcntl.ioctl(fd, termios.TIOCGWINSZ, b"\0" * 8))
    finally:
        os.close(fd)
    return columns, lines


def await_size(columns: int, lines: int) -> None:
    until(lambda: lab_size() == (columns, lines), f"{columns}×{lines}")


def test_the_live_terminal_follows_the_window() -> None:
    student = Student("cgroups")
    await_size(80, 24)
    student.resize(100, 30)  # at the prompt
    await_size(100, 30)
    student.opens_bar()
    await_size(96, 30)
    student.resize(60, 20)  # at the keys
    await_size(56, 20)
    student.resize(90, 20)
    student.lists_keys()
    while "Step 4 of" not in student.press("\r"):
        pass
    student.send("\r")
    student.until(lambda: runs_on(SEAT, "do :; done"), "the loop of this step")
    student.resize(80, 24)  # while a command runs
    await_size(76, 24)
    student.asked()
    student.leave()


def test_a_flood_is_stopped_by_ctrl_c() -> None:
    student = Student("hostname")
    student.sees_prompt()
    student.send("yes\r")
    student.wait_for("y\r\ny\r\n")
    student.send(CTRL_C)
    student.wait_for("^C")
    student.wait_for(SHELL)
    assert "Step 2 of" in student.press("\r")
    student.leave()


def test_a_slow_command_is_waited_for() -> None:
    student = Student("hostname")
    assert "Step 2 of" in student.types("sleep 2; hostname")
    assert "slow 42" in student.wanders("sleep 1; echo slow $((6*7))")
    student.leave()


def test_a_long_command_is_part_of_the_page_of_its_result() -> None:
    """What it begins with does not scroll away before the fold of the page."""
    student = Student("capstone")
    while "Step 3 of" not in student.press("\r"):
        pass
    student.sees_prompt()
    student.send("\r")
    student.wait_for("Enter shows more")
    assert any("cat > /tmp/parts/2-image" in line for line in student.display), student.display
    student.leave()
