"""The capabilities that a lesson may require of the machine.

A capability is known in one of two ways. What can be read is read here: who we are, programs, control group trees, a
sysctl. What the kernel must allow is tried in a lab, the way a lesson does it (`runner/lab/trial.py`): `TRIED` has the
command that is typed there.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable
from functools import cache, partial
from itertools import pairwise
from pathlib import Path

from runner.host import capability_fixes, cgroups, credentials, elf, kernel_files, limits, programs, shell_line
from runner.records.results import Missing

BASH = Path("/bin/bash")
# Docker gives these to a container (`defaultCaps` in moby), and so do lessons; the last lets us see into a process of
# another user or user namespace.
POWERS = (
    *("CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "NET_BIND_SERVICE"),
    *("NET_RAW", "SYS_CHROOT", "MKNOD", "AUDIT_WRITE", "SETFCAP", "SYS_PTRACE"),
)
LAB = ("root", "lab")  # what every lesson needs, whatever it is about
STAGE = "/tmp"  # noqa: S108 -- the lab's own, in a mount namespace that ends with it
FILESYSTEMS = {
    "tmpfs": "-t tmpfs -o size=64k",
    "sysfs": "-t sysfs -o ro",
    "devpts": "-t devpts -o newinstance,ptmxmode=0666,mode=620",
    "mqueue": "-t mqueue",
}
# Lessons say `namespace.mount`; /proc says `mnt`. Mounts are tried as deep as the lessons nest them, and with a root of
# their own; the name is set with the program that sets it: a profile may bind the programs alone (apparmor(7)). Of each
# kind there are as many at once as lessons have, two containers or three hosts: whoever forks (`-f`) keeps one.
NAMESPACES = {
    "mount": f"unshare -m -f -R / unshare -m mount -t tmpfs tmpfs {STAGE}",
    "pid": "unshare -p -f --kill-child --mount-proc unshare -p -f --kill-child --mount-proc kill -0 1",
    "uts": "unshare -u -f unshare -u hostname semdocker",
    "ipc": "unshare -i -f unshare -i true",
    "net": "unshare -n -f unshare -n -f unshare -n true",
    "cgroup": "unshare -C true",
    # As a user without powers and without a name, with a proc of its own: what rootless containers need.
    "user": "setpriv --reuid 4242 --regid 4242 --clear-groups "
    "unshare -U -r -p -m -u -f --kill-child --mount-proc unshare -U -r -u hostname semdocker",
    "time": "unshare -T true",
}
# As the lesson `overlayfs` does it: on top of files in memory, with something deleted in the layer that is written to.
LAYERS = (
    f"mkdir -p {STAGE}/stack/{{lower,upper,work,merged}} && cd {STAGE}/stack && touch lower/file && mount -t overlay "
    "-o lowerdir=lower,upperdir=upper,workdir=work stack merged && rm merged/file && ls upper/file"
)
# As the lesson `bandwidth` does it: what comes in is redirected to a link of its own, and waits in a queue there.
REDIRECT = (
    "ip link add try-in type ifb && ip link set lo up && tc qdisc add dev lo ingress && tc filter add dev lo "
    "parent ffff: protocol all u32 match u32 0 0 action mirred egress redirect dev try-in"
)
# As lessons wire two networks: who speaks to a neighbour is answered, be it by a refusal (ARP, then TCP).
NEIGHBOUR = (
    "ip netns add wired && ip link add try-veth type veth peer name eth0 netns wired && "
    "ip address add 192.0.2.1/30 dev try-veth && ip link set try-veth up && "
    "ip -n wired address add 192.0.2.2/30 dev eth0 && ip -n wired link set eth0 up && "
    '{ said=$( (: < /dev/tcp/192.0.2.2/9) 2>&1); [[ $said = *refused ]] || ! echo "$said"; }'
)
APPLETS = ("httpd", "ip", "nc", "netstat", "ping", "rmdir", "umount", "wget")  # what lessons run as `busybox NAME`
# As the lesson `oci` does it, in a root where nothing could run: what is created has its namespaces, mounts and groups,
# and waits.
ENGINE = (
    "mkdir -p {stage}/try/rootfs/bin && cp /bin/sh {stage}/try/rootfs/bin && runc spec -b {stage}/try && "
    """sed -i 's/"terminal": true/"terminal": false/' {stage}/try/config.json && """
    "runc create -b {stage}/try try < /dev/null && runc delete -f try"
)
NAT = "add chain ip try out { type nat hook postrouting priority 100; }; add rule ip try out masquerade"
TRIED = {
    **{f"namespace.{kind}": command for kind, command in NAMESPACES.items()},
    **{
        f"mount.{fstype}": f"mkdir {STAGE}/{fstype} && mount {how} {fstype} {STAGE}/{fstype}"
        for fstype, how in FILESYSTEMS.items()
    },
    "mount.overlay": f"({LAYERS})",
    "link.veth": NEIGHBOUR,
    **{f"link.{kind}": f"ip link add try-{kind} type {kind}" for kind in ("bridge", "ifb")},
    "tc.tbf": "unshare -n tc qdisc add dev lo root tbf rate 8mbit burst 32kb latency 50ms",
    "tc.redirect": f"unshare -n sh -c '{REDIRECT}'",
    "nft.nat": f"nft 'add table ip try; {NAT}'",
    "engine.runc": ENGINE.format(stage=STAGE),
    "mknod": f"mknod {STAGE}/null c 1 3 && echo > {STAGE}/null",
}
LIMITS = {"cpu": "50000 100000", "memory": "64M", "pids": "20"}
LISTS = {"LD_TRACE_LOADED_OBJECTS": "1"}  # the loader lists what it would load, and runs nothing (ld.so(8))
LOCALE = Path("/usr/lib/locale/C.utf8/LC_CTYPE")
NAMES = ("root", "powers", *TRIED, *(f"cgroup.{name}" for name in (*cgroups.CONTROLLERS, "swap")), "locale")
TOOL = re.compile(r"tool\.[a-z0-9][a-z0-9.+_-]*")
FILLED = 96 << 20  # bytes: half as much again as the lesson `cgroups` fills to meet its limit (`small_memory`)
COMPULSORY = "2"  # vm.panic_on_oom: also when it is only a control group that has no memory left

Problem = str | None  # The observed problem; None when there is none.


def known(name: str) -> bool:
    """Say whether a lesson may require this: one of `NAMES`, or `tool.` and the name of any program."""
    return name in NAMES or TOOL.fullmatch(name) is not None


def command(name: str) -> str:
    """Return the command that tries a capability in a lab; empty when there is nothing to try."""
    family, _, member = name.partition(".")
    if family == "tool":
        return programs.use(member)
    return _limit(member) if family == "cgroup" else TRIED.get(name, "")


def look(name: str) -> Missing | None:
    """Return what is wrong with a capability as far as it can be read, without trying; None when nothing is."""
    family, _, member = name.partition(".")
    looks: dict[str, Callable[[], Missing | None]] = {
        "root": _root,
        "lab": _lab,
        "powers": _powers,
        "cgroup": partial(_controller, member),
        "tool": partial(_tool, member),
        "linked": partial(_linked, member),
        "locale": _locale,
    }
    return looks[family]() if family in looks else None


def _root() -> Missing | None:
    return None if os.geteuid() == 0 else Missing("root", f"uid {os.geteuid()}", "sudo semdocker run")


def _powers() -> Missing | None:
    mine = credentials.read(os.getpid())
    if os.geteuid() != 0 or mine is None:
        return None
    wanted = {f"CAP_{name}" for name in POWERS}
    lost = sorted(wanted - {credentials.name(number) for number in mine.sets["effective"]})
    lacks = f"CapEff: - {' '.join(lost)}" if lost else "NoNewPrivs: 1" if mine.no_new_privs else ""
    return Missing("powers", lacks, "", "few-powers") if lacks else None


def _lab() -> Missing | None:
    """Check that /proc tells of us what we are, where all that we know of processes is read; then libraries, limits."""
    try:
        seen = Path("/proc/self").readlink().name
    except OSError as error:
        seen = error.strerror or "-"
    if seen != str(os.getpid()):
        return Missing("lab", f"/proc/self: {seen}", "mount -t proc proc /proc", "foreign-proc")
    if not Path("/proc/sys").exists():
        return Missing("lab", f"/proc/sys: {os.strerror(errno.ENOENT)}", "mount -t proc proc /proc", "partial-proc")
    lost = _libraries_of_the_cache()
    if lost:
        return Missing("lab", f"{lost} (ld.so --inhibit-cache)", "")
    low = limits.provide() if os.geteuid() == 0 else ""
    return Missing("lab", low, "", "low-limit") if low else None


@cache
def _libraries_of_the_cache() -> str:
    """Return what bash would miss in a root of its own: there the loader has its usual folders, and no ld.so.cache.

    (ld.so(8), --inhibit-cache; a loader that does not know it says nothing. Its --list ends at the first that is not
    there, and names it otherwise: ldd(1) asks by the variable.)
    """
    import subprocess

    loader = elf.interpreter(BASH) if BASH.exists() else None
    if loader is None:
        return ""
    asked = [loader, "--inhibit-cache", str(BASH)]
    listing = subprocess.run(
        asked, check=False, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL, env=LISTS
    )
    return next((row.strip() for row in listing.stdout.splitlines() if row.endswith("not found")), "")


def _controller(name: str) -> Missing | None:
    """Check that one version offers the controller, as it does the others that the course needs."""
    controller = "memory" if name == "swap" else name
    capability, tree = f"cgroup.{name}", cgroups.read()
    versions = {one: version for one in cgroups.CONTROLLERS if (version := tree.version(one))}
    if controller not in versions:
        offered = f"/sys/fs/cgroup: {controller} absent"
        if tree.v2:
            offered += f" (v2: {' '.join(kernel_files.words(tree.v2 / 'cgroup.controllers')) or '-'})"
        return Missing(capability, offered, capability_fixes.controller(controller, tree))
    if len(set(versions.values())) > 1:
        mix = ", ".join(f"{one}: {version}" for one, version in versions.items())
        return Missing(capability, mix, capability_fixes.one_version(), "mixed-versions")
    point = tree.group(controller, "").absolute()
    if os.statvfs(point).f_flag & os.ST_RDONLY:
        fix = shell_line.line("mount", "-o", "remount,rw", str(point))
        return Missing(capability, f"{point}: {os.strerror(errno.EROFS)}", fix, "read-only")
    if name == "swap" and not cgroups.limits_swap(tree):
        return Missing(capability, "swap: absent", capability_fixes.boot("swapaccount=1"))
    return _enough_memory(capability) or _survives_oom(capability) if controller == "memory" else None


def _enough_memory(capability: str) -> Missing | None:
    """Check that a group meets its limit before the whole machine has no memory left (proc_meminfo(5))."""
    words = kernel_files.words("/proc/meminfo")
    left = sum(int(size) << 10 for name, size in pairwise(words) if name in ("MemAvailable:", "SwapFree:"))
    if left >= FILLED or not words:
        return None
    return Missing(capability, f"MemAvailable + SwapFree: {left >> 20}M < {FILLED >> 20}M", "", "little-memory")


def _survives_oom(capability: str) -> Missing | None:
    """Check that a group that is out of memory does not take the machine along."""
    setting = "".join(kernel_files.words("/proc/sys/vm/panic_on_oom"))
    if setting != COMPULSORY:
        return None
    return Missing(capability, f"vm.panic_on_oom={setting}", "sysctl -w vm.panic_on_oom=0", "panic-on-oom")


def _limit(name: str) -> str:
    """Return the command that makes a group, limits it, and joins it."""
    tree, controller = cgroups.read(), "memory" if name == "swap" else name
    version = tree.version(controller)
    if version is None:
        return ""
    top, table = tree.group(controller, ""), cgroups.TABLE[version]
    value = LIMITS[controller].split()[0] if version == "v1" else LIMITS[controller]
    group = shell_line.word(str(top / "try"))
    hand_out = f"echo +{controller} > {shell_line.word(str(top))}/cgroup.subtree_control && " if version == "v2" else ""
    limits = [(table["limit"][controller][0], value)]
    if name == "swap":
        limits.append((table["swap"]["memory"][0], "0" if version == "v2" else value))
    written = "".join(f" && echo {amount} > {group}/{file}" for file, amount in limits)
    return f"{hand_out}mkdir -p {group}{written} && (echo $BASHPID > {group}/cgroup.procs)"


def _tool(name: str) -> Missing | None:
    path = programs.find(name)
    problem = "absent" if path is None else _busybox(Path(path)) if name == "busybox" else None
    return Missing(f"tool.{name}", problem, capability_fixes.program(name)) if problem else None


def _linked(name: str) -> Missing | None:
    problem = programs.unlinked(name)
    if not problem:
        return None
    cause, fix = capability_fixes.another_program(name)
    return Missing(f"linked.{name}", problem, fix, cause)


def _busybox(path: Path) -> Problem:
    """Check that busybox is static and has what lessons use of it, in a root without libraries and without packages."""
    import subprocess

    if elf.interpreter(path) is not None:
        return f"{path}: not static"
    listing = subprocess.run([path, "--list"], check=False, capture_output=True, text=True)
    missing = [applet for applet in APPLETS if applet not in listing.stdout.split()]
    return f"{path}: no {', '.join(missing)}" if missing else None


def _locale() -> Missing | None:
    return None if LOCALE.exists() else Missing("locale", f"{LOCALE.parent} absent", capability_fixes.program("locale"))
