"""What the kernel tells of processes."""

from __future__ import annotations

import os
import subprocess

from runner.host import kernel
from tests.support.waiting import until


def test_a_process_is_told_by_its_command_line_or_else_by_its_name() -> None:
    with subprocess.Popen(["sleep", "60"]) as sleeper:
        until(lambda: kernel.described(sleeper.pid) == f"{sleeper.pid} sleep 60", "its command line")
        sleeper.kill()
        os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)  # it stays as a zombie
        assert kernel.described(sleeper.pid) == f"{sleeper.pid} [sleep]"
    assert kernel.described(sleeper.pid) == str(sleeper.pid)
