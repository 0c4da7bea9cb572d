"""The command that gives this machine a missing capability, for Debian, Ubuntu and Fedora."""

from __future__ import annotations

import fcntl
import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

from runner.host import cgroups, confinement, kernel, kernel_files, programs, shell_line

# A program whose package has another name: first on Debian and Ubuntu, then on Fedora.
PACKAGES = {
    "ps": ("procps", "procps-ng"),
    "free": ("procps", "procps-ng"),
    "busybox": ("busybox-static", "busybox"),
    "ldd": ("libc-bin", "glibc-common"),
    "readelf": ("binutils", "binutils"),
    "ip": ("iproute2", "iproute"),
    "ss": ("iproute2", "iproute"),
    "tc": ("iproute2", "iproute-tc"),
    "nstat": ("iproute2", "iproute"),
    "bridge": ("iproute2", "iproute"),
    "nft": ("nftables", "nftables"),
    "awk": ("mawk", "gawk"),
    "perl": ("perl-base", "perl"),
    "sha256sum": ("coreutils", "coreutils"),
    "pgrep": ("procps", "procps-ng"),
    "locale": ("libc-bin", "glibc-common"),
    **dict.fromkeys(
        ("unshare", "mount", "umount", "nsenter", "lsns", "ipcmk", "ipcs", "ipcrm", "setpriv"),
        ("util-linux", "util-linux"),
    ),
    **dict.fromkeys(
        ("chroot", "ls", "cp", "mknod", "timeout", "stat", "sleep", "head", "tail"), ("coreutils", "coreutils")
    ),
}
Explained = tuple[str, str]  # the cause, which has a sentence of its own, and the command
MOUNTS = 100_000  # the kernel's own limit for a mount namespace (fs.mount-max)
LAB_MOUNTS = 200  # more than a lab adds to those of the machine
KEYS = {"root_maxkeys": 1_000_000, "root_maxbytes": 25_000_000}  # the kernel's own limits
ROOM = 1024  # namespaces of a kind: far more than any lesson makes
FS_IOC_GETFLAGS, FS_IMMUTABLE_FL = 0x80086601, 0x10  # linux/fs.h
TERMINALS = (
    "mkdir -p /dev/pts && mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /dev/pts && ln -sf pts/ptmx /dev/ptmx"
)
# Some kernels (Raspberry Pi OS) switch the memory controller on only with an option at boot.
BOOT = {
    "debian": "sed -i 's/^GRUB_CMDLINE_LINUX=\"/&{option} /' /etc/default/grub && update-grub && reboot",
    "fedora": "grubby --update-kernel=ALL --args={option} && reboot",
}


def program(name: str) -> str:
    """Return the command that installs a program, or the files that have that name in `PACKAGES`."""
    return _install(*PACKAGES.get(name, (name, name)))


def controller(name: str, tree: cgroups.Hierarchies) -> str:
    """Return the command that brings a controller which no hierarchy offers."""
    if not tree.bases:
        return "mount -t cgroup2 none /sys/fs/cgroup"
    if tree.v2 is None and any(
        row.split()[0] == name and row.endswith("1") for row in kernel_files.rows("/proc/cgroups")
    ):
        return f"mkdir -p /sys/fs/cgroup/{name} && mount -t cgroup -o {name} {name} /sys/fs/cgroup/{name}"
    return boot("cgroup_enable=memory") if name == "memory" else ""


def one_version() -> str:
    """Return the command after which all controllers are in cgroup v2."""
    return boot("systemd.unified_cgroup_hierarchy=1")


def for_failure(capability: str, observed: str) -> tuple[str, str]:
    """Return cause and command for what a command said that tried a capability, or the kernel when the lab was opened.

    Both are empty for what we cannot explain.
    """
    for pattern, explain in FAILURES:
        found = re.search(pattern, f"{capability}: {observed}")
        if found and (explained := explain(found)):
            return explained
    return "", ""


def another_program(name: str) -> Explained:
    """Explain a program that is not the one that the lessons use."""
    debian, fedora = PACKAGES.get(name, (name, name))
    again = {
        "debian": f"apt-get install -y --reinstall {debian}",
        "fedora": f"dnf install -y {fedora} && dnf reinstall -y {fedora}",
    }
    return "another-program", programs.another(name) or _for_here(again)


def _not_installed(found: re.Match[str]) -> Explained:
    return "", program(found[1] or found[2])


def _namespace_limits(_: re.Match[str]) -> Explained | None:
    """The limits of user_namespaces(7) that are so low that a lab with a container in it meets them."""
    files = sorted(Path("/proc/sys/user").glob("max_*_namespaces"))
    low = [path.name for path in files if int("".join(kernel_files.words(path)) or ROOM) < ROOM]
    settings = " ".join(f"user.{name}={ROOM}" for name in low)
    return ("namespace-limit", f"sysctl -w {settings}") if low else None


