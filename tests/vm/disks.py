"""A machine's disk, and a folder that it shares, are mounted in the lab. For a throw-away kernel or machine.

Since Linux 6.6 a disk that is in use needs no more than its node. On an older kernel none of this reaches anything.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from runner.host import kernel
from runner.lab import seats
from runner.lab.lab import Lab

CONTAINER = "unshare -p -m -u -i -f --kill-child --mount-proc /bin/bash --norc"
WRITE = "rm -r {0}/important; echo lab > {0}/mine"


def slips(disk: str, kind: str, numbers: tuple[int, int]) -> list[tuple[str, ...]]:
    node, name = f"b {numbers[0]} {numbers[1]}", Path(disk).name
    mount = f"mount -t {kind}"
    return [
        (f"mknod /dev/{name} {node}", f"{mount} /dev/{name} /mnt && {WRITE}"),
        (f"mknod /containers/d {node}", f"{mount} /containers/d /mnt", WRITE),
        ("mkdir /tmp/d; mount -t devtmpfs d /tmp/d", f"{mount} /tmp/d/{name} /mnt", WRITE),
        (f"mkdir /tmp/d; mount -t devtmpfs d /tmp/d; {mount} /tmp/d/{name} /mnt", WRITE),
        (CONTAINER, "mount -t devtmpfs d /tmp; sleep 3", f"{mount} /tmp/{name} /mnt", WRITE),
        (CONTAINER, f"mount -t devtmpfs d /tmp; {mount} /tmp/{name} /mnt; sleep 3", WRITE),
        # This way to the node is no slip, but what it leads to is sealed as well.
        (f"{mount} /proc/1/root/dev/{name} /mnt", WRITE, "mount -o remount,bind,rw /mnt", WRITE),
    ]


def tried(lines: tuple[str, ...], folder: Path, seen: str) -> bool:
    """Type lines in a lab. Return whether the folder is as it was; `seen` is where the lab comes to it."""
    (folder / "important").mkdir(exist_ok=True)
    (folder / "mine").unlink(missing_ok=True)
    with seats.hold("default", wait=60) as lock:
        lab = Lab.open("default", lock, Path("/containers"))
        outputs = [
            lab.terminal.run(line.format(seen), timeout=30, limit=1 << 20, emit=lambda _: None, new_shell=True).output
            for line in lines
        ]
        rollback = lab.close()
        seats.told("default")
    same = os.listdir(folder) == ["important"]
    print("ok" if same and rollback.clean else "REACHED", lines, rollback.sealed, flush=True)
    if not same or "-v" in sys.argv:
        print(*outputs)
    return same and rollback.clean


def main() -> int:
    disk = next(mount for mount in kernel.mounts() if mount.point == "/")
    bad = 0
    folder = Path(tempfile.mkdtemp(dir="/srv"))
    if disk.source.startswith("/dev/"):
        status = Path(disk.source).stat()
        numbers = os.major(status.st_rdev), os.minor(status.st_rdev)
        bad += sum(not tried(lines, folder, f"/mnt{folder}") for lines in slips(disk.source, disk.fstype, numbers))
        subprocess.run(["touch", "/srv/still-writable"], check=True)
    else:
        shared = Path(sys.argv[1])  # a hostfs, which is User-Mode Linux's shared folder
        for world in ((), (CONTAINER,)):
            for last in ("sleep 3", "mount -o remount,rw /mnt; mount -o remount,bind,rw /mnt; sleep 3"):
                bad += not tried((*world, f"mount -t hostfs -o {shared} none /mnt; {last}", WRITE), shared, "/mnt")
    return bad


if __name__ == "__main__":
    sys.exit(main())
