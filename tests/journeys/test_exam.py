"""An exam at real terminals: no help in it, nothing lost of it, its time over wherever the student is."""

from __future__ import annotations

import json
import os
import signal
import tempfile
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

from runner.lab import seats
from runner.records.errors import ExitStatus
from runner.records.exam import Over
from tests.support import command
from tests.support.candidate import BEGIN, SEAT, SURE, Candidate, left_of, own
from tests.support.command import semdocker
from tests.support.person import ENTER, plain
from tests.support.practiser import SHELL

pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]
SECRET = "a UTS namespace of its own"  # the cause in leaky-name
CONTAINER = "unshare -p -m -u -i -f --kill-child -R {root} --mount-proc /bin/bash"
HELP = {"en": ("hint", "solve", "solution"), "pt": ("dica", "resolve", "solução")}
WORDS = {
    "en": ("2 exercises in 50 minutes", "50 min left", "not named", "handed in", "digest"),
    "pt": ("2 exercícios em 50 minutos", "faltam 50 min", "não é citado", "entregue", "hash"),
}


def solves_own_name(student: Candidate) -> None:
    """In the shell of the exercise own-name."""
    student.type(CONTAINER.format(**own(student.seat)))
    student.wait_for(SHELL)
    student.type(f"hostname {own(student.seat)['hostname']}")
    student.wait_for("2/2")
    student.wait_for(SHELL)


@pytest.mark.parametrize("language", ["en", "pt"])
def test_from_the_rules_to_the_digest(tmp_path: Path, language: str) -> None:
    title, clock, unnamed, over, digest = WORDS[language]
    student = Candidate(tmp_path, "--junit", "ana.xml", language=language)
    assert title in student.rules
    assert str(student.file) in "".join(student.rules.split()), "with its directory, in which the same command goes on"
    assert clock in student.opened
    assert own()["hostname"] in student.opened, "the student's own values are in the words"
    assert not any(f" {word}" in student.opened for word in HELP[language])
    assert student.result.begun and not student.result.over
    student.shell()
    solves_own_name(student)
    student.back()
    assert student.result.answers[0].solved, "at once"
    shown = student.press("n")
    assert unnamed in shown and SECRET not in shown
    student.key("q")
    student.wait_for(SURE[language])
    student.send(ENTER)  # no
    student.asked()
    last = student.hands_in()
    assert over in last and digest in last.lower()
    assert student.digest in last.replace(" ", "")
    assert student.result.over is Over.HANDED_IN
    assert [answer.state for answer in student.result.answers] == ["solved", "open"]
    assert student.result.answers[0].facts[0].when
    own_name, leaky = ElementTree.parse(tmp_path / "ana.xml").getroot()
    assert (own_name.get("failures"), leaky.get("failures")) == ("0", "2")


def test_nothing_in_it_gives_the_cause_away(tmp_path: Path) -> None:
    """Not its keys, not the file, not a second terminal."""
    student = Candidate(tmp_path, tasks=("leaky-name",))
    shown = student.opened + student.press("c")
    for nothing in "hs":
        student.send(nothing)
        time.sleep(1)  # a key counts only when no other follows at once
    shown += student.press("?") + student.press("c")
    assert "Hint" not in shown and "readlink" not in shown
    assert "expected" not in shown, "what the kernel shows instead would be a hint, too"
    assert "one that is not named: not yet" in shown
    assert SECRET not in shown
    assert "drawer" not in student.file.read_text()
    for form in ((), ("--json",), ("--plain",)):
        second = semdocker("check", *form, "--lang", "en", "--seat", SEAT)
        assert second.returncode == ExitStatus.UNKNOWN
        assert "An exam is going on" in second.stderr
        assert not second.stdout
    assert "drawer" in student.hands_in() or "drawer" in student.file.read_text()


def test_to_and_fro(tmp_path: Path) -> None:
    """What one comes back to begins anew; what was reached stays reached."""
    student = Candidate(tmp_path, tasks=("own-name", "leaky-name", "own-limits"))
    student.shell()
    solves_own_name(student)
    student.back()
    assert "Exam 3/3" in student.press("3")
    assert "Exam 1/3" in student.press("n"), "after the last one comes the first"
    assert student.result.answers[0].solved
    assert "Facts that are true: 0 of 2" in student.press("c")
    assert student.result.answers[0].solved
    assert [bool(answer.begun) for answer in student.result.answers] == [True, False, True]
    student.hands_in()


def test_two_seats_have_values_of_their_own(tmp_path: Path) -> None:
    """In words, in the lab, and in the result; --set comes last."""
    ana = Candidate(tmp_path, tasks=("own-limits",), seat="ana", language="en")
    bia = Candidate(tmp_path, "--set", "memory=300M", tasks=("own-limits",), seat="bia")
    for one in (ana, bia):
        values = one.result.values
        assert values["cgroup"] == own(one.seat)["cgroup"]
        assert values["pids"] in one.opened and values["cgroup"] in one.opened
        notice = seats.published(one.seat)
        assert notice
        assert {**notice.values, **values} == notice.values
    assert ana.result.values["root"] != bia.result.values["root"]
    assert (ana.result.values["memory"], bia.result.values["memory"]) == (own("ana")["memory"], "300M")
    ana.hands_in()
    bia.hands_in()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP, signal.SIGTERM])
