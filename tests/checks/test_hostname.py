"""The host name inside and outside."""

from __future__ import annotations

import pytest

from runner.checks.registry import Scene, evaluate
from runner.lab.lab import Lab
from runner.records.course import Check
from runner.records.results import Outcome
from tests.support.looking import look, type_

pytestmark = pytest.mark.root


def test_hostname(container: Lab) -> None:
    assert look(container, "hostname", of="container", **{"is": "novo"}) is Outcome.FAILED
    type_(container, "hostname novo")
    assert look(container, "hostname", of="container", host="unchanged", **{"is": "novo"}) is Outcome.PASSED
    scene = Scene(container.places, None, "another-name")
    assert evaluate(Check("hostname", {"host": "unchanged"}), scene).outcome is Outcome.FAILED
