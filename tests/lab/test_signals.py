"""What a stop signal does, and what it does not, in a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.support.command import CHECKOUT

STOPPED = """
import os, signal, sys
from runner.lab.signals import STOPPING, stoppable
from runner.records.errors import Interrupted
{before}
try:
    with stoppable():
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
        for number in ({sent}):
            os.kill(os.getpid(), number)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
        print("went on")
except Interrupted:
    print("stopped")
"""


def said(sent: str, before: str = "") -> tuple[str, str]:
    code = STOPPED.format(sent=sent, before=before)
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    return done.stdout.strip(), done.stderr


def test_two_that_come_together_stop_once_and_python_does_not_complain() -> None:
    """It said “Signal 2 ignored due to race condition”, with a traceback, in the middle of a rollback."""
    assert said("signal.SIGTERM, signal.SIGHUP, signal.SIGINT") == ("stopped", "")


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
def test_one_that_is_ignored_stays_so(number: signal.Signals) -> None:
    """As nohup(1) has it with SIGHUP."""
    ignored = f"signal.signal(signal.{number.name}, signal.SIG_IGN)"
    assert said(f"signal.{number.name},", ignored) == ("went on", "")
    assert said(f"signal.{number.name},") == ("stopped", "")
