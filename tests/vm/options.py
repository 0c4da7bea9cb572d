"""What a remount in the lab reaches is put back on the machine. For a throw-away kernel (test_seal.py).

The machine has a second, read-only mount of each file system that the lab shares with it, as a jail would.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from runner.lab import seats
from runner.lab.effects import superblocks
from runner.lab.lab import Lab

# In the lab, and as whoever finds a way out of it would: the lab has a proc of its own.
LAB = (
    "mount -o remount,max=1,mode=000,gid=1000,ptmxmode=000 /dev/pts",
    "mount -o remount,ro /dev/pts",
    "for p in $(grep cgroup /proc/mounts | cut -d' ' -f2); do mount -o remount,ro $p; done",
    "mount -o remount,max=7 /dev/pts; mount -o remount,hidepid=2 /proc",
    "mount -t devtmpfs d /mnt && mount -o remount,ro /mnt",
    "mount -t devtmpfs -o ro d /mnt",
    "for t in securityfs configfs; do mount -t $t t /mnt && mount -o remount,ro /mnt; done",
)
MACHINE = (
    "mount -o remount,hidepid=2,gid=77 /proc",
    "mount -o remount,ro /proc",
    "mount -o remount,ro,hidepid=1 /proc; mount -o remount,ro,max=3 /dev/pts",
    "for p in $(grep cgroup /proc/mounts | cut -d' ' -f2); do mount -o remount,ro $p; done",
    "mount -o remount,memory_recursiveprot,favordynmods /sys/fs/cgroup",
)


def shell(command: str) -> None:
    subprocess.run(["sh", "-c", command], check=False, capture_output=True)


def mounts() -> str:
    return Path("/proc/self/mountinfo").read_text()


def main() -> int:
    for kind in ("securityfs", "configfs"):
        shell(f"mkdir -p /srv/{kind}; mount -t {kind} {kind} /srv/{kind}")
    for number, mount in enumerate(superblocks._shared()):
        jail = f"/srv/jail{number}"
        shell(f"mkdir -p {jail}; mount --bind {mount.point} {jail}; mount -o remount,bind,ro {jail}")
    before, bad = mounts(), 0
    for command in (*LAB, *MACHINE):
        where = "lab" if command in LAB else "machine"
        if where == "lab":
            with seats.hold("default", wait=60) as lock:
                lab = Lab.open("default", lock, Path("/containers"))
                lab.terminal.run(command, timeout=20, limit=1 << 20, emit=lambda _: None, new_shell=True)
                reached = mounts() != before
                rollback = lab.close()
            restored, clean = rollback.restored, rollback.clean
        else:
            noted = superblocks._found({})
            shell(command)
            reached = mounts() != before
            restored, clean = tuple(superblocks.restore(noted)), True
        same = mounts() == before
        print("ok" if clean and same else "CHANGED", where, command, "reached:", reached, restored, flush=True)
        bad += not (clean and same and reached == bool(restored))
        if not same:
            print("-", *(set(before.splitlines()) - set(mounts().splitlines())))
            print("+", *(set(mounts().splitlines()) - set(before.splitlines())))
            before = mounts()
    return bad


if __name__ == "__main__":
    sys.exit(main())
