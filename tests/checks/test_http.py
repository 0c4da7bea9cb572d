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
UNIX = """perl -e 'socket(S, 1, 1, 0); bind(S, pack("Sa*", 1, "{name}")) or die; {more}sleep 1000' &"""


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


def test_a_unix_socket_that_listens(running: Lab) -> None:
    type_(running, UNIX.format(name=r"\0bound", more=""))
    type_(running, UNIX.format(name=r"\0bell", more="listen(S, 1); "))
    type_(running, UNIX.format(name="/tmp/a name", more="listen(S, 1); "))
    for name in ("@bell", "/tmp/a name"):
        listens = Check("socket", {"unix": name, "listening": True}, within=5)
        assert registry.await_check(listens, Scene(running.places)).outcome is Outcome.PASSED
    bound = Check("file", {"path": "/proc/net/unix", "holds": "@bound"}, within=5)
    assert registry.await_check(bound, Scene(running.places)).outcome is Outcome.PASSED
    assert look(running, "socket", unix="@bound", listening=True) is Outcome.FAILED  # a name is not a listener
    assert look(running, "socket", unix="@bel", listening=False) is Outcome.PASSED
    type_(running, "unshare -n sleep 100001 &")
    while not running.bind_command("box", "sleep 100001"):
        pass
    assert look(running, "socket", unix="@bell", of="box", listening=False) is Outcome.PASSED
