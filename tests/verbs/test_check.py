"""The verdict of `check`: what a grader's script can tell apart by the exit status alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from runner.lab import published_state, seats
from runner.records.errors import ExitStatus, Uncheckable
from runner.records.exercise import FactResult
from runner.records.options import Options
from runner.records.results import CheckResult, Finding, Outcome
from runner.verbs.check import _Watcher, verdict
from tests.conftest import Begin
from tests.support.classroom import classroom
from tests.support.command import semdocker
from tests.support.lesson import SEAT

YES, NO, UNKNOWN = Outcome.PASSED, Outcome.FAILED, Outcome.COULD_NOT_CHECK


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        ((YES, YES), ExitStatus.OK),
        ((YES, NO, UNKNOWN), ExitStatus.FAILED),
        ((NO,), ExitStatus.FAILED),
        ((YES, UNKNOWN), ExitStatus.UNKNOWN),
        ((), ExitStatus.UNKNOWN),
    ],
)
def test_one_false_fact_is_enough_and_an_unknown_one_is_no_yes(
    outcomes: tuple[Outcome, ...], status: ExitStatus
) -> None:
    for order in permutations(outcomes):
        facts = [
            FactResult(str(n), (CheckResult("file", (Finding("f", "", "", one),)),)) for n, one in enumerate(order)
        ]
        assert verdict(facts) is status


def test_the_help_tells_them() -> None:
    help = " ".join(semdocker("check", "--help").stdout.split())
    assert "0 when all of it is, 1 when something is not, 8 when no lab is live, 9 when something could not" in help


@pytest.mark.root
def test_a_live_lesson_and_the_line_of_status(begin: Begin) -> None:
    begin("hostname", "enter")
    shown = semdocker("status", "--plain").stdout
    line = next(line for line in shown.splitlines() if f"Seat {SEAT}:" in line)
    assert line.endswith("· lesson hostname, step rename"), line
    assert semdocker("check", "--seat", SEAT).returncode in (1, 9)


@pytest.mark.root
def test_a_live_lesson_that_the_course_does_not_know(begin: Begin) -> None:
    """Another version of ours, or a teacher's own runner, may have opened the lab."""
    begin("hostname", "enter")
    notice = seats.published(SEAT)
    assert notice
    published_state.post(SEAT, replace(notice, lesson="from-the-future"))
    checked = semdocker("check", "--seat", SEAT)
    assert "from-the-future, which is live on seat" in checked.stderr, checked
    assert checked.returncode == ExitStatus.UNKNOWN


def test_in_an_exam_it_tells_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with classroom(tmp_path, monkeypatch) as room:
        room.works("ana", lesson="hostname", exercise="leaky-name", exam=True)
        with pytest.raises(Uncheckable) as caught:
            _Watcher(Options(seat="ana")).look()
    assert caught.value.key == "check-exam"
