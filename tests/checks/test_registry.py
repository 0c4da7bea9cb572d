"""The kinds of checks: all of them are used, and our own trouble is no failure of a student."""

from __future__ import annotations

import pytest

from runner.checks import registry
from runner.lab.lab import Lab
from runner.records.results import Outcome
from tests.conftest import the_course
from tests.support.looking import look

pytestmark = pytest.mark.root


def test_trouble_of_our_own_is_not_the_students_failure(running: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> object:
        raise PermissionError("no access")

    monkeypatch.setattr("runner.host.kernel.mounts", broken)
    assert look(running, "mount", point="/", exists=True) is Outcome.COULD_NOT_CHECK


def test_all_kinds_are_used_by_the_course() -> None:
    used = {check.kind for lesson in the_course().lessons for step in lesson.steps for check in step.facts}
    assert used == set(registry.KINDS)
