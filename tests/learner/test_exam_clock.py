"""The time of an exam: how much is left, when that is told, and its end."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from runner.lab import signals
from runner.learner import exam_clock
from runner.learner.exam_clock import Clock
from runner.records.errors import TimeOver
from tests.support.exams import exam


def test_the_clock_runs_from_the_beginning_whatever_happened_since() -> None:
    def ago(seconds: float) -> str:
        return (datetime.now(UTC) - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def left(begun: float, saved: float, spent: float = 0) -> float:
        some = exam(minutes=30, begun=ago(begun), date=ago(saved))
        return exam_clock.left(replace(some, answers=tuple(replace(one, seconds=spent / 2) for one in some.answers)))

    assert 1199 <= left(600, 600) + 1 <= 1202
    assert left(7200, 7200) == 0
    assert left(-7200, -7200) == 1800, "a calendar that was set back gives no more than the whole time"
    assert left(-7200, -7200 - 1200) == 600, "and no more than what was left when the exam was saved"
    assert left(-7200, -7200, spent=1500) == 300, "and nothing of what was spent, if the exam was saved since"


def test_little_time_is_told_once() -> None:
    clock = Clock(0.5)
    assert (clock.said(), clock.warnings()) == ("under 1 min left", [])
    clock = Clock(301)
    clock._end -= 2
    assert clock.warnings() == ["5 min left"]
    assert clock.warnings() == []
    clock._end -= 241
    assert clock.warnings() == ["under 1 min left"]


def test_the_end_of_the_time_comes_into_whatever_waits() -> None:
    clock = Clock(1.2)
    began = time.monotonic()
    with pytest.raises(TimeOver), signals.ending(clock.left):
        time.sleep(60)
    assert time.monotonic() - began < 10
    with pytest.raises(TimeOver), signals.ending(clock.left):
        pytest.fail("no time was left")
    with signals.ending(lambda: 1.0):
        pass
    time.sleep(1.1)  # nothing rings after the block
