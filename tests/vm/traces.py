"""What the lab leaves on the machine is told, and the command that is told takes it away. For a throw-away kernel.

Each command is typed in the lab, as if it were faster than the guardian, which makes the machine's /dev read-only
there. If the machine differs afterwards, it must be said, and after the commands that were said, typed into a bash as
they are on the screen, the machine must be as it was.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from runner.host import kernel, kernel_modules
from runner.lab import machine_mounts, seats
from runner.lab.lab import Lab
from runner.messages import safe_text

DEV = "mkdir -p /tmp/d && mount -t devtmpfs d /tmp/d && cd /tmp/d && "
HOSTILE = (  # as printf takes them
    "a b", r"it\047s", "$(touch pwned)", "`touch pwned`", r"new\nline", "*", "-rf", r"odd\377", "a=b", r"\033[31m",
    r"\342\200\256x", ";reboot", r"tab\there", r"back\\slash", '"',
)  # fmt: skip
TOLD = (
    DEV + "touch file && mkdir empty && ln -s /etc/passwd link && mkfifo pipe",
    DEV + "mknod node c 1 3; mknod -m 600 none c 240 7",
    DEV + "mkdir -p deep/er && cp /etc/passwd deep/er/ && ln -s ../null deep/null && mkdir deep/er/est",
    DEV + "rm null && mkdir null && rm zero && mknod zero c 1 5 && rm full && ln -s zero full; rm random && : > random",
    DEV + "rm pipe; chmod 600 log; chown 1000 data",
    DEV + "rm fd stdin; ln -sfn /etc/passwd stdout",
    DEV + "rm -r net; chmod 600 zero; chown 1000 full",
    DEV + "mv random random.old",
    "ip link add s type sit; ip link add g type gre",
    "cat /sys/class/zram-control/hot_add; mkdir /tmp/s; mount -t sysfs s /tmp/s; cat /tmp/s/class/zram-control/hot_add",
    "mount -o remount,rw /dev/pts; chmod 777 /dev/pts; chown 1000 /dev/pts/ptmx",
    *(DEV + f'n=$(printf -- \'{name}\'); : > ./"$n"; mkdir ./"x$n"; ln -s . ./"y$n"' for name in HOSTILE),
)
SILENT = (  # nothing, or put back
    "mount -t devtmpfs d /mnt; touch /mnt/1 /mnt/2; rm -rf /mnt/[!dl]* /mnt/[dl]i*; touch /mnt/null",
    "mount -o remount,rw /run/semdocker; mount -o remount,bind,rw /run/semdocker; rm -rf /run/semdocker/*",
    "for p in $(cut -d' ' -f5 /proc/self/mountinfo); do mount -o remount,rw $p; mount -o remount,bind,rw $p;"
    " mkdir $p/probe; done",
    "ip link add v type veth peer name w; ip link add b type bridge; nft list ruleset; ip link add dum0 type dummy",
)
# They may be anybody's, so no command is told.
THEIRS = (
    "ip link add dum0 type dummy; ip link set dum0 netns 1",
    "ip link add veth8 netns 1 type veth peer name veth9 netns 1",
)
BRIDGES = "iptables-legacy -A FORWARD -m physdev --physdev-in x -j ACCEPT"
LOST = "rm log data"  # no command brings them back
CONTAINER = "unshare -p -m -u -i -f --kill-child --mount-proc /bin/bash --norc"
OTHER = Path("/run/semdocker/other.json")


def machine() -> dict[str, str]:
    """Return what a lab might leave a trace in."""
    found = {}
    for folder, folders, files in os.walk("/dev"):
        for path in (f"{folder}/{name}" for name in (*folders, *files)):
            status = os.lstat(path)
            target = str(Path(path).readlink()) if Path(path).is_symlink() else ""
            found[path] = repr((oct(status.st_mode), status.st_uid, status.st_gid, status.st_rdev, target))
    links = subprocess.run(["ip", "-o", "link"], capture_output=True, text=True, check=True).stdout
    found["links"] = " ".join(sorted(row.split(":")[1] for row in links.splitlines()))
    found["mounts"] = "\n".join(
        sorted(row.split(" ", 4)[4] for row in Path("/proc/self/mountinfo").read_text().splitlines())
    )
    found["modules"] = " ".join(sorted(kernel_modules.read()))
    found["other"] = OTHER.read_text() if OTHER.exists() else "gone"
    found["probes"] = " ".join(
        str(path) for path in (Path("/probe"), Path("/run/probe"), Path("/pwned")) if path.exists()
    )
    return found


def furnish() -> None:
    """Have what a machine without systemd may have in its /dev."""
    if not Path("/dev/log").exists():
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
            log.bind("/dev/log")
    if not Path("/dev/pipe").exists():
        os.mkfifo("/dev/pipe")
    Path("/dev/data").touch()


def difference(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [f"{name!a}: {before.get(name)} -> {after.get(name)}" for name in sorted(before.keys() | after.keys())
            if before.get(name) != after.get(name)]  # fmt: skip


def trial(world: str, command: str) -> tuple[list[str], list[str], list[str]]:
    """Type a command in a lab. Return what differs, what is said, and what differs after the commands that are said."""
    furnish()
    before = machine()
    with seats.hold("default", wait=60) as lock:
        lab = Lab.open("default", lock, Path("/containers"))
        OTHER.write_text("another seat's")
        for line in filter(None, (world, command)):
            shown = lab.terminal.run(line, timeout=30, limit=1 << 20, emit=lambda _: None, new_shell=True).output
        rollback = lab.close()
    OTHER.unlink(missing_ok=True)
    differs = difference(before, machine())
    told = [left.remove for left in (*rollback.leftovers, *rollback.noticed)]
    for line in filter(None, told):
        assert safe_text.line(line) == line, line
        done = subprocess.run(
            ["bash", "-c", line], check=False, capture_output=True, text=True, cwd="/", errors="replace"
        )
        if done.returncode:
            told.append(f"FAILS: {done.stderr}")
    if "-v" in sys.argv:
        print(shown)
    return differs, told, difference(before, machine())


def seen(_: machine_mounts.Watch, table: str) -> list[kernel.Mount]:
    """What the guardian finds, and does not seal."""
    return [mount for mount in kernel.parsed_mounts(table) if mount.fstype == "devtmpfs"]


def main() -> int:
    bad = 0
    machine_mounts.Watch._sealed = seen  # type: ignore[method-assign, assignment]
    subprocess.run(["modprobe", "-a", "iptable_filter", "zram"], check=False)
    Path("/dev/net").mkdir(exist_ok=True)
    if not Path("/dev/net/tun").exists():
        os.mknod("/dev/net/tun", 0o020666, os.makedev(10, 200))
    for command in (*TOLD, *SILENT):
        for world in ("", CONTAINER):
            differs, told, left = trial(world, command)
            right = not left and bool(differs) == bool(told) and (bool(told) or command in SILENT)
            bad += not right
            print(
                "ok" if right else "BAD", ascii(command), ascii(told), *([] if right else [differs, left]), flush=True
            )
    if shutil.which("iptables-legacy"):  # the kernel looks for the module only once
        differs, told, left = trial("", BRIDGES)
        right = told == ["rmmod br_netfilter"] and bool(differs) and not left
        print("ok" if right else "BAD", BRIDGES, told, differs, left)
        bad += not right
    for command, name in zip(THEIRS, ("dum0", "veth8"), strict=True):
        differs, told, _ = trial("", command)
        subprocess.run(["ip", "link", "del", name], check=True)
        print("ok" if told == [""] else "BAD", command, told, differs)
        bad += told != [""]
    differs, told, _ = trial("", DEV + LOST)
    print("ok" if told == ["", ""] else "BAD", LOST, told, differs)
    return bad + (told != ["", ""])


if __name__ == "__main__":
    sys.exit(main())
