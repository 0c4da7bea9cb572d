"""A container that left the lab's files behind is found, although no group tells of it. For a throw-away kernel.

No tree of groups can be written, so the lab has no groups; the container has a part of the lab's tmpfs as its root, and
a session of its own. Then the runner and the guardian are killed together.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from runner.host import kernel
from runner.lab import seats
from runner.lab.lab import Lab

LEAVES = (
    "mount --bind . . && cd /containers/r && ./busybox pivot_root . old && cd / && "
    "/busybox mount -t proc proc /proc && /busybox umount -l /old && exec /busybox sleep 4322"
)
CONTAINER = (
    "mkdir /containers/r && cd /containers/r && cp $(type -P busybox) busybox && mkdir old proc && "
    f"(setsid unshare -m sh -c '{LEAVES}' </dev/null >/dev/null 2>&1 &); sleep 1"
)


def runs() -> bool:
    return any(kernel.command(pid) == "/busybox sleep 4322" for pid in kernel.pids())


def asked(*words: str) -> str:
    command = [sys.executable, "-m", "runner", *words, "--lang", "en"]
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout


def killed() -> None:
    """Open a lab, start the container in it, and kill who looks after it, with us."""
    with seats.hold("default", wait=60) as lock:
        lab = Lab.open("default", lock, Path("/containers"))
        lab.terminal.run(CONTAINER, timeout=30, limit=1 << 16, emit=lambda _: None)
        os.kill(lab.guardian.pid, 9)
        os.kill(os.getpid(), 9)


def main() -> int:
    subprocess.run(["sh", "-c", "mount -o remount,bind,ro /sys/fs/cgroup || umount -R /sys/fs/cgroup"], check=True)
    if child := os.fork():
        os.waitpid(child, 0)
    else:
        killed()
    time.sleep(1)
    there, told = runs(), asked("status")
    ended = asked("cleanup", "--yes")
    after = runs()
    print("it ran:", there, "told:", "sleep 4322" in told, "after cleanup:", after, ended, asked("status"))
    return not there or "sleep 4322" not in told or after


if __name__ == "__main__":
    sys.exit(main())