def _key_limits(_: re.Match[str]) -> Explained | None:
    """The limits on root's keys, of which runc makes one for each container (keyrings(7))."""
    now = {
        name: int("".join(kernel_files.words(f"/proc/sys/kernel/keys/{name}")) or usual) for name, usual in KEYS.items()
    }
    low = " ".join(f"kernel.keys.{name}={usual}" for name, usual in KEYS.items() if now[name] < usual)
    return ("", f"sysctl -w {low}") if low else None


def _unprivileged(_: re.Match[str]) -> Explained | None:
    """A setting that keeps user namespaces from all but root: Debian's switch, or AppArmor's, as Ubuntu has it on."""
    for setting, closed, cause in USERNS_SETTINGS:
        path = Path("/proc/sys/kernel", setting)
        if path.exists() and kernel_files.words(path) == [closed]:
            return cause, f"sysctl -w kernel.{setting}={1 - int(closed)}"
    return None


def _processes_in_root(_: re.Match[str]) -> Explained:
    """cgroups(7), "no internal processes": what container images do that want to hand controllers out."""
    top = shell_line.word(str(cgroups.read().v2 or "/sys/fs/cgroup"))
    return "inner-processes", f"mkdir -p {top}/init && xargs -rn1 < {top}/cgroup.procs > {top}/init/cgroup.procs"


def _group_limit(found: re.Match[str]) -> Explained | None:
    """What bounds the number and the depth of groups below one; mkdir(2) says EAGAIN then (cgroup-v2.rst). Nobody may
    change it from inside.
    """
    limits = (folder / f"cgroup.max.{what}" for folder in Path(found["path"]).parents for what in GROUP_LIMITS)
    return ("group-limit", "") if any(kernel_files.words(file) not in ([], ["max"]) for file in limits) else None


def _threaded(_: re.Match[str]) -> Explained | None:
    """A group of threads has no groups of processes below it (cgroup-v2.rst, "Threads")."""
    kind = kernel_files.words((cgroups.read().v2 or Path("/sys/fs/cgroup")) / "cgroup.type")
    return ("threaded", "") if "threaded" in kind else None


def _realtime(_: re.Match[str]) -> Explained | None:
    """With CONFIG_RT_GROUP_SCHED cpu is handed out only if all real-time processes are in the root (cgroup-v2.rst)."""
    outside = [pid for pid in kernel.pids() if _is_realtime(pid) and not _in_root(pid)]
    if not outside:
        return None
    top = shell_line.word(str(cgroups.read().v2 or "/sys/fs/cgroup"))
    return "realtime", " && ".join(f"echo {pid} > {top}/cgroup.procs" for pid in outside)


def _is_realtime(pid: int) -> bool:
    with suppress(OSError):
        return os.sched_getscheduler(pid) in (os.SCHED_FIFO, os.SCHED_RR)
    return False


def _in_root(pid: int) -> bool:
    return any(row == "0::/" for row in kernel_files.rows(f"/proc/{pid}/cgroup"))


def _readonly(found: re.Match[str]) -> Explained | None:
    point = _mount_point(found["path"])
    return ("read-only", shell_line.line("mount", "-o", "remount,rw", point)) if point else None


def _full(found: re.Match[str]) -> Explained | None:
    most = int("".join(kernel_files.words("/proc/sys/fs/mount-max")) or MOUNTS)
    if most < MOUNTS and len(kernel.mounts()) + LAB_MOUNTS > most:  # mount(2) says ENOSPC then
        return "mount-limit", f"sysctl -w fs.mount-max={MOUNTS}"
    point = _mount_point(found["path"])
    return ("full", f"du -xh {shell_line.word(point)} | sort -h | tail") if point else None


def _immutable(found: re.Match[str]) -> Explained | None:
    """root may write everywhere, but for files and folders with the attribute `i` (chattr(1))."""
    path = Path(found["path"])
    held = [str(one) for one in (path, *path.parents) if _is_immutable(one)]
    return ("immutable", shell_line.line("chattr", "-i", *held)) if held else None


def _is_immutable(path: Path) -> bool:
    with suppress(OSError):
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            return bool(int.from_bytes(fcntl.ioctl(fd, FS_IOC_GETFLAGS, bytes(8)), sys.byteorder) & FS_IMMUTABLE_FL)
        finally:
            os.close(fd)
    return False


def _mount_point(path: str) -> str:
    """Return where the file system is mounted that a path is on, or would be."""
    points = {Path(mount.point) for mount in kernel.mounts()}
    return str(next((one for one in (Path(path), *Path(path).parents) if one in points), ""))


def _confined(_: re.Match[str]) -> Explained | None:
    """A profile that AppArmor loaded for the program alone (apparmor(7)); root's own shell is free of it."""
    path = programs.find("unshare")
    loaded = [row.rpartition(" (")[0] for row in kernel_files.rows("/sys/kernel/security/apparmor/profiles")]
    mine = next((name for name in loaded if name in {path, "unshare"} or name.startswith("unshare")), None)
    if mine is None:
        return None
    begins = shell_line.word(rf"^(profile )?{re.escape(mine)}\b")
    return "confined", f"apparmor_parser -R $(grep -lsE {begins} /etc/apparmor.d/*)"


def _no_driver(found: re.Match[str]) -> Explained:
    """The kernel loads the driver of a new kind of link by itself, where it has it."""
    return "", f"modprobe {found[1]}"


