"""Exercises that were solved come back, later each time, and later still when no hint was needed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from runner.learner import progress
from runner.learner.progress import NOTHING, Progress
from runner.learner.repetition import DAYS, Solved, due
from runner.records.progress import State

FIRST = datetime(2026, 1, 30, 18, 0, tzinfo=UTC)


def solved(days: int, *, before: Progress = NOTHING, state: State = State.DONE, hints: int = 1) -> Progress:
    """An exercise was solved so many days after the first day."""
    when = (FIRST + timedelta(days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return progress.with_practice(before, "own-name", state, when=when, hints=hints)


def comes_back(after: Progress) -> int:
    """The number of the first day on which it comes back; it stays until it is solved."""
    days = [day for day in range(400) if due(after.solved, FIRST.date() + timedelta(day))]
    assert days == list(range(days[0], 400))
    return days[0]


@pytest.mark.parametrize(("hints", "factor"), [(1, 1), (0, 2)])
def test_it_comes_back_later_each_time(hints: int, factor: int) -> None:
    now, found = 0, NOTHING
    for days in (*DAYS, DAYS[-1]):
        found = solved(now, before=found, hints=hints)
        assert comes_back(found) == now + days * factor
        now += days * factor


def test_solved_again_too_early_it_waits_as_long_as_before() -> None:
    found = solved(1, before=solved(0))
    assert comes_back(found) == 1 + 3
    for _ in range(5):
        found = solved(2, before=found)
    assert comes_back(found) == 2 + 3


@pytest.mark.parametrize(("first", "early"), [(0, 1), (1, 0)])
def test_solved_too_early_nothing_but_the_day_is_another(first: int, early: int) -> None:
    """Neither do hints shorten its wait, nor does their absence lengthen it."""
    before = solved(0, hints=first)
    wait = comes_back(before)
    assert wait == DAYS[0] * (2 if not first else 1)
    assert comes_back(solved(0, before=before, hints=early)) == wait
    shown = solved(0, state=State.ASSISTED)
    assert comes_back(solved(0, before=shown, hints=0)) == DAYS[0]


def test_who_sees_the_solution_begins_anew() -> None:
    found = solved(1, before=solved(0))
    shown = solved(4, before=found, state=State.ASSISTED)
    assert comes_back(shown) == 4 + 1
    assert comes_back(solved(5, before=shown)) == 5 + 1


def test_a_try_that_failed_changes_nothing() -> None:
    assert not due(solved(0, state=State.OPEN).solved, date(2030, 1, 1))
    found = solved(0)
    assert solved(1, before=found, state=State.OPEN).solved == found.solved


def test_what_waits_longest_comes_first_and_a_time_that_is_none_never() -> None:
    times = {"b": "2026-01-10T00:00:00Z", "a": "2026-01-20T00:00:00Z", "c": "", "d": "9999-12-31T00:00:00Z"}
    found = {id: Solved(1, when, unaided=False) for id, when in times.items()}
    assert due(found, date(2026, 1, 21)) == ["b", "a"]
    assert due(found, date(2026, 1, 20)) == ["b"]
    assert due(found, date(2026, 1, 10)) == []
