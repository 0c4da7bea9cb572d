"""What a student's hand may do in the lab, done in a throw-away kernel; then the machine is compared with how it was.

Run by test_seal.py under uml.py, where / is an overlay whose writes vanish. It refuses to start anywhere else.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from runner.host import cgroups
from runner.lab import seats, snapshot
from runner.lab.lab import Lab

SLIPS = (
    "rm -rf --no-preserve-root /",
    "rm -rf /etc /usr /var /home /boot /run/* /tmp/* /dev/* ~/*",
    "for p in $(mount | cut -d' ' -f3); do mount -o remount,ro $p; done",
    "for p in $(mount | cut -d' ' -f3); do mount -o remount,bind,ro $p; done",
    "umount -a; umount -al; umount -l /",
    "chmod -R 000 /etc /usr; chown -R 1000 /etc /usr",
    "for l in $(ls /sys/class/net); do ip link del $l; ip link set $l down; done",
    "ip addr flush dev lo; ip route flush table all; ip rule flush",
    "nft flush ruleset; iptables -F",
    "ipcrm -a; ipcrm --all=shm",
    "sysctl -a 2>/dev/null | head -n 300 | while read -r k _ v; do sysctl -qw $k=1; done",
    "for d in $(find /dev -type b); do dd if=/dev/zero of=$d bs=1k count=1; mkfs.ext4 -F $d; done",
    "echo b > /proc/sysrq-trigger; echo c > /proc/sysrq-trigger; reboot -f; poweroff -f",
    "date -s 2001-01-01; modprobe -r overlay; rmmod overlay; swapoff -a; mount -t proc none /usr",
    "for g in $(find /sys/fs/cgroup -depth -mindepth 1 -type d); do rmdir $g; done",
    "echo 1 > /sys/fs/cgroup/cgroup.kill || true",
    "mkdir -p /tmp/d; mount -t devtmpfs d /tmp/d; chmod -R 777 /tmp/d; chown -R 1000 /tmp/d",
    "mkdir -p /tmp/d; mount -t devtmpfs d /tmp/d; rm -rf /tmp/d/*",
)
CONTAINER = "unshare -p -m -u -i -f --kill-child --mount-proc /bin/bash --norc"
RESTARTS = "echo b"  # A container with a /proc of its own reaches this; the README says so.
FILTERED = cgroups.read().v2 is not None
# Without cgroup v2 nothing keeps a container from these: they are told, with the commands that put them back. Left out
# is what can be switched on only once, and what would leave no room for the remedy.
TOLD = (
    r"sysctl -a 2>/dev/null | grep -v 'tainted\|disabled\|max\|limit\|commit\|^net' | head -n 200"
    " | while read -r k _ v; do sysctl -qw $k=1; done"
)
BEYOND = (RESTARTS,) if FILTERED else (RESTARTS, "sysctl")
TRIALS = (
    *(("", slip) for slip in SLIPS),
    *((CONTAINER, slip) for slip in SLIPS if not slip.startswith(BEYOND)),
    *(() if FILTERED else ((CONTAINER, TOLD),)),
)
VALUES = ("kernel", "vm", "fs", "net/ipv4")


def tree(top: str) -> str:
    """Return a row for all that is below a folder: name, kind and mode, owners, size, device, time."""
    rows = []
    for folder, folders, files in os.walk(top):
        folders.sort()
        for name in sorted((*folders, *files)):
            status = os.lstat(f"{folder}/{name}")
            when = 0 if top == "/dev" else int(status.st_mtime)  # a terminal notes when it was used
            row = (folder, name, status.st_mode, status.st_uid, status.st_gid, status.st_size, status.st_rdev, when)
            rows.append(repr(row))
    return "\n".join(rows)


def printed(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def machine() -> dict[str, str]:
    """Return everything that a slip might reach, each in one word."""
    state = {
        top: tree(top) for top in ("/etc", "/usr/bin", "/usr/lib/x86_64-linux-gnu", "/var/lib/dpkg", "/home", "/dev")
    }
    mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    state["mounts"] = "\n".join(sorted(row.split(" ", 1)[1] for row in mounts))  # without the number of each
    state["links"] = printed("ip", "-o", "link")
    state["addresses"] = printed("ip", "-o", "addr")
    state["ipc"] = "".join(Path(f"/proc/sysvipc/{kind}").read_text() for kind in ("shm", "msg", "sem"))
    state["groups"] = "\n".join(sorted(str(path) for path in Path("/sys/fs/cgroup").rglob("*/") if path.is_dir()))
    state["name"] = os.uname().nodename
    for folder in VALUES:
        for path in Path("/proc/sys", folder).iterdir():
            if (
                path.is_file()
                and path.name not in ("random", "ns_last_pid", "stat_refresh")
                and os.access(path, os.R_OK)
            ):
                try:
                    state[str(path)] = path.read_text()
                except OSError:
                    continue
    for changing in (
        "/proc/sys/fs/dentry-state",
        "/proc/sys/fs/file-nr",
        "/proc/sys/fs/inode-nr",
        "/proc/sys/fs/inode-state",
    ):
        state.pop(changing, None)
    return state


def main() -> int:
    if not any(" / / " in row and " overlay " in row for row in Path("/proc/self/mountinfo").read_text().splitlines()):
        print("this machine's root is no overlay: nothing is tried here", file=sys.stderr)
        return 2
    printed("ipcmk", "-M", "1000")
    Path("/dev/shm/theirs").write_text("years of work")
    before = machine()
    for world, slip in TRIALS:
        journal = seats.journal_of("default")
        seen = snapshot.take(journal)
        with seats.hold("default", wait=60) as lock:
            lab = Lab.open("default", lock, Path("/containers"))
            for line in (world, slip):
                if line:
                    lab.terminal.run(line, timeout=20, limit=1 << 20, emit=lambda _: None, new_shell=True)
            rollback = lab.close()
        told = [vars(left) for left in rollback.leftovers]
        if slip == TOLD:
            differences = snapshot.compare(seen, snapshot.take(journal))
            assert len(differences) > 20, differences
            for difference in differences:
                printed("sh", "-c", difference.remove)
        after = machine()
        for name in sorted(before.keys() | after.keys()):
            if before.get(name) != after.get(name):
                rows = [set(state.get(name, "").splitlines()) for state in (before, after)]
                print(f"CHANGED by {slip!r} in {world or 'the host shell'!r}: {name}")
                print("-", *(rows[0] - rows[1]), "\n+", *(rows[1] - rows[0]))
        print(
            "ok" if rollback.clean and before == after else f"NOT CLEAN: {told}",
            slip[:60],
            rollback.restored,
            flush=True,
        )
        if before != after:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
