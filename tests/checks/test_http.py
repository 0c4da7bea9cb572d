"""A socket that listens, and what the server behind it answers."""

from __future__ import annotations

import pytest

from runner.checks import registry
from runner.checks.registry import Scene
from runner.lab.lab import Lab
from runner.records.course import Check
from runner.records.results import Outcome
from tests.support.looking import look, type_

pytestmark = pytest.mark.root


def test_socket_and_http(running: Lab) -> None:
    type_(running, "mkdir /containers/w; echo palavra > /containers/w/index.html")
    assert look(running, "socket", port="18099", listening=False) is Outcome.PASSED
    assert look(running, "http", port="18099", status=200) is Outcome.FAILED
    type_(running, "busybox httpd -f -p 127.0.0.1:18099 -h /containers/w &")
    answers = Check("http", {"port": "18099", "status": 200, "holds": "palavra"}, within=5)
    assert registry.await_check(answers, Scene(running.places)).outcome is Outcome.PASSED
    assert look(running, "socket", port="18099", listening=True) is Outcome.PASSED
    assert look(running, "socket", port="18099", listening=False) is Outcome.FAILED
    assert look(running, "http", port="18099", holds="outra") is Outcome.FAILED
    assert look(running, "http", port="18099", path="/none", status=200) is Outcome.FAILED
