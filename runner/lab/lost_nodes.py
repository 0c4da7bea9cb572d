"""What the machine lost of its /dev: a devtmpfs is the machine's own, wherever the lab mounts one.

For each device of the kernel's there is a node again; modes and owners are those of before, and udev has the rest, its
links among them. Terminals and shared memory are mounts there; the guardian holds them until the end.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from runner.host import device_nodes, kernel, kernel_files, syscalls
from runner.lab import seal

WITNESS = "/dev/null"  # No login and no daemon ever takes it, nor gives it to anybody.
DEV = Path("/dev")
KINDS = {"char": stat.S_IFCHR, "block": stat.S_IFBLK}
UDEV = ("udevadm", "trigger", "--action=change")


def hold() -> dict[str, int]:
    """Return for each mount just below /dev a descriptor of one like it: the kernel unmounts it when its folder goes.

    There is none before Linux 5.2.
    """
    held: dict[str, int] = {}
    for mount in kernel.mounts():
        if Path(mount.point).parent == DEV:
            with suppress(OSError):
                held[mount.point] = syscalls.clone_mount(mount.point)
    return held


def put_back(before: Mapping[str, str], held: Mapping[str, int]) -> bool:
    """Make again what /dev lost when it was swept, as `before` and `held` know it. Return whether it was.

    One node that changed is anybody's doing; when the witness did, somebody swept.
    """
    if before.get(WITNESS) in (None, device_nodes.read().get(WITNESS)):
        return False
    for path, kind, device, mode in _devices():
        with suppress(OSError):  # it shows in the comparison of the machine with how it was
            _make(path, kind | mode, device)
    mounted = {mount.point for mount in kernel.mounts()}
    for point in held.keys() - mounted:
        with suppress(OSError):
            Path(point).mkdir(exist_ok=True)
            syscalls.attach_mount(held[point], point)
    for name, target in seal.LINKS.items():
        with suppress(FileExistsError):
            (DEV / name).symlink_to(target)
        os.lchown(DEV / name, 0, 0)
    for node, was in before.items():
        if node.startswith(f"{DEV}/"):
            _set(node, was)
    if shutil.which(UDEV[0]):
        subprocess.run(UDEV, capture_output=True, timeout=5, check=False)
    return True


def _devices() -> Iterator[tuple[Path, int, int, int]]:
    """Yield path, type, numbers and mode of each node that the kernel's devices want (devtmpfs.c: 0600 unless said)."""
    for folder, kind in KINDS.items():
        for name in kernel_files.names(f"/sys/dev/{folder}"):
            said = dict(row.partition("=")[::2] for row in kernel_files.rows(f"/sys/dev/{folder}/{name}/uevent"))
            if "DEVNAME" in said:
                major, minor = map(int, name.split(":"))
                yield DEV / said["DEVNAME"], kind, os.makedev(major, minor), int(said.get("DEVMODE", "0600"), 8)


def _make(path: Path, mode: int, device: int) -> None:
    path.parent.mkdir(exist_ok=True, parents=True)
    os.mknod(path, mode, device)
    path.chmod(stat.S_IMODE(mode))  # whatever the umask


def _set(path: str, was: str) -> None:
    _, _, mode, owner = was.split()
    with suppress(OSError):
        os.chown(path, *map(int, owner.split(":")))
        Path(path).chmod(int(mode, 8))
