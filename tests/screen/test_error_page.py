"""Errors and faults, as they are told."""

from __future__ import annotations

import io

import pytest

from runner.messages import language
from runner.records.errors import Fault, InvalidLesson, RunnerError
from runner.screen.error_page import explain


@pytest.fixture(autouse=True)
def english() -> None:
    language.install("en")


def test_faults_are_told_with_their_place() -> None:
    stream = io.StringIO()
    explain(InvalidLesson((Fault("a.yaml", 3, 7, "yaml-indent"), Fault("b\x1b.yaml", 1, 1, "twice", name="x"))), stream)
    first, second, last = stream.getvalue().splitlines()
    assert first == "a.yaml:3:7: This line is not indented like its neighbours."
    assert second == "b\\x1b.yaml:1:1: “x” appears twice."
    assert last == "semdocker: 2 faults in the lesson files; nothing was run."
    explain(RunnerError("lab-failed", detail="x"), stream)
    assert stream.getvalue().endswith("semdocker: The lab could not be started: x\n")
