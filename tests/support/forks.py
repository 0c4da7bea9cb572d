"""Something done in a process of its own, which is killed when it has done it."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable


def fork(act: Callable[[], object]) -> int:
    """Do something in a process of its own, which then kills itself; returns its PID."""
    pid = os.fork()
    if pid == 0:
        try:
            act()
            os.kill(os.getpid(), signal.SIGKILL)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    return pid


def died_as_wanted(pid: int) -> bool:
    return os.waitpid(pid, 0)[1] == signal.SIGKILL
