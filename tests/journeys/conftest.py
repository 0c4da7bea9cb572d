"""What tests with lessons and exercises from elsewhere begin with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.course import trust
from tests.support.shelf import with_a_lesson


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    return with_a_lesson(tmp_path / "shelf")


@pytest.fixture
def nobody_agreed() -> Iterator[None]:
    """The machine's own file of trust, put aside."""
    aside = trust.FILE.with_suffix(".aside")
    if trust.FILE.exists():
        trust.FILE.rename(aside)
    yield
    trust.FILE.unlink(missing_ok=True)
    if aside.exists():
        aside.rename(trust.FILE)
