"""What a command printed, by itself and compared with the kernel."""

from __future__ import annotations

import pytest

from runner.lab.lab import Lab
from runner.records.results import Outcome
from tests.support.looking import look, type_

pytestmark = pytest.mark.root


def test_output(running: Lab) -> None:
    result = type_(running, "echo one; echo two")
    assert look(running, "output", result, has=["one", "two"], lacks=["three"]) is Outcome.PASSED
    assert look(running, "output", result, has=["three"]) is Outcome.FAILED
    assert look(running, "output", result, lacks=["one"]) is Outcome.FAILED
    assert look(running, "output", result, matches="^tw.$", lines={"at_least": 2, "at_most": 2}) is Outcome.PASSED
    assert look(running, "output", result, lines={"at_most": 1}) is Outcome.FAILED
    assert look(running, "output", None, lacks=["one"]) is Outcome.FAILED


def test_output_agrees_with_the_kernel(container: Lab) -> None:
    listing, names, name = type_(container, "ps aux"), type_(container, "ls /usr"), type_(container, "hostname")
    assert look(container, "output", listing, agrees_with={"processes": "container"}) is Outcome.PASSED
    assert look(container, "output", listing, agrees_with={"processes": "host"}) is Outcome.FAILED
    assert look(container, "output", names, agrees_with={"entries": "/usr", "of": "container"}) is Outcome.PASSED
    assert look(container, "output", names, agrees_with={"entries": "/etc", "of": "container"}) is Outcome.FAILED
    assert look(container, "output", name, agrees_with={"hostname": "container"}) is Outcome.PASSED
    type_(container, "hostname changed-since")
    assert look(container, "output", name, agrees_with={"hostname": "container"}) is Outcome.FAILED
