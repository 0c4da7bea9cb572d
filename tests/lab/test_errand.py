"""What a child does for us, and what it keeps of ours."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.lab import errand


def streams() -> Iterator[str]:
    """Yield what the standard streams of an errand lead to, after something was written there."""
    os.write(1, b"lost")
    yield from (str(Path(f"/proc/self/fd/{stream}").readlink()).split(" ")[0] for stream in (0, 1, 2))


def test_an_errand_needs_no_null_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lab may have put something else at its place."""
    monkeypatch.setattr(os, "devnull", "/")
    assert errand.run(streams) == ["/memfd:nowhere"] * 3


def test_an_errand_that_falls_silent_is_left_behind() -> None:
    def silent() -> Iterator[str]:
        yield "before"
        os.read(os.pipe()[0], 1)
        yield "after"

    assert errand.run(silent, patience=0.1) == ["before"]
