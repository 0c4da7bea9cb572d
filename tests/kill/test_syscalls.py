"""Struck dead inside system calls with strace's injection: runner, guardian and shell, while making and undoing.

`when=N` counts in each process, so every N kills each of them at its own N-th mutating call. The signal is SIGSYS:
as sudden as SIGKILL for programs that do not expect it, and told apart from the kills that the course itself does.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from runner.lab import seats, snapshot
from tests.kill.harness import LIMIT, leftovers, run_struck

pytestmark = [
    pytest.mark.root,
    pytest.mark.kill,
    pytest.mark.timeout(900),
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed"),
]
SMALLEST = ("run", "hostname", "--plain")


@pytest.mark.parametrize(
    "call", ["mkdir", "mount", "unshare", "lsetxattr", "fsync", "clone", "rmdir", "unlinkat", "flock"]
)
def test_struck_at_every_mutating_call(call: str, tmp_path: Path) -> None:
    before = snapshot.take(seats.journal_of("default"))
    struck = 0
    for number in range(1, LIMIT):
        deaths = run_struck(SMALLEST, call, number, "signal=SYS", tmp_path / "trace")
        assert leftovers(before) == (), f"{call} {number}"
        if not deaths:
            break
        struck += deaths
    print(f"\n  {struck} processes struck dead at {call}(2); leftovers: 0", flush=True)
    assert struck > 0


@pytest.mark.parametrize("error", ["ENOSPC", "EIO", "EBUSY", "EPERM"])
@pytest.mark.parametrize("call", ["fsync", "mkdir", "rmdir", "mount"])
def test_a_failing_call_is_survived(call: str, error: str, tmp_path: Path) -> None:
    """The call fails once, wherever it happens; the machine ends up as it was."""
    before = snapshot.take(seats.journal_of("default"))
    logs = set(Path(tempfile.gettempdir()).glob("semdocker-*.log"))
    for number in (1, 2, 3):
        run_struck(SMALLEST, call, number, f"error={error}", tmp_path / "trace")
        assert leftovers(before) == ()
        assert set(Path(tempfile.gettempdir()).glob("semdocker-*.log")) == logs, "a traceback, not a sentence"
        assert "INJECTED" in (tmp_path / "trace").read_text() or number > 1
