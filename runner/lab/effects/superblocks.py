"""File systems of the kernel's that the lab shares with the machine: a remount in the lab reaches them everywhere.

`mount -o remount,ro /proc` changes the one proc of a PID namespace (mount(2), MS_REMOUNT). What was writable when the
lab was opened is made so again; file systems on disks are out of the lab's reach and are never touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from runner.host import kernel, syscalls
from runner.host.kernel import Mount
from runner.lab.journal import Journal

SHARED = ("proc", "devpts", "cgroup", "cgroup2")
FLAGS = {
    "ro": syscalls.MS_RDONLY,
    "nosuid": syscalls.MS_NOSUID,
    "nodev": syscalls.MS_NODEV,
    "noexec": syscalls.MS_NOEXEC,
    "relatime": syscalls.MS_RELATIME,
    "noatime": syscalls.MS_NOATIME,
}


def note(journal: Journal) -> None:
    """Journal the options of those that can be written, as the first of the seats that are open now found them."""
    with journal.alone():
        earlier = journal.neighbours("superblocks")
        options = (
            earlier[0].data["options"] if earlier else {one.point: _options(one) for one in _shared() if _writable(one)}
        )
        journal.intend("superblocks", "true", options=options)


def restore(data: Mapping[str, Any]) -> list[str]:
    """Make writable again what was so, and is not. Return the name of what was put back, if anything was."""
    changed = [mount for mount in _shared() if mount.point in data["options"] and not _writable(mount)]
    for mount in changed:
        flags = sum(FLAGS.get(option, 0) for option in mount.own)
        with suppress(OSError):  # it shows in the comparison of the machine with how it was
            options = data["options"][mount.point]
            syscalls.mount(mount.source, mount.point, flags=syscalls.MS_REMOUNT | flags, options=options)
    return ["read-only"] if changed else []


def _options(mount: Mount) -> str:
    """Return what a remount must say again, lest it be forgotten: the mode of terminals, the names of controllers."""
    return ",".join(option for option in mount.superblock if option not in ("rw", "ro"))


def _shared() -> list[Mount]:
    return [mount for mount in kernel.mounts() if mount.fstype in SHARED]


def _writable(mount: Mount) -> bool:
    return "rw" in mount.superblock
