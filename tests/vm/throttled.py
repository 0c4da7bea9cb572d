"""Who has next to no CPU or disk by a limit of their own ends with the lab all the same. For a throw-away kernel."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from runner.host import cgroups
from runner.lab import seats
from runner.lab.lab import Lab

IMAGE = "/srv/throttled"
# By nanoseconds: 5 microseconds of each second.
DEADLINE = "chrt -d --sched-runtime 5000 --sched-deadline 1000000000 --sched-period 1000000000 0"
LIMIT = {
    "v2": "mkdir {group} && echo +io > {group}/../cgroup.subtree_control && echo '{disk} rbps=1000' > {group}/io.max",
    "v1": "mkdir {group} && echo '{disk} 1000' > {group}/blkio.throttle.read_bps_device",
}
WAITS = "until ps -C dd -o stat= | grep -q D; do sleep 0.1; done"  # for the disk, and hears no signal
GROUP = {"v2": "/sys/fs/cgroup/slow", "v1": "/sys/fs/cgroup/blkio/slow"}


def machines_disk() -> str:
    """Mount a disk of the machine's with a file on it. Return its number."""
    script = f"""
modprobe loop; modprobe ext4
dd if=/dev/zero of=/dev/shm/image bs=1M count=64 status=none && mkfs.ext4 -q /dev/shm/image
mkdir -p {IMAGE} && mount -o loop /dev/shm/image {IMAGE}
dd if=/dev/zero of={IMAGE}/file bs=1M count=8 status=none && sync
[ -d /sys/fs/cgroup/blkio ] || echo +io > /sys/fs/cgroup/cgroup.subtree_control
mountpoint -d {IMAGE}
"""
    return subprocess.run(["sh", "-c", script], check=True, capture_output=True, text=True).stdout.split()[-1]


def main() -> int:
    version, disk = cgroups.read().version("memory") or "v2", machines_disk()
    print(version, disk)
    reads = f"(echo 0 > {GROUP[version]}/cgroup.procs; exec dd if={IMAGE}/file of=/dev/null bs=1M count=1 iflag=direct)"
    trials = {
        "a disk": [LIMIT[version].format(group=GROUP[version], disk=disk), f"bash -c '{reads}' & {WAITS}; jobs -r"],
        "a deadline": [f"{DEADLINE} sh -c 'while :; do :; done' & sleep 3; jobs -r"],
    }
    bad = 0
    for what, commands in trials.items():
        with seats.hold("default", wait=60) as lock:
            lab = Lab.open("default", lock, Path("/containers"))
            told = [lab.terminal.run(command, timeout=60, limit=65536, emit=lambda _: None) for command in commands]
            rollback = lab.close()
        print(what, [(one.exit, one.output) for one in told], f"{rollback.seconds:.1f} s", rollback.leftovers)
        bad += not rollback.clean or "&" not in told[-1].output
    return bad


if __name__ == "__main__":
    sys.exit(main())
