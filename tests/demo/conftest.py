"""What every test with an instructor gets: nothing of one stays for the next."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from runner import lab
from tests.demo.instructor import OPEN, SEAT


@pytest.fixture(autouse=True)
def nothing_stays(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    while OPEN:
        OPEN.pop().terminal.close(force=True)
    if request.node.get_closest_marker("root"):
        with lab.seat_lock(SEAT, wait=20):
            assert not lab.journal_of(SEAT).exists()
