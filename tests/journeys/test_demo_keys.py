"""An instructor's keys, right and wrong ones, the typing that the class sees, and sudden ends."""

from __future__ import annotations

import os
import re
import signal
import time

import pytest

from runner.host import machine
from runner.records.errors import UsageError
from runner.screen.keys import BACK, END, ENTER, ESCAPE, pressed
from runner.screen.watch import ENTER as OTHER_SCREEN
from runner.screen.watch import LEAVE as SAME_SCREEN
from runner.teacher import typist
from runner.teacher.stage import KEYS
from tests.support.instructor import Instructor

pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]


# --- keys ---


HARMLESS = [bytes([code]) for code in range(256) if chr(code).lower() not in "\r\n \x7f\x08\x04bgrfexkl.?q\x1b\x03"]
SEQUENCES = [b"\x1b[A", b"\x1b[B", b"\x1bOP", b"\x1b[15~", b"\x1b[1;5H", b"\x1b[M !!", b"\x1b[200~", b"\x1b", b"\x1b[Z"]


def test_no_wrong_key_does_anything() -> None:
    teacher = Instructor("hostname", "--lang", "en")
    teacher.begin()
    teacher.does("host-name")
    for key in [*HARMLESS, *SEQUENCES, b"\x03", b"\x1a", b"\x1c", b"\x13"]:
        teacher.terminal.send(key)
        teacher.read(0.001)
    teacher.at("done", "host-name")
    teacher.does("host-inode")
    assert teacher.leave() == 0


def test_the_pages_over_the_page() -> None:
    teacher = Instructor("hostname", "--lang", "en")
    teacher.begin()
    teacher.does("host-name")
    for key, words in (("?", "undone for real"), ("e", "changes nothing"), ("x", "X-ray"), ("q", "Leave?")):
        before = teacher.all.count(SAME_SCREEN.encode())
        teacher.press(key)
        teacher.sees(words)
        teacher.press("\x1b")
        teacher.until(lambda now=before: teacher.all.count(SAME_SCREEN.encode()) > now, "the page again")  # type: ignore[misc]
    teacher.press("k")
    teacher.until(lambda: teacher.all.endswith(OTHER_SCREEN.encode()), "nothing")
    teacher.press("\r")  # only light
    teacher.until(lambda: teacher.all.endswith(SAME_SCREEN.encode()), "the page again")
    teacher.at("done", "host-name")
    assert {key for row, _ in KEYS for key in row.split()} >= set("bgrfexkl.q")
    teacher.leave()


def test_the_other_language_and_back() -> None:
    teacher = Instructor("hostname", "--lang", "en")
    teacher.begin()
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
    teacher = Instructor("cgroups", "--lang", "en")
    teacher.begin()
    teacher.goes_to("cgroups", "cpu-burn")
    teacher.press("\r")
    teacher.at("typed", "cpu-burn")
    teacher.press("\r")
    teacher.at("running", "cpu-burn")
    time.sleep(0.4)
    teacher.terminal.sendintr()
    teacher.at("failed", "cpu-burn")
    teacher.sees("Enter starts afresh")
    teacher.press("\r")
    teacher.at("typed", "cpu-burn")
    teacher.press("b")
    teacher.at("opened", "cpu-limit")
    teacher.does("cpu-limit")
    teacher.leave()


def test_the_lab_follows_the_size_of_the_screen() -> None:
    teacher = Instructor("hostname", "--lang", "en")
    teacher.begin()
    teacher.terminal.setwinsize(30, 100)
    teacher.does("host-name")
    teacher.wanders("stty size\r")
    teacher.until(lambda: b"30 100" in teacher.all, "the size")
    teacher.at("opened", "host-inode")
    teacher.terminal.setwinsize(20, 70)
    teacher.press("r")
    teacher.at("opened", "host-name")
    teacher.wanders("stty size\r")
    teacher.until(lambda: b"20 70" in teacher.all, "the size of a fresh lab")
    teacher.leave()


