"""A tree of control groups that the machine has not mounted is the machine's all the same. For a throw-away kernel."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from runner.host import cgroups
from runner.lab import machine_mounts, seats
from runner.lab.lab import Lab

SOON = 4 * machine_mounts.PAUSE  # seconds


def main() -> int:
    trees = cgroups.read()
    other = "mount -t cgroup2 other /mnt" if trees.v2 is None else "mount -t cgroup -o net_cls other /mnt"
    own = "mount -t cgroup2 own /tmp/own" if trees.v2 else "mount -t cgroup -o pids own /tmp/own"
    place = Path("/proc/1/cgroup").read_text()
    with seats.hold("default", wait=60) as lock:
        lab = Lab.open("default", lock, Path("/containers"))

        def status(command: str) -> int | None:
            return lab.terminal.run(command, timeout=20, limit=65536, emit=lambda _: None).exit

        foreign = status(other), status(f"sleep {SOON}; mkdir /mnt/made"), status("echo 1 > /mnt/cgroup.procs")
        lesson = status(f"mkdir /tmp/own && {own}"), status(f"sleep {SOON}; mkdir /tmp/own/made && rmdir /tmp/own/made")
        rollback = lab.close()
    print("foreign:", foreign, "own:", lesson, "sealed:", rollback.sealed, "left:", rollback.leftovers)
    moved = place.splitlines()[-1] not in Path("/proc/1/cgroup").read_text()
    refused = foreign[0] != 0 or (0 not in foreign[1:] and any("/mnt" in one for one in rollback.sealed))
    return bool(not refused or lesson != (0, 0) or moved or not rollback.clean or os.path.lexists("/mnt/made"))


if __name__ == "__main__":
    sys.exit(main())
