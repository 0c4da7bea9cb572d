"""An instructor's keys, right and wrong ones, the typing that the class sees, and sudden ends."""

from __future__ import annotations

import os
import re
import signal
import time

import pytest

from runner.screen.repaint import ENTER_SCREEN as OTHER_SCREEN
from runner.screen.repaint import LEAVE_SCREEN as SAME_SCREEN
from runner.teacher.lecture import KEYS
from tests.support.instructor import SEAT, Instructor, begun
from tests.support.person import CTRL_C, plain
from tests.support.waiting import runs_on

pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]


# --- keys ---


HARMLESS = [bytes([code]) for code in range(256) if chr(code).lower() not in "\r\n \x7f\x08\x04bgrfoexckl.?q\x1b\x03"]
SEQUENCES = [
    b"\x1b[A",
    b"\x1b[B",
    b"\x1bOP",
    b"\x1b[15~",
    b"\x1b[1;5H",
    b"\x1b[M !!",
    b"\x1b[200~g2\x1b[201~",
    b"\x1b",
    b"\x1b[Z",
]


def test_no_wrong_key_does_anything() -> None:
    teacher = begun("hostname")
    teacher.does("host-name")
    for key in [*HARMLESS, *SEQUENCES, b"\x03", b"\x1a", b"\x1c", b"\x13"]:
        os.write(teacher.terminal.child_fd, key)
        teacher.read(0.001)
    teacher.at("done", "host-name")
    teacher.does("host-inode")
    teacher.leave()


def test_the_pages_over_the_page() -> None:
    teacher = begun("hostname")
    teacher.does("host-name")
    for key, words in (
        ("?", "undone for real"),
        ("e", "changes nothing"),
        ("x", "X-ray"),
        ("c", "commands so far"),
        ("q", "Leave?"),
    ):
        before = teacher.shown.count(SAME_SCREEN)
        teacher.press(key)
        teacher.sees(words)
        teacher.press("\x1b")
        teacher.until(lambda now=before: teacher.shown.count(SAME_SCREEN) > now, "the page again")  # type: ignore[misc]
    teacher.press("k")
    teacher.until(lambda: teacher.shown.endswith(OTHER_SCREEN), "nothing")
    teacher.press("\r")  # only light
    teacher.until(lambda: teacher.shown.endswith(SAME_SCREEN), "the page again")
    teacher.at("done", "host-name")
    assert {key for row in KEYS for key in row.shown.split()} >= set("bgrfexckl.q")
    teacher.leave()


@pytest.mark.parametrize("size", [(80, 24), (60, 18)])
def test_a_long_page_over_the_page_is_read_to_its_end(size: tuple[int, int]) -> None:
    """Each of its screens says how many lines are left, and the last one how to go back; none is cut off."""
    teacher = begun("hostname")
    teacher.goes_to("hostname", "rename")
    teacher.resize(*size)
    teacher.press("x")
    teacher.sees("X-ray")
    footers: list[str] = []

    def last() -> str:
        return next((line.strip() for line in reversed(teacher.display) if line), "")

    def a_new_footer() -> bool:
        return last() not in footers and last().endswith("any other key goes back")

    while footers[-1:] != ["any key goes back"]:
        teacher.until(lambda: last() == "any key goes back" or a_new_footer(), "how many lines are left")
        footers.append(last())
        teacher.press("\r")
    assert len(footers) > 1
    assert "not at the same place on the host" in teacher.shown
    teacher.at("opened", "rename")
    teacher.leave()


def test_before_the_first_step_the_log_is_empty() -> None:
    teacher = begun("hostname")
    teacher.press("c")
    teacher.sees("None yet.")
    teacher.press("c")
    teacher.until(lambda: teacher.shown.endswith(SAME_SCREEN), "the page again")
    teacher.leave()


@pytest.mark.parametrize("size", [(80, 24), (60, 18)])
def test_the_log_has_every_command_so_far_up_to_its_last_line(size: tuple[int, int]) -> None:
    teacher = Instructor("hostname", "--lang", "en", size=size)
    teacher.begin()
    teacher.does("host-name")
    teacher.goes_to("hostname", "prompt")
    before = len(teacher.shown)
    teacher.press("c")
    teacher.until(lambda: (told := teacher.told()) and told.stage["log"], "the log")
    screens = [""]
    while not teacher.text.endswith("any key goes back"):
        teacher.until(lambda: teacher.text not in screens and teacher.text.endswith("goes back"), "the next screen")
        screens.append(teacher.text)
        if not teacher.text.endswith("any key goes back") or "other" in teacher.text[-30:]:
            teacher.press("\r")
            teacher.until(lambda: teacher.text not in screens, "more of it")
    log = plain(teacher.shown[before:])
    assert "1 · What is this machine called? host # hostname 2 · " in log
    assert log.count("prepared unseen") == 13  # all between the first and `prompt`
    assert re.search(r"\\ > [^>]*/bin/bash", log), log
    teacher.press("\x1b")
    teacher.until(lambda: (told := teacher.told()) and not told.stage["log"], "the page again")
    teacher.at("opened", "prompt")
    teacher.leave()