def test_larger_letters_before_the_class() -> None:
    """The window changes while a page is up, or one over it: both are laid out anew, output and evidence included."""
    teacher = Instructor("hostname", "--lang", "en")
    teacher.begin()

    def seen(words: str, columns: int) -> None:
        rule = re.compile("━━ .*" + re.escape(words) + ".* ━+")
        teacher.until(
            lambda: any(rule.match(line) and len(line.rstrip()) == columns for line in teacher.screen.display),
            f"{words}, {columns} columns wide",
        )

    def window(lines: int, columns: int) -> None:
        teacher.screen.resize(lines, columns)
        teacher.terminal.setwinsize(lines, columns)

    window(20, 60)
    seen("A name of its own", 60)
    teacher.does("host-name")
    seen("What is this machine called?", 60)
    for columns in (100, 50):
        window(24, columns)
        seen("What is this machine called?", columns)
        teacher.sees("# hostname")
        teacher.sees("✓ output and kernel: hostname")
    teacher.press("x")
    teacher.sees("X-ray")
    window(30, 90)
    seen("X-ray", 90)
    teacher.press("\x1b")
    seen("What is this machine called?", 90)
    teacher.does("host-inode")
    assert teacher.leave() == 0


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("state", ["typed", "done"])
def test_death_leaves_nothing(number: int, state: str) -> None:
    teacher = Instructor("hostname", "--lang", "en")
    teacher.begin()
    teacher.goes_to("hostname", "rename")
    teacher.press("\r")
    teacher.at("typed", "rename")
    if state == "done":
        teacher.press("\r")
        teacher.at("done", "rename")
    os.kill(teacher.terminal.pid, number)
    assert teacher.end() == {signal.SIGHUP: 129, signal.SIGTERM: 143, signal.SIGKILL: -9}[signal.Signals(number)]


def test_a_terminal_that_is_closed_leaves_nothing() -> None:
    teacher = Instructor("hostname", "--lang", "en")
    teacher.begin()
    teacher.does("host-name")
    teacher.terminal.close(force=False)


# --- typing ---


def test_characters_come_one_by_one_at_a_human_pace() -> None:
    teacher = Instructor("hostname", "--lang", "en", pace="--speed=25")
    teacher.begin()
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
    teacher = Instructor("hostname", "--lang", "en", pace="--speed=0.2")
    teacher.begin()
    teacher.press("\r")
    teacher.sees("# h")
    teacher.press("\r")
    teacher.at("typed", "host-name")
    assert "✓" not in teacher.text()
    teacher.leave()


def test_the_rhythm_is_human_and_keeps_the_pace() -> None:
    text = "unshare -p -m -u -i -f --kill-child -R /containers/teste --mount-proc /bin/bash"
    waits = list(typist.pauses(text, 20.0))
    assert "".join(character for character, _ in waits) == text
    assert len({round(seconds, 4) for _, seconds in waits}) > 8
    mean = sum(seconds for _, seconds in waits) / len(waits)
    assert 0.8 / 20 < mean < 1.4 / 20


def test_speeds() -> None:
    assert typist.pace("") == typist.PACE
    assert typist.pace("30") == 30.0
    assert typist.pace("2x") == 2 * typist.PACE
    assert typist.pace("0,5x") == 0.5 * typist.PACE
    for wrong in ("0", "-3", "fast", "x", "nan"):
        with pytest.raises(UsageError):
            typist.pace(wrong)


def test_a_terminal_is_described_by_its_name_and_by_nothing_else() -> None:
    assert machine.terminfo("xterm").startswith("b64:")
    for name in ("", "dumb", "../../../etc/passwd", "x/../../../etc/passwd", "no-such-terminal"):
        assert machine.terminfo(name) == ""


def test_keys() -> None:
    assert pressed(b"\r \n\x1b[6~\x1b[C\x1bOC") == [ENTER] * 6
    assert pressed(b"b\x1b[5~\x1b[D\x7f") == [BACK] * 4
    assert pressed(b"\x04") == pressed(b"") == [END]
    assert pressed("é?\x1b[15~\x1b".encode()) == ["é", "?", ESCAPE, ESCAPE]
