"""A rehearsal's clock: it gives a class time to read."""

from __future__ import annotations

import pytest

from runner.screen import keys
from runner.teacher import clicker
from runner.teacher.clicker import AT_A_GLANCE, LONGEST, Clock


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits that somebody asked for; none takes any time."""
    waits: list[float] = []

    def wait(terminal: object, others: object, seconds: float, screen: object) -> bool:
        waits.append(seconds)
        return True

    monkeypatch.setattr(clicker, "_wait", wait)
    monkeypatch.setattr("time.monotonic", lambda: sum(waits))
    return waits


@pytest.mark.parametrize(("words", "pauses"), [(0, 1), (AT_A_GLANCE // 2, 1), (AT_A_GLANCE * 4, 4), (10_000, LONGEST)])
def test_the_clock_waits_longer_where_there_is_more_to_read_and_only_there(
    words: int, pauses: float, waited: list[float]
) -> None:
    clock = Clock(2.0)
    clock.reads(words)
    assert clock.key() == keys.ENTER
    assert sum(waited) == 2.0 * pauses
    clock.key()  # the next page is another one
    assert sum(waited) == 2.0 * (pauses + 1)


def test_a_clock_that_does_not_wait_waits_for_no_words(waited: list[float]) -> None:
    clock = Clock(0)
    clock.reads(10_000)
    assert clock.key() == keys.ENTER
    assert not waited
