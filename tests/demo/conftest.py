"""What every test with an instructor gets: nothing of one stays for the next."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from runner.lab import seats
from tests.demo.instructor import OPEN, SEAT


@pytest.fixture(autouse=True)
def nothing_stays(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    while OPEN:
        OPEN.pop().terminal.close(force=True)
    if request.node.get_closest_marker("root"):
        with seats.hold(SEAT, wait=20):
            assert not seats.journal_of(SEAT).exists()