def test_the_other_language_and_back() -> None:
    teacher = begun("hostname")
    teacher.press("l")
    teacher.sees("Lição 1 de 1")
    teacher.press("\r")
    teacher.at("typed")
    teacher.sees("passo 1 de 16")
    teacher.press("l")
    teacher.sees("step 1 of 16")
    teacher.does("host-name")
    teacher.leave()


def test_ctrl_c_goes_to_the_running_command_and_the_step_can_be_tried_again() -> None:
    teacher = begun("cgroups")
    teacher.goes_to("cgroups", "cpu-burn")
    teacher.types_out("cpu-burn")
    teacher.press("\r")
    teacher.at("running", "cpu-burn")
    teacher.until(lambda: runs_on(SEAT, "do :; done"), "the loop of this step")
    teacher.send(CTRL_C)
    teacher.at("failed", "cpu-burn")
    teacher.sees("Enter starts afresh")
    teacher.types_out("cpu-burn")
    teacher.press("b")
    teacher.at("opened", "cpu-limit")
    teacher.does("cpu-limit")
    teacher.leave()


def test_the_lab_follows_the_size_of_the_screen() -> None:
    teacher = begun("hostname")
    teacher.resize(100, 30)
    teacher.does("host-name")
    teacher.wanders("stty size")
    assert "30 100" in teacher.shown
    teacher.at("opened", "host-inode")
    teacher.resize(70, 20)
    teacher.press("r")
    teacher.at("opened", "host-name")
    teacher.wanders("stty size")
    assert "20 70" in teacher.shown
    teacher.leave()


def test_larger_letters_before_the_class() -> None:
    """The window changes while a page is up, or one over it: both are laid out anew, output and evidence included."""
    teacher = begun("hostname")

    def seen(words: str, columns: int) -> None:
        rule = re.compile("━━ .*" + re.escape(words) + ".* ━+")
        teacher.until(
            lambda: any(rule.match(line) and len(line.rstrip()) == columns for line in teacher.screen.display),
            f"{words}, {columns} columns wide",
        )

    teacher.resize(60, 20)
    seen("A name of its own", 60)
    teacher.does("host-name")
    seen("What is this machine called?", 60)
    for columns in (100, 50):
        teacher.resize(columns, 24)
        seen("What is this machine called?", columns)
        teacher.sees("# hostname")
        teacher.sees("✓ output and kernel agree: hostname")
    teacher.press("x")
    teacher.sees("X-ray")
    teacher.resize(90, 30)
    seen("X-ray", 90)
    teacher.press("\x1b")
    seen("What is this machine called?", 90)
    teacher.does("host-inode")
    teacher.leave()


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("state", ["typed", "done"])
def test_death_leaves_nothing(number: int, state: str) -> None:
    teacher = begun("hostname")
    teacher.goes_to("hostname", "rename")
    teacher.types_out("rename")
    if state == "done":
        teacher.press("\r")
        teacher.at("done", "rename")
    os.kill(teacher.pid, number)
    teacher.end(-number if number == signal.SIGKILL else 128 + number)


def test_a_terminal_that_is_closed_leaves_nothing() -> None:
    teacher = begun("hostname")
    teacher.does("host-name")
    teacher.hang_up()


# --- typing ---


def test_characters_come_one_by_one_at_a_human_pace() -> None:
    teacher = begun("hostname", pace="--speed=25")
    teacher.does("host-name")
    command = "readlink /proc/self/ns/uts"
    teacher.press("\r")
    teacher.sees("step 2 of 16")
    moments: list[tuple[float, int]] = []
    typed = -1
    while typed < len(command):
        teacher.read(0.001)
        line = next((line.rstrip() for line in teacher.screen.display if ":/#" in line), "")
        now = len(line.partition("# ")[2])
        if now != typed:
            moments.append((time.monotonic(), now))
            typed = now
    pace = (moments[-1][1] - moments[0][1]) / (moments[-1][0] - moments[0][0])
    print(f"\ntyping, 25 characters a second asked for: {pace:.1f} seen, in {len(moments)} pieces")
    assert len(moments) > len(command) / 2
    teacher.at("typed", "host-inode")
    teacher.leave()


def test_an_impatient_click_finishes_the_line_and_no_more() -> None:
    teacher = begun("hostname", pace="--speed=0.2")
    teacher.reads_on()
    teacher.press("\r")
    teacher.sees("# h")
    teacher.press("\r")
    teacher.at("typed", "host-name")
    assert "✓" not in teacher.text
    teacher.leave()
