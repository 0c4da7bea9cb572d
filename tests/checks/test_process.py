"""Processes, which are known by their identity."""

from __future__ import annotations

import pytest

from runner.lab.lab import Lab
from runner.records.results import Outcome
from tests.support.looking import look, type_
from tests.support.waiting import until

pytestmark = pytest.mark.root


def test_process_is_known_by_identity(running: Lab) -> None:
    assert look(running, "process", of="decoy", alive=False) is Outcome.FAILED  # never seen: proves nothing
    type_(running, "sleep 4720 &")
    assert running.bind_command("decoy", "sleep 4720")
    assert look(running, "process", of="decoy", alive=True) is Outcome.PASSED
    assert look(running, "process", of="decoy", alive=False) is Outcome.FAILED
    assert look(running, "process", command="sleep 4720", count=1) is Outcome.PASSED
    type_(running, "kill -STOP %1")  # as after Ctrl-Z
    assert look(running, "process", of="decoy", alive=True) is Outcome.FAILED
    assert look(running, "process", of="decoy", alive=False) is Outcome.FAILED
    assert look(running, "process", of="decoy", state="T") is Outcome.PASSED
    type_(running, "kill -CONT %1; kill %1; wait")
    assert look(running, "process", of="decoy", alive=False) is Outcome.PASSED
    assert look(running, "process", command="sleep 4720", at_least=1) is Outcome.FAILED


def test_a_program_is_not_taken_for_its_own_subshell(running: Lab) -> None:
    """Which has the same command line, and soon ends."""
    type_(
        running,
        "mkfifo /containers/wait; echo 'echo $(read < /containers/wait); read < /containers/wait' > /containers/twice",
    )
    type_(running, "bash /containers/twice &")
    until(lambda: look(running, "process", command="bash /containers/twice", count=2) is Outcome.PASSED, "its subshell")
    assert running.bind_command("decoy", "bash /containers/twice")
    type_(running, "echo > /containers/wait")
    until(lambda: look(running, "process", command="bash /containers/twice", count=1) is Outcome.PASSED, "its end")
    assert look(running, "process", of="decoy", alive=True) is Outcome.PASSED
    type_(running, "kill %1; wait")
    assert look(running, "process", of="decoy", alive=False) is Outcome.PASSED


def test_process_pid_inside(container: Lab) -> None:
    assert look(container, "process", of="container", pid_inside=1) is Outcome.PASSED
    assert look(container, "process", of="host", pid_inside=1) is Outcome.FAILED
    assert look(container, "process", of="nobody", pid_inside=1) is Outcome.FAILED
