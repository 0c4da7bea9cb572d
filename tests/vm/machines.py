#!/usr/bin/env python3
"""Machines that are not as the lessons want them, made one after another on this one, and what `doctor` says of each.

For each machine: ask `doctor`, run the lessons that it calls fit (they must pass), ask for those that it calls unfit
(they must be refused for the same reasons, and nothing may have changed), type the cures, and ask again.

It is about the six lessons of the part `base`: the kernel of uml.py has no nftables for what lies beyond them.
Only for a machine that is thrown away afterwards (uml.py). Prints one JSON document for each machine that is named.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import shlex
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

SEMDOCKER = str(Path(sys.executable).with_name("semdocker"))
HERE = Path(__file__).absolute()
PRIVATE = "unshare -m --propagation private bash -c"  # mounts go with it
ALL = ("rootfs", "chroot", "unshare", "hostname", "cgroups", "verification")
LIMITED = ("cgroups", "verification")
CONTAINED = ("unshare", "hostname", *LIMITED)  # what makes namespaces of its own


class Machine(NamedTuple):
    """How to make it, and what must be said of it."""

    make: str = ""
    unfit: Sequence[str] = ()  # the lessons that cannot run here
    observed: str = ""  # a part of what `doctor` observes
    cause: str = ""
    cured: bool = False  # the named commands can be typed here, and help
    v1: bool = False
    within: str = "bash -c"  # what the commands that make it, and then all else, run in
    undo: str = "true"  # for what does not go with it


NOTHING_ELSE = "mount -t tmpfs t /var/lib && mount -t tmpfs t /run && "
HAND_MADE = """mkdir -p /containers/teste/{proc,sys,dev} && mount -t proc proc /containers/teste/proc &&
  mount -t sysfs sys /containers/teste/sys && mount --bind /dev /containers/teste/dev"""
FEDORA = """mkdir -p /usr/lib64 && mount --bind /usr/lib/$(arch)-linux-gnu /usr/lib64 &&
  mount -t tmpfs t /etc/ld.so.conf.d && echo /usr/lib64 > /etc/ld.so.conf && ldconfig &&
  mount -t tmpfs t /usr/lib/$(arch)-linux-gnu"""
NO_DEVICES = """mkdir -p /run/pts && mount --move /dev/pts /run/pts && mount -t tmpfs t /dev &&
  mkdir /dev/pts /dev/shm && mknod -m 666 /dev/null c 1 3 &&
  mknod -m 666 /dev/urandom c 1 9 && mknod -m 666 /dev/tty c 5 0"""
CONFINED = """mount -t tmpfs t /srv && cp /usr/bin/unshare /srv/true-unshare && printf '%s\\n' '#!/bin/bash' \\
  'exec setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin /srv/true-unshare "$@"' > /srv/unshare &&
  chmod 755 /srv/unshare && mount --bind /srv/unshare /usr/bin/unshare"""

LOW_LIMITS = "ulimit -n 16 -q 0 -f 20000"
SLEEPER = "({how} sleep 1000 >/dev/null 2>&1 & echo $! | tee /run/sleeper > /sys/fs/cgroup/{group}/cgroup.procs)"
WAKE = "kill $(cat /run/sleeper); sleep 0.2; "

MACHINES = {
    "v2": Machine(),
    "v1": Machine(v1=True),
    "v1, and an empty v2 beside it": Machine("mkdir -p /run/u && mount -t cgroup2 u /run/u", v1=True, within=PRIVATE),
    "memory in v2, cpu and pids in v1": Machine(
        # A hierarchy lets its controller go when it is unmounted and has no group any more; those that are removed
        # stay in the kernel for as long as pages in its caches are theirs.
        "mkdir -p /run/u && mount -t cgroup2 u /run/u && "
        "until umount /sys/fs/cgroup/memory; sleep 0.1; grep -q memory /run/u/cgroup.controllers; do "
        "mount -t cgroup -o memory memory /sys/fs/cgroup/memory; echo 3 > /proc/sys/vm/drop_caches; sleep 0.1; done",
        LIMITED, "memory: v2", "mixed-versions", v1=True,
        undo="umount /run/u; rmdir /run/u; mount -t cgroup -o memory memory /sys/fs/cgroup/memory",
    ),
    "v1 without pids": Machine(
        "umount /sys/fs/cgroup/pids", LIMITED, "pids absent", cured=True, v1=True,
        undo="mountpoint -q /sys/fs/cgroup/pids || mount -t cgroup -o pids pids /sys/fs/cgroup/pids",
    ),
    "no control groups": Machine("umount /sys/fs/cgroup", LIMITED, "absent", cured=True, within=PRIVATE),
    "control groups at a place with a blank": Machine(
        "mkdir '/run/my groups' && mount --move /sys/fs/cgroup '/run/my groups'", LIMITED, "absent", cured=True,
        within=PRIVATE, undo="rmdir '/run/my groups'",
    ),
    "pids at a place with a blank": Machine(
        "mkdir '/run/my pids' && mount --move /sys/fs/cgroup/pids '/run/my pids'", LIMITED, "pids absent", cured=True,
        v1=True, within=PRIVATE, undo="rmdir '/run/my pids'",
    ),
    "control groups read-only": Machine(
        "mount -o remount,ro,bind /sys/fs/cgroup", LIMITED, "Read-only", "read-only", True, within=PRIVATE
    ),
    "in a container, processes in its root": Machine(
        "cd / && umount /sys/fs/cgroup && mount -t cgroup2 c /sys/fs/cgroup",
        LIMITED, "Device or resource busy", "inner-processes", True,
        within="bash -c 'cd /sys/fs/cgroup && echo +cpu +memory +pids > cgroup.subtree_control && mkdir box && "
        'echo $$ > box/cgroup.procs && exec unshare -C -m --propagation private bash -c "$0"\'',
        undo="cd /sys/fs/cgroup; rmdir box/* box; echo -cpu -memory -pids > cgroup.subtree_control",
    ),
    "v1, and one of its trees elsewhere, too": Machine(
        "mkdir -p /run/x && mount --bind /sys/fs/cgroup/memory /run/x", v1=True, within=PRIVATE
    ),
    "fewer files than a hard limit allows": Machine(
        "ulimit -Hn 1048576 && ulimit -Sn 512 && sysctl -qw fs.nr_open=65536", undo="sysctl -qw fs.nr_open=1048576"
    ),
    "a container with a limit on groups": Machine(
        "cd / && umount /sys/fs/cgroup && mount -t cgroup2 c /sys/fs/cgroup && "
        "echo $$ > /sys/fs/cgroup/init/cgroup.procs",
        ALL, "Resource temporarily unavailable", "group-limit",
        within="bash -c 'cd /sys/fs/cgroup && echo +cpu +memory +pids > cgroup.subtree_control && mkdir -p box/init && "
        'echo 1 > box/cgroup.max.descendants && echo $$ > box/cgroup.procs && '
        'exec unshare -C -m --propagation private bash -c "$0"\'',
        undo="cd /sys/fs/cgroup; rmdir box/* box; echo -cpu -memory -pids > cgroup.subtree_control",
    ),
    "a threaded container": Machine(
        "cd / && umount /sys/fs/cgroup && mount -t cgroup2 c /sys/fs/cgroup",
        ALL, "Operation not supported", "threaded",
        within="bash -c 'cd /sys/fs/cgroup && echo +cpu +pids > cgroup.subtree_control && mkdir -p box && "
        'echo threaded > box/cgroup.type && echo $$ > box/cgroup.procs && '
        'exec unshare -C -m --propagation private bash -c "$0"\'',
        undo="cd /sys/fs/cgroup; rmdir box/* box; echo -cpu -memory -pids > cgroup.subtree_control",
    ),
    "a real-time process in a group": Machine(
        "mkdir /sys/fs/cgroup/rt && " + SLEEPER.format(how="chrt -f 1", group="rt"),
        LIMITED, "Invalid argument", "realtime", True,
        undo=WAKE + "rmdir /sys/fs/cgroup/rt",
    ),
    **{
        f"{count or 'no'} {kind} namespaces": Machine(
            f"sysctl -qw user.max_{kind}_namespaces={count}", unfit, "No space left on device", "namespace-limit", True,
            undo=f"sysctl -qw user.max_{kind}_namespaces=3000",
        )
        for kind, count, unfit in (
            ("pid", 0, CONTAINED), ("uts", 0, CONTAINED), ("ipc", 0, ALL), ("net", 0, ALL), ("cgroup", 0, ALL),
            ("mnt", 1, ALL), ("pid", 1, CONTAINED), ("uts", 1, CONTAINED),
        )
    },
    "strict overcommit": Machine(
        "sysctl -qw vm.overcommit_memory=2 vm.overcommit_ratio=50", undo="sysctl -qw vm.overcommit_memory=0"
    ),
    "panic_on_oom=1": Machine("sysctl -qw vm.panic_on_oom=1", undo="sysctl -qw vm.panic_on_oom=0"),
    "panic_on_oom=2": Machine(
        "sysctl -qw vm.panic_on_oom=2", LIMITED, "vm.panic_on_oom=2", "panic-on-oom", True,
        undo="sysctl -qw vm.panic_on_oom=0",
    ),
    "/ read-only, /var/lib and /run not": Machine(
        NOTHING_ELSE + "mount -o remount,ro,bind /", within=PRIVATE
    ),
    "everything read-only": Machine(
        "mount -o remount,ro,bind /", ALL, "Read-only file system", "read-only", True, within=PRIVATE
    ),
    "/var/lib/semdocker immutable": Machine(
        "mount -t tmpfs t /var/lib && mkdir -m 700 /var/lib/semdocker && chattr +i /var/lib/semdocker",
        ALL, "Operation not permitted", "immutable", True, within=PRIVATE,
    ),
    "/var/lib full": Machine(
        "mount -t tmpfs -o size=16k,nr_inodes=3 t /var/lib && touch /var/lib/{a,b} || true",
        ALL, "No space left on device", "full", within=PRIVATE,
    ),
    "no /dev/ptmx": Machine(NO_DEVICES + " && mount --move /run/pts /dev/pts", within=PRIVATE),
    "no devpts": Machine(
        NO_DEVICES + " && umount /run/pts", ALL, "/dev/pts", "no-terminals", True, within=PRIVATE
    ),
    "one more terminal": Machine(
        "echo 2 >/proc/sys/kernel/pty/max", ALL, "No space left on device", "few-terminals", True,
        undo="sysctl -qw kernel.pty.max=4096",
    ),
    "a shell with low limits": Machine(LOW_LIMITS + " && ulimit -f 0"),
    "a shell that the kernel never kills": Machine("true", within="choom -n -1000 -- bash -c"),
    "low limits, and not to be raised": Machine(
        LOW_LIMITS, ALL, "ulimit -Hn: 16", "low-limit",
        within="setpriv --bounding-set=-sys_resource --inh-caps=-sys_resource bash -c",
    ),
    "few mounts allowed": Machine(
        "sysctl -qw fs.mount-max=30", ALL, "No space left on device", "mount-limit", True,
        undo="sysctl -qw fs.mount-max=100000",
    ),
    "unknown TERM": Machine("export TERM=xterm-ghostty"),
    "a window of 0x0": Machine("export MACHINE_PTY=0x0 TERM=xterm"),
    "a window of 1x1": Machine("export MACHINE_PTY=1x1 TERM=xterm"),
    "libraries that only ld.so.cache knows": Machine(FEDORA, ALL, "not found", within=PRIVATE, undo="ldconfig"),
    "the recipe done by hand": Machine(
        HAND_MADE + " && mkdir /sys/fs/cgroup/container && " + SLEEPER.format(how="", group="container"),
        within=PRIVATE,
    ),
    "/containers is a file": Machine("touch /containers", undo="rm /containers"),
    "another world's /proc": Machine(
        "true", ALL, "/proc/self", "foreign-proc", True, within="unshare -p -f -m bash -c"
    ),
    "a /proc of processes only": Machine(
        "umount -l /proc && mount -t proc -o subset=pid proc /proc", ALL, "/proc/sys", "partial-proc", True,
        within=PRIVATE,
    ),
    "unshare without its rights": Machine(CONFINED, CONTAINED, "Operation not permitted", within=PRIVATE),
    "no busybox": Machine(
        "mount --bind /dev/null $(command -v busybox)", ["verification"], "absent", within=PRIVATE
    ),
    "no /etc/passwd": Machine("mount -t tmpfs t /srv && cp -a /etc /srv && rm /srv/etc/passwd && "
        "mount --bind /srv/etc /etc", within=PRIVATE),
    "no locale C.utf8": Machine("mount -t tmpfs t /usr/lib/locale", ALL, "C.utf8", within=PRIVATE),
}  # fmt: skip


# --- on the machine itself -----------------------------------------------------------------


def semdocker(*words: str) -> tuple[int, str]:
    """Run a command, on a terminal of the size that this machine says; return status and output."""
    size = os.environ.get("MACHINE_PTY")
    if size is None:
        done = subprocess.run(
            [SEMDOCKER, *words], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
        return done.returncode, done.stdout + done.stderr
    columns, lines = map(int, size.split("x"))
    pid, master = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        os.execv(SEMDOCKER, [SEMDOCKER, *words])
    shown = b""
    while True:
        try:
            chunk = os.read(master, 65536)
        except OSError:
            break
        if not chunk:
            break
        shown += chunk
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode(errors="replace").replace("\r\n", "\n")


def diagnosis() -> dict[str, Any]:
    status, shown = semdocker("--json", "--lang", "en", "doctor")
    found: dict[str, Any] = json.loads(shown)
    assert status == (0 if all(lesson["fit"] for lesson in found["lessons"]) else 4), (status, shown)
    return found


def state() -> str:
    """Return all that a refused lesson might have changed."""
    look = (
        "cat /proc/self/mountinfo; find /sys/fs/cgroup -type d | sort; "
        "find /var/lib/semdocker /run/semdocker /containers -maxdepth 1 2>/dev/null; "
        "sysctl -a 2>/dev/null | grep -E '^(kernel.hostname|vm.p|vm.over|user)'; hostname; "
        "cat /sys/fs/cgroup/cgroup.subtree_control 2>/dev/null"
    )
    return subprocess.run(["bash", "-c", look], capture_output=True, text=True, check=False).stdout


def report(lesson: str) -> tuple[int, str, dict[str, Any]]:
    """Run a lesson; return status, all that was said, and its report where there is one."""
    if "MACHINE_PTY" in os.environ:
        return *semdocker("--lang", "en", "run", lesson), {}
    status, shown = semdocker("--json", "--lang", "en", "run", lesson)
    start = shown.find('{\n  "schema"')
    return status, shown, json.JSONDecoder().raw_decode(shown[start:])[0] if start >= 0 else {}


def refused(lesson: str, lacks: Sequence[str], found: dict[str, Any]) -> None:
    """Check that a lesson is refused for the reasons that `doctor` gave, and that nothing changed."""
    before = state()
    status, shown, document = report(lesson)
    assert status == 4, (lesson, status, shown[-2000:])
    reasons = {one["capability"]: one["observed"] for one in found["capabilities"] if one["outcome"] == "failed"}
    if document:
        told = {one["capability"]: one["observed"] for one in document["lessons"][0]["missing"]}
        assert set(told) == set(lacks), (lesson, told, lacks)
        assert document["lessons"][0]["steps"] == []
    else:  # not even the seat could be taken: the same place, and the kernel's same word
        assert any(word in shown for reason in reasons.values() for word in reason.split(": ")[-1:]), (shown, reasons)
    assert "Goal:" not in shown, "its first page came before the refusal"
    assert state() == before, (lesson, before, state())


def look(name: str, fit: Sequence[str], unfit: Sequence[str]) -> dict[str, Any]:
    """Be on this machine: ask, run, be refused, cure. Return the row of the table."""
    machine, started = MACHINES[name], time.monotonic()
    hand_made = "by hand" in name
    before = state()
    found = diagnosis()
    seconds = time.monotonic() - started
    assert state() == before, ("doctor changed something", before, state())
    said = {lesson["id"]: lesson["lacks"] for lesson in found["lessons"] if lesson["id"] in ALL}
    failed = [one for one in found["capabilities"] if one["outcome"] == "failed" and {*one["lessons"]} & {*ALL}]
    assert {id for id, lacks in said.items() if lacks} == set(machine.unfit), (name, said, failed)
    assert not failed or any(machine.observed in one["observed"] for one in failed), failed
    assert not machine.cause or any(one["cause"] == machine.cause for one in failed), failed
    for lesson in (one for one in fit if not said[one]):
        status, shown, _ = report(lesson)
        assert status == 0, (lesson, status, shown[-3000:])
    for lesson in (one for one in unfit if said[one]):
        refused(lesson, said[lesson], found)
    assert bool(found["hand_made"]) == hand_made, found["hand_made"]
    if hand_made:
        devices = len(os.listdir("/dev"))
        for one in found["hand_made"]:
            subprocess.run(["bash", "-c", one["remove"]], check=True, capture_output=True)
        assert diagnosis()["hand_made"] == []
        subprocess.run(["rm", "-r", "--one-file-system", "/containers"], check=True)
        assert len(os.listdir("/dev")) == devices
    cures = dict.fromkeys(one["fix"] for one in failed if one["fix"])
    if machine.cured:
        assert cures, failed
        for cure in cures:
            subprocess.run(["bash", "-c", cure], check=True, capture_output=True)
        again = diagnosis()
        assert all(lesson["fit"] for lesson in again["lessons"] if lesson["id"] in ALL), (cures, again)
        for lesson in [one for one in fit if said[one]] or machine.unfit[:1]:
            status, shown, _ = report(lesson)
            assert status == 0, (lesson, cures, status, shown[-3000:])
    return {
        "machine": name, "unfit": list(machine.unfit), "doctor": round(seconds, 2), "cures": list(cures),
        "observed": [f"{one['capability']}: {one['observed']}" for one in failed],
    }  # fmt: skip


def be(name: str, fit: Sequence[str], unfit: Sequence[str]) -> None:
    """Make a machine, look at it in a process that is on it, and put everything back."""
    machine = MACHINES[name]
    look = shlex.join([sys.executable, str(HERE), "--look", name, ",".join(fit), ",".join(unfit)])
    inner = f"{{ {machine.make or 'true'}; }} && exec {look}"
    try:
        done = subprocess.run(
            ["bash", "-c", f'{machine.within} "$0"', inner], capture_output=True, text=True, check=False, timeout=400
        )
    finally:
        subprocess.run(["bash", "-c", machine.undo], capture_output=True, check=False)
    row = done.stdout.strip().splitlines()[-1:] if done.returncode == 0 else []
    print(row[0] if row else json.dumps({"machine": name, "error": (done.stdout + done.stderr)[-6000:]}), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "--look":
        print(json.dumps(look(sys.argv[2], *(tuple(filter(None, words.split(","))) for words in sys.argv[3:5]))))
    else:
        for asked in json.loads(sys.argv[1]):
            be(*asked)
