"""The typist: a human rhythm that keeps its pace."""

from __future__ import annotations

import pytest

from runner.records.errors import UsageError
from runner.teacher import typist


def test_the_rhythm_is_human_and_keeps_the_pace() -> None:
    text = "unshare -p -m -u -i -f --kill-child -R /containers/teste --mount-proc /bin/bash"
    waits = list(typist.pauses(text, 20.0))
    assert "".join(character for character, _ in waits) == text
    assert len({round(seconds, 4) for _, seconds in waits}) > 8
    mean = sum(seconds for _, seconds in waits) / len(waits)
    assert 0.8 / 20 < mean < 1.4 / 20


def test_speeds() -> None:
    assert typist.pace("") == typist.PACE
    assert typist.pace("30") == 30.0
    assert typist.pace("2x") == 2 * typist.PACE
    assert typist.pace("0,5x") == 0.5 * typist.PACE
    for wrong in ("0", "-3", "fast", "x", "nan"):
        with pytest.raises(UsageError):
            typist.pace(wrong)
