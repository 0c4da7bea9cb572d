"""The mounts that a lab has for itself, and so has each jail in it: devices, kernel files, groups, empty folders.

Each function makes them below the folder that will be the root. Sources: proc(5), tmpfs(5), cgroups(7),
user_namespaces(7).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from runner.host import cgroups, syscalls
from runner.host.kernel import Mount

LAB_SIZE = "size=256m,mode=755"  # for the tmpfs that holds the lab's files
SMALL = "size=5%"  # of the memory: five such folders, filled to the brim, take a quarter of it
PRIVATE = {  # by folder, the options of its tmpfs
    "/tmp": f"mode=1777,{SMALL}",  # noqa: S108
    "/var/tmp": f"mode=1777,{SMALL}",  # noqa: S108
    "/run": f"mode=755,{SMALL}",
    "/root": f"mode=700,{SMALL}",
}
DEVICES = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9), "tty": (5, 0)}
LINKS = {
    "ptmx": "pts/ptmx",
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
}
# These belong to namespaces: to the lab's network, and to the host name, which is put back when it was the machine's.
OWN_VALUES = ("sys/net", "sys/kernel/hostname", "sys/kernel/domainname")
# Below these in /proc are the machine's devices, file systems and interrupts; engines mount them read-only, too.
MACHINES = ("sys", "acpi", "bus", "dynamic_debug", "fs", "irq", "mtrr", "scsi")
MASKED = ("sysrq-trigger", "kcore", "kmsg", "timer_list")  # Engines mask these in /proc, too.
WHOLE_PROC = "run/lab/proc"  # an unprivileged container may mount its own proc only where one is there without masks
QUIET = syscalls.MS_NOSUID | syscalls.MS_NODEV | syscalls.MS_NOEXEC


def furnish(root: Path, base: str, source: str, trees: Iterable[Mount]) -> None:
    """Make all of them: `source` is that of the tmpfs at `base`, and `trees` are the control groups as they are mounted
    where we come from.
    """
    _devices(root)
    _kernel_files(root)
    _own_folders(base, source, root)
    _groups(trees, root)


def _devices(root: Path) -> None:
    """Make a /dev without disks. The terminals are the machine's own: with others, `tty` would say "not a tty"."""
    folder = root / "dev"
    syscalls.mount("dev", str(folder), "tmpfs", syscalls.MS_NOSUID, "mode=755,size=1m")
    before = os.umask(0)
    for name, (major, minor) in DEVICES.items():
        os.mknod(folder / name, 0o020666, os.makedev(major, minor))
    os.umask(before)
    for name, target in LINKS.items():
        (folder / name).symlink_to(target)
    for name in ("pts", "shm", "mqueue"):
        (folder / name).mkdir()
    syscalls.mount("/dev/pts", str(folder / "pts"), flags=syscalls.MS_BIND)
    syscalls.set_unchangeable(str(folder / "pts"))  # `chmod -R` over /dev must not reach other people's terminals
    syscalls.mount("shm", str(folder / "shm"), "tmpfs", syscalls.MS_NOSUID | syscalls.MS_NODEV, f"mode=1777,{SMALL}")
    with suppress(OSError):  # a kernel without message queues
        syscalls.mount("mqueue", str(folder / "mqueue"), "mqueue", syscalls.MS_NOSUID)


def _kernel_files(root: Path) -> None:
    """Mount a fresh proc and sys for the new namespaces: proc can be written but for what reaches the whole machine."""
    _mount_proc(root)
    sys = root / "sys"
    syscalls.mount("sysfs", str(sys), "sysfs", QUIET)
    syscalls.set_readonly(str(sys))


def _mount_proc(root: Path) -> None:
    """Mount a proc for the PID namespace of the calling process, without the ways from there to the whole machine."""
    proc = root / "proc"
    syscalls.mount("proc", str(proc), "proc", QUIET)
    for name in (one for one in (*MACHINES, *OWN_VALUES) if (proc / one).exists()):
        syscalls.mount(str(proc / name), str(proc / name), flags=syscalls.MS_BIND)
        (syscalls.set_writable if name in OWN_VALUES else syscalls.set_readonly)(str(proc / name))
    for name in MASKED:
        if (proc / name).exists():
            syscalls.mount(str(root / "dev/null"), str(proc / name), flags=syscalls.MS_BIND)


def _groups(trees: Iterable[Mount], root: Path) -> None:
    """Mount the control group trees at their usual places, each with the lab's own group as its root."""
    trees = list(trees)
    folder = root / "sys/fs/cgroup"
    if trees and not any(tree.point == "/sys/fs/cgroup" for tree in trees):
        syscalls.mount("cgroup", str(folder), "tmpfs", syscalls.MS_NOSUID, "mode=755,size=1m")
        for entry in Path("/sys/fs/cgroup").iterdir():
            if entry.is_symlink():  # such as `cpu` to `cpu,cpuacct`
                (folder / entry.name).symlink_to(entry.readlink())
    for tree in trees:
        point = root / tree.point.lstrip("/")
        point.mkdir(parents=True, exist_ok=True)  # one below a private folder, such as /run/cgroup2, is not there yet
        options = ",".join(cgroups.tree_options(tree)) if tree.fstype == "cgroup" else ""
        syscalls.mount(tree.fstype, str(point), tree.fstype, syscalls.MS_NOSUID, options)


def _own_folders(base: str, source: str, root: Path) -> None:
    """Make the folders that every lab has for itself, empty at first, and the one under which the lessons work."""
    for folder, options in PRIVATE.items():
        syscalls.mount("private", str(root / folder.lstrip("/")), "tmpfs", syscalls.MS_NOSUID, options)
    whole, lab = (root / name.lstrip("/") for name in (WHOLE_PROC, base))
    for own in (whole.parent, whole):
        own.mkdir(mode=0o755)
    lab.mkdir(parents=True, exist_ok=True)  # one below a private folder is not there yet
    syscalls.mount("proc", str(whole), "proc", QUIET)
    syscalls.mount(source, str(lab), "tmpfs", syscalls.MS_NOSUID, LAB_SIZE)
