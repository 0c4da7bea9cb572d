"""What every test with a student gets: nothing of one stays for the next."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.lab import seats
from tests.student import OPEN, SEAT, STATE


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    yield
    while OPEN:
        OPEN.pop().close()
    shutil.rmtree(STATE)
    Path(STATE).mkdir()
    with seats.hold(SEAT, wait=20):
        assert not seats.journal_of(SEAT).exists()
