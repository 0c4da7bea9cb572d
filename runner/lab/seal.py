"""The seal: the lab's shell can read what is on the machine, and change only what is its own.

The root that it sees is an overlay without a writable layer over the machine's files: not even a remount or an
unmount reaches the machine's own file systems, but for a folder of the student's own that a lesson may have (see
`kept_folder`). Network, System V objects and control groups are the lab's own; they end with it. Processes, host name
and kernel stay the machine's: they are what the lessons are about.

`close` is called in the process that becomes the lab's first shell, already in the lab's control groups; `join` in each
that becomes a further one. Sources: overlayfs.rst, mount_namespaces(7), pivot_root(2), network_namespaces(7),
cgroup_namespaces(7).
"""

from __future__ import annotations

import fcntl
import os
import resource
import socket
import struct
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from runner.host import cgroups, kernel, kernel_files, served_mounts, syscalls
from runner.host.kernel import Mount
from runner.lab import own_mounts
from runner.lab.effects import cgroup
from runner.lab.own_mounts import PRIVATE, QUIET

ROOT = "machine"  # the source of the overlays through which the lab sees the machine's files
# Where core_pattern is a pipe, the kernel starts its program on the machine, whatever the limit is, even 0; but not for
# 1, which it takes for a crash of that very program (do_coredump in fs/coredump.c).
NO_CORE = 1
REMOVABLE = ("/media", "/mnt")  # An overlay over a medium would keep it in use after the machine unmounted it.
SPECIAL = frozenset("\\:,")  # in a path they would end it, among the options of an overlay
COPIED = 1 << 20  # bytes of a file that is a mount by itself
REPLACED = ("/proc", "/sys", "/dev", *PRIVATE)  # the machine's mounts at and below these are not taken along
LEAF = "shell"  # the group of the lab's shells, below the root that it sees
OWN_NAMESPACES = ("net", "ipc", "cgroup", "mnt")
# CAP_SYS_MODULE, SYS_RAWIO, SYS_PACCT, SYS_BOOT, SYS_TIME, AUDIT_CONTROL and MAC_ADMIN (linux/capability.h)
DROPPED = (16, 17, 20, 22, 25, 30, 33)
UP = 1  # IFF_UP
SIOCSIFFLAGS = 0x8914  # netdevice(7)


def close(base: str, source: str, groups: Iterable[Path], startup: str, folder: tuple[str, int] | None = None) -> None:
    """Seal the calling process off. Raises OSError.

    `base` is the directory that the lab's tmpfs covers, `source` that tmpfs's name, `groups` the lab's control groups,
    and `startup` what a bash reads that the lab's root user starts anew. `folder` is the path of the student's own
    folder, with the descriptor of the mount that stands there, or -1 for an empty one that ends with the lab.
    """
    bases = cgroups.read().bases  # In a cgroup namespace of our own no tree would seem whole.
    syscalls.unshare(syscalls.CLONE_NEWNS | syscalls.CLONE_NEWNET | syscalls.CLONE_NEWIPC | syscalls.CLONE_NEWCGROUP)
    syscalls.mount("none", "/", flags=syscalls.MS_REC | syscalls.MS_PRIVATE)
    raise_loopback()
    machine = kernel.mounts()
    root = _stage(base)
    _machine_files([mount for mount in machine if not Path(mount.point).is_relative_to(base)], root)
    tops = set(map(cgroup.tree, groups))  # a tree where the lab has no group of its own would be the machine's
    trees = [mount for mount in machine if Path(mount.point) in bases]
    own_mounts.furnish(root, base, source, [tree for tree in trees if Path(tree.point) in tops])
    for name in (".bashrc", ".bash_profile"):
        (root / "root" / name).write_text(startup)
    if folder:
        _students_folder(root / folder[0].lstrip("/"), folder[1])
    syscalls.change_root(str(root))
    _into_leaf()
    forgo_the_machine()


def renew(base: str, source: str) -> None:
    """Give the calling process, PID 1 in new namespaces of a sealed one, a root of its own. Raises OSError.

    It is what the lab sees of the machine, with mounts of its own in place of the lab's; the old root is gone, so
    nothing of it lies below these.
    """
    there = kernel.mounts()
    trees = [mount for mount in there if Path(mount.point) in cgroups.read().bases]
    replaced = (*REPLACED, base, *(tree.point for tree in trees))
    root = _staged() / "root"
    root.mkdir()
    syscalls.mount("/", str(root), flags=syscalls.MS_BIND)
    for point in (mount.point for mount in there if mount.point != "/"):
        if not any(Path(point).is_relative_to(folder) for folder in replaced):
            with suppress(OSError):  # covered by another mount
                syscalls.mount(point, str(root / point.lstrip("/")), flags=syscalls.MS_BIND)
    own_mounts.furnish(root, base, source, trees)
    syscalls.change_root(str(root))
    _into_leaf()


def enter(groups: Iterable[Path]) -> None:
    """Move the calling process into groups of the lab. Raises OSError."""
    for group in groups:
        group.mkdir(exist_ok=True)
        kernel_files.write(group / "cgroup.procs", str(os.getpid()))


