"""What the machine lost of its /dev: a devtmpfs is the machine's own, wherever the lab mounts one.

After a sweep (all removed, or `chmod -R`) everything whose device is still there is made again as the snapshot knows
it. No link is followed, and what stands in the place of an entry is looked at before it is changed. Terminals and
shared memory are mounts there, which the kernel takes off when their folder goes; the guardian holds them until the
end. In /proc and /sys only modes and owners are set again, at the top.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from runner.host import device_nodes, kernel, kernel_files, syscalls

DEV = "/dev"
REACHED = "devtmpfs"  # the kind of entry in the journal that says that the lab had the machine's /dev before it
SWEPT = 6  # So many entries change at once only when somebody sweeps: a login takes a few.
KINDS = {"c": stat.S_IFCHR, "b": stat.S_IFBLK}
DEVICES = {"c": "char", "b": "block"}  # below /sys/dev
STATIC = Path("/lib/modules", os.uname().release, "modules.devname")  # nodes of modules that are loaded when opened
PLACE = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC
USUAL = {  # the mounts of /dev, as systemd makes them
    "/dev/pts": ("devpts", "gid=5,mode=620,ptmxmode=000"),
    "/dev/shm": ("tmpfs", "mode=1777"),  # noqa: S108
    "/dev/mqueue": ("mqueue", ""),
    "/dev/hugepages": ("hugetlbfs", ""),
}


def hold() -> dict[str, int]:
    """Return for each mount just below /dev a descriptor of one like it, with all that is mounted on it.

    There is none before Linux 5.2.
    """
    held: dict[str, int] = {}
    for mount in kernel.mounts():
        if os.path.dirname(mount.point) == DEV:  # noqa: PTH120
            with suppress(OSError):
                held[mount.point] = syscalls.clone_mount(mount.point)
    return held


def put_back(before: Mapping[str, str], mounted: Collection[str], held: Mapping[str, int], tops: Iterable[str]) -> bool:
    """Make again what was swept, as the snapshot (`before` and what was `mounted`) and `held` know it.

    `tops` are those that the lab had before it: any other change is an administrator's. Return whether anything was
    made. A few entries that changed are anybody's doing, and what went with its device is no
    loss: both are left alone.
    """
    now = device_nodes.read()
    static = {"".join(row.split()[2:3]) for row in kernel_files.rows(STATIC)}
    swept = False
    for top in tops:
        its = {path: was for path, was in before.items() if path == top or path.startswith(f"{top}/")}
        its = {path: was for path, was in its.items() if _has_device(was, static)}
        if sum(_lost(path, was, now) for path, was in its.items()) < SWEPT:
            continue
        swept = True
        links_last = sorted(its, key=lambda path: (its[path][0] == "l", path))
        with device_nodes.opened(top) as folder:
            if top == DEV:
                _mount_again(folder, [point for point in mounted if os.path.dirname(point) == DEV], held)  # noqa: PTH120
            for path in links_last:
                with suppress(OSError):  # it shows in the comparison of the machine with how it was
                    _restore(folder, PurePosixPath(path).relative_to(top).parts, its[path], create=top == DEV)
    return swept


def _has_device(was: str, static: Collection[str]) -> bool:
    """Tell whether an entry is no node, or the kernel has its device, or a module that would bring it."""
    kind, numbers = was.split()[:2]
    return kind not in KINDS or f"{kind}{numbers}" in static or Path("/sys/dev", DEVICES[kind], numbers).exists()


def _lost(path: str, was: str, now: Mapping[str, str]) -> bool:
    """Tell whether an entry speaks for a sweep: a node that is gone, or a mode or an owner that is another."""
    if device_nodes.moves(path) or was[0] == "l":
        return False
    return was[0] in KINDS if path not in now else now[path] != was


def _mount_again(top: int, points: Iterable[str], held: Mapping[str, int]) -> None:
    """Mount again what was mounted just below /dev: that which was held, or else another of the same kind."""
    there = {mount.point for mount in kernel.mounts()}
    for point in (point for point in points if point not in there):
        name = os.path.basename(point)  # noqa: PTH119
        with suppress(OSError):
            _make(top, name, "d 0:0 755 0:0")
            place = os.open(name, PLACE | os.O_DIRECTORY, dir_fd=top)
            try:
                if point in held:
                    syscalls.attach_mount(held[point], place)
                elif point in USUAL:
                    kind, options = USUAL[point]
                    flags = syscalls.MS_NOSUID | syscalls.MS_NOEXEC
                    syscalls.mount(kind, f"/proc/self/fd/{place}", kind, flags, options)
            finally:
                os.close(place)


def _restore(top: int, parts: tuple[str, ...], was: str, *, create: bool) -> None:
    """Make one entry below an open folder what it was. Raises OSError."""
    folder = os.dup(top)
    try:
        for name in parts[:-1]:
            outer, folder = folder, os.open(name, PLACE | os.O_DIRECTORY, dir_fd=folder)
            os.close(outer)
        if parts and create:
            _make(folder, parts[-1], was)
        _own(folder, parts[-1] if parts else ".", was)
    finally:
        os.close(folder)


def _make(folder: int, name: str, was: str) -> None:
    """Make a node, a pipe, a folder or a link that is gone. A link or a file in its place is the sweep's, and goes.

    A link is made only where it leads somewhere.
    """
    kind, numbers, _, _, *target = was.split(" ", 4)
    if kind not in (*KINDS, "d", "l", "p"):
        return
    with suppress(FileNotFoundError):
        there = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
        if kind == "l" or not (stat.S_ISLNK(there) or stat.S_ISREG(there)):
            return
        os.unlink(name, dir_fd=folder)
    if kind in KINDS:
        os.mknod(name, KINDS[kind] | 0o600, os.makedev(*map(int, numbers.split(":"))), dir_fd=folder)
    elif kind == "p":
        os.mkfifo(name, 0o600, dir_fd=folder)
    elif kind == "d":
        os.mkdir(name, 0o700, dir_fd=folder)
    elif os.access(target[0], os.F_OK, dir_fd=folder):
        os.symlink(target[0], name, dir_fd=folder)


def _own(folder: int, name: str, was: str) -> None:
    """Set owner and mode of what is there, if it is what it was but for these."""
    kind, _, mode, owner = was.split()[:4]
    user, group = map(int, owner.split(":"))
    place = os.open(name, PLACE, dir_fd=folder)
    try:
        if not _same(os.fstat(place), folder, name, was):
            return
        if kind == "l":
            os.chown(name, user, group, dir_fd=folder, follow_symlinks=False)
        else:
            os.chown(f"/proc/self/fd/{place}", user, group)  # of that very entry (open(2), O_PATH)
            Path(f"/proc/self/fd/{place}").chmod(int(mode, 8))
    finally:
        os.close(place)


def _same(status: os.stat_result, folder: int, name: str, was: str) -> bool:
    """Tell whether an entry has the kind, the numbers and the target that it had."""
    kind, numbers, _, _, *target = was.split(" ", 4)
    now = device_nodes.shown(status, os.readlink(name, dir_fd=folder) if stat.S_ISLNK(status.st_mode) else "")
    there, these, _, _, *leads = now.split(" ", 4)
    return (there, these, leads) == (kind, numbers, target)