def test_what_ends_it_from_outside_takes_nothing_away(tmp_path: Path, number: signal.Signals) -> None:
    """Not even what came true a moment ago, in the shell. The same command goes on with the time that is left."""
    student = Candidate(tmp_path)
    student.shell()
    solves_own_name(student)
    os.kill(student.pid, number)
    student.end(-number if number == signal.SIGKILL else 128 + number)
    assert student.result.answers[0].solved and not student.result.over
    begun = student.result.begun
    with seats.hold(SEAT, wait=20):
        assert not seats.journal_of(SEAT).exists()
    again = Candidate(tmp_path)
    assert "This exam was begun already" in again.rules
    assert "2/2" in again.rules
    assert "Exam 2/2" in again.opened, "the first one that is not solved yet"
    again.hands_in()
    assert (again.result.begun, len(again.result.starts)) == (begun, 2)
    third = Candidate(tmp_path, begun=False)
    assert "This exam is over" in third.end(ExitStatus.USAGE)


def test_ctrl_c_and_a_closed_window_hand_nothing_in(tmp_path: Path) -> None:
    student = Candidate(tmp_path)
    student.send("\x03")
    student.end(ExitStatus.INTERRUPTED)
    assert not student.result.over
    again = Candidate(tmp_path)
    again.sees_keys_taken()
    again.send("\x04")  # Ctrl-D, twice: as if the keyboard were gone
    again.wait_for(SURE["en"])
    again.send("\x04")
    again.end(ExitStatus.HANGUP)
    assert not again.result.over
    last = Candidate(tmp_path)
    last.hang_up()
    with seats.hold(SEAT, wait=20):
        assert not last.result.over
        assert len(last.result.starts) == 3


@pytest.mark.parametrize("busy", ["", "yes semdocker", "vi /tmp/x"])
def test_the_time_is_over_in_the_shell(tmp_path: Path, busy: str) -> None:
    """Whatever runs there, endless output too; the terminal is as before, and the facts are looked at once more."""
    left_of(tmp_path, 15, minutes=2)
    student = Candidate(tmp_path, minutes=2)
    student.shell()
    solves_own_name(student)
    if busy:
        student.type(busy)
    last = student.end()
    assert "The time is over" in last
    assert "the time is over" in last.rpartition("Exam ·")[2]
    assert (student.result.over, student.result.answers[0].solved) == (Over.TIME, True)
    assert student.digest in last.replace(" ", "")
    assert student.shown.count("\x1b[?1049h") == student.shown.count("\x1b[?1049l")


def test_the_time_is_over_at_the_keys_and_at_the_question(tmp_path: Path) -> None:
    for keys in ("", "q"):
        left_of(tmp_path, 6)
        student = Candidate(tmp_path, minutes=1)
        student.send(keys)
        assert "The time is over" in student.end()
        assert student.result.over is Over.TIME


def test_a_time_that_ran_out_while_nobody_was_there(tmp_path: Path) -> None:
    """The same command closes the exam: no lab is opened, and the digest is told."""
    left_of(tmp_path, -1)
    student = Candidate(tmp_path, minutes=1, begun=False)
    last = student.end()
    assert "the time is over" in last
    assert student.digest in last.replace(" ", "")
    assert "lab" not in last


def test_little_time_is_told_in_the_shell(tmp_path: Path) -> None:
    left_of(tmp_path, 62 + 8, minutes=2)
    student = Candidate(tmp_path, minutes=2)
    student.shell()
    student.wait_for("under 1 min left")
    student.back()
    student.hands_in()


def test_plain(tmp_path: Path) -> None:
    student = Candidate(tmp_path, "--plain")
    assert "50 min left" in student.opened
    student.key("c")
    student.asked()
    last = student.hands_in()
    assert "\x1b" not in student.shown
    assert student.digest in last.replace(" ", "")


def test_what_cannot_be_written_at_the_end_is_tried_again(tmp_path: Path) -> None:
    """As when a disk was full."""
    student = Candidate(tmp_path)
    student.file.unlink()
    student.file.mkdir()
    student.key("q")
    student.wait_for(SURE["en"])
    student.send("y" + ENTER)
    assert "not handed in yet" in " ".join(student.wait_for("q gives up").split())
    student.file.rmdir()
    student.send(ENTER)
    last = student.end()
    assert student.result.over is Over.HANDED_IN
    assert student.digest in last.replace(" ", "")


def test_pages_fit_on_a_small_screen() -> None:
    """Nine exercises, the most that there can be; the first page and the last."""
    with tempfile.TemporaryDirectory(prefix="semdocker-test-") as folder:  # a student's path is no longer than that
        _pages_fit(Path(folder))


def _pages_fit(tmp_path: Path) -> None:
    nine = ("own-name", "leaky-name", "own-limits", "free-runner", "busy-disk", "build-root", "enter-root", "own-pids")
    for language in ("en", "pt"):
        folder = tmp_path / language
        folder.mkdir()
        student = Candidate(folder, tasks=(*nine, "double-speed"), language=language, begun=False)
        student.wait_for(BEGIN[language])
        assert any("━━" in line for line in student.display), student.display
        student.press(ENTER)
        student.hands_in()
        assert sum("━━" in line for line in student.display) == 1, student.display
        assert student.digest[:8] in student.text


def test_leaving_before_it_begins_writes_nothing(tmp_path: Path) -> None:
    student = Candidate(tmp_path, begun=False)
    student.wait_for(BEGIN["en"])
    student.send("q")
    student.end()
    assert not list(tmp_path.iterdir())


def test_a_class_is_rolled_up_from_its_exams(tmp_path: Path) -> None:
    student = Candidate(tmp_path)
    student.shell()
    solves_own_name(student)
    student.back()
    student.hands_in()
    done = command.semdocker("class", "report", str(tmp_path), "--json")
    (ana,) = json.loads(done.stdout)["students"]
    assert "exercises" in json.dumps(ana), plain(done.stdout)
    changed = student.file.read_text().replace('"open"', '"solved"').replace('"untouched"', '"solved"')
    student.file.write_text(changed)
    assert "digest" in command.semdocker("class", "report", str(tmp_path)).stderr