def _no_answer(_: re.Match[str]) -> Explained | None:
    """A setting with which nobody answers who asks for an address; new networks take it over (ip-sysctl.rst)."""
    names = [f"net.ipv4.conf.{link}.arp_ignore" for link in ("all", "default")]
    on = [name for name in names if kernel_files.words(f"/proc/sys/{name.replace('.', '/')}") not in ([], ["0"])]
    return ("arp-ignore", f"sysctl -w {' '.join(f'{name}=0' for name in on)}") if on else None


def _beside_the_machine(found: re.Match[str]) -> Explained | None:
    """What keeps a lab from being opened wherever we are, and no command cures."""
    if confinement.lacks_admin():
        return "no-admin", ""
    if confinement.in_user_namespace():
        return "user-namespace", ""
    if found["said"] != "Invalid argument":
        return None
    if not found["root"] and confinement.in_chroot():
        return "chroot", ""
    return ("layers", "") if found["root"] and confinement.on_overlay() else None


# Settings of the kernel, the value that forbids, and the cause that has a sentence of its own.
USERNS_SETTINGS = (
    ("unprivileged_userns_clone", "0", "userns-for-root"),
    ("apparmor_restrict_unprivileged_userns", "1", "userns-apparmor"),
)
GROUP_LIMITS = ("descendants", "depth")
REDIRECTION = "ifb sch_ingress cls_u32 act_mirred"  # the modules of the kernel that a redirection takes

UNIFIED = "mkdir -p /sys/fs/cgroup/unified && mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified"

FAILURES: tuple[tuple[str, Callable[[re.Match[str]], Explained | None]], ...] = (
    (r"([\w.+-]+): command not found|failed to execute ([\w.+-]+): No such file", _not_installed),
    (r"([\w.+-]+): (?:unrecognized|unknown|invalid) (?:option|argument)", lambda found: another_program(found[1])),
    (r"^namespace.*No space left on device|unshare.*No space left on device", _namespace_limits),
    (r"^cgroup.*Device or resource busy", _processes_in_root),
    (r"^cgroup.*Invalid argument", _realtime),
    (r"^(?:lab|cgroup).* (?P<path>/\S+): Resource temporarily unavailable", _group_limit),
    (r"^(?:lab|cgroup).*Operation not supported", _threaded),
    (r"(?P<path>/\S+): Read-only file system", _readonly),
    (r"^lab: .*/dev/pts/ptmx: No space left on device", lambda _: ("few-terminals", "sysctl -w kernel.pty.max=4096")),
    (r"(?P<path>/\S+): No space left on device", _full),
    (r"(?P<path>/\S+): Operation not permitted", _immutable),
    (r"^namespace[.]user.*(Operation not permitted|Permission denied|must be root)", _unprivileged),
    (r"^(namespace|mount|tool).*(Operation not permitted|Permission denied|must be root)", _confined),
    (r"^lab: .*(/dev/ptmx|/dev/pts)", lambda _: ("no-terminals", TERMINALS)),
    (r"^link[.](\w+).*(Unknown device type|not supported)", _no_driver),
    (r"^link[.]veth.*No route to host", _no_answer),
    (r"^tc[.]tbf.*(unknown|No such file|not supported)", lambda _: ("", "modprobe sch_tbf")),
    (
        r"^tc[.]redirect.*(?i:unknown|No such file|not supported|not found|Failed to load)",
        lambda _: ("", f"modprobe -a {REDIRECTION}"),
    ),
    # runc allows its container what the lab's v1 group lacks; with a v2 tree, the lab is confined there instead.
    (r"^engine[.]runc.*devices[.]allow: operation not permitted", lambda _: ("", UNIFIED)),
    (r"^engine[.]runc.*session key.*quota exceeded", _key_limits),
    (r"^nft[.]nat.*(not supported|No such file)", lambda _: ("", "modprobe -a nf_tables nft_chain_nat nft_masq")),
    (r"^lab: .*overlay.*No such device", lambda _: ("", "modprobe overlay")),
    (
        r"^lab: (?P<root>mount /tmp/root)?.*: (?P<said>Invalid argument|Operation not permitted|Permission denied)",
        _beside_the_machine,
    ),
    (r"^tool[.]([^:]+): ", lambda found: another_program(found[1])),
)


def _install(debian: str, fedora: str) -> str:
    commands = {"debian": f"apt-get install -y {debian}", "fedora": f"dnf install -y {fedora}"}
    return _for_here(commands)


def boot(option: str) -> str:
    return _for_here({family: text.format(option=option) for family, text in BOOT.items()})


def _for_here(commands: dict[str, str]) -> str:
    """Return the command for this distribution. An unknown distribution gets all commands, each with its name."""
    return commands.get(_family()) or " | ".join(f"{name}: {text}" for name, text in commands.items())


@cache
def _family() -> str:
    import platform

    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return ""
    likes = [release.get("ID", ""), *release.get("ID_LIKE", "").split()]
    return next((name for name in ("debian", "fedora") if name in likes), "")