def open_namespaces(pid: int) -> tuple[int, ...]:
    """Open the namespaces of a sealed process, so that `join` can enter them. Returns descriptors; raises OSError."""
    return tuple(os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY | os.O_CLOEXEC) for kind in OWN_NAMESPACES)


def join(namespaces: Iterable[int], groups: Iterable[Path], folder: str) -> None:
    """Take the calling process into a seal that is closed already. Raises OSError.

    `namespaces` are the descriptors from `open_namespaces`, `groups` the lab's control groups as the machine names
    them, and `folder` leads to the directory of the lab that becomes the working directory.
    """
    here = _opened(folder)
    enter(group / LEAF if (group / "cgroup.controllers").exists() else group for group in groups)
    for namespace in namespaces:
        syscalls.setns(namespace, 0)
    if here:
        os.fchdir(here)
    forgo_the_machine()


def _opened(folder: str) -> int:
    try:
        return os.open(folder, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # whoever was there is gone; then the root of the lab's files is the place
        return 0


def forgo_the_machine() -> None:
    """Give up, for this process and all that it starts, what reaches the whole machine. Raises OSError."""
    for capability in DROPPED:
        syscalls.drop_capability(capability)
    with suppress(ValueError):  # in a container without CAP_SYS_RESOURCE a hard limit of 0 stays as it is
        resource.setrlimit(resource.RLIMIT_CORE, (NO_CORE, NO_CORE))


def raise_loopback() -> None:
    """Switch the new network namespace's `lo` on: 127.0.0.1 answers, as it does on the machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        fcntl.ioctl(asked, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", UP))


def _stage(base: str) -> Path:
    """Lay a layer with the folders that the lab needs over the machine's root, and return where that is."""
    stage = _staged()
    root, layer, empty = stage / "root", stage / "layer", stage / "empty"
    for folder in (root, empty, *(layer / name.lstrip("/") for name in (*REPLACED, base))):
        folder.mkdir(parents=True, exist_ok=True)
    _overlay(f"{layer}:/", root)
    return root


def _staged() -> Path:
    """Return a folder where a root is put together, in this mount namespace alone."""
    stage = Path("/tmp")  # noqa: S108
    syscalls.mount("stage", str(stage), "tmpfs", syscalls.MS_NOSUID, "mode=700")
    return stage


def _overlay(layers: str, point: Path) -> None:
    flags = syscalls.MS_RDONLY | syscalls.MS_NODEV
    syscalls.mount(ROOT, str(point), "overlay", flags, f"lowerdir={layers}")


def _machine_files(machine: Sequence[Mount], root: Path) -> None:
    """Take the machine's other mounts along: each below an overlay of its own, or, where that cannot be, as it is.

    Those that may not answer are hidden without a look at them.
    """
    at_risk = served_mounts.at_risk(machine)
    for mount in machine:
        point = mount.point
        if point == "/" or any(Path(point).is_relative_to(folder) for folder in REPLACED):
            continue
        with suppress(OSError):  # covered by another mount, or gone
            if point in at_risk:
                _hide(point, root)
            elif Path(point).is_dir():
                _directory(point, root)
            else:
                _copy(point, root)


def _directory(point: str, root: Path) -> None:
    removable = any(Path(point).is_relative_to(folder) for folder in REMOVABLE)
    if not (removable or SPECIAL & set(point)):
        with suppress(OSError):  # it cannot lie below an overlay, such as vfat
            _overlay(f"{point}:/tmp/empty", root / point.lstrip("/"))
            return
    _hide(point, root)


def _hide(point: str, root: Path) -> None:
    """Put an empty folder in the place of a mount, so that it is out of reach."""
    syscalls.mount("hidden", str(root / point.lstrip("/")), "tmpfs", QUIET | syscalls.MS_RDONLY, "size=4k")


def _copy(point: str, root: Path) -> None:
    """Show a copy of a file that is a mount by itself, such as a container's /etc/hosts: its mount could be changed."""
    source, copy = Path(point), root.parent / "copy"
    copy.touch()
    if source.is_file():
        with source.open("rb") as file:
            copy.write_bytes(file.read(COPIED))
            status = os.fstat(file.fileno())
        os.chown(copy, status.st_uid, status.st_gid)
        copy.chmod(status.st_mode & 0o777)  # a program stays one
    syscalls.mount(str(copy), str(root / point.lstrip("/")), flags=syscalls.MS_BIND)
    copy.unlink()  # the mount keeps it


def _students_folder(place: Path, mount: int) -> None:
    place.mkdir(mode=0o755)
    if mount != -1:
        on = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        syscalls.attach_mount(mount, on)
        os.close(on)


def _into_leaf() -> None:
    """Move from the root of the v2 tree into a group below it: only groups without processes hand out controllers.

    (cgroups(7), "no internal processes")
    """
    top = cgroups.read().v2
    if top:
        (top / LEAF).mkdir()
        kernel_files.write(top / LEAF / "cgroup.procs", str(os.getpid()))
