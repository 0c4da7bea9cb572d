"""File systems of the kernel's that the lab shares with the machine: a remount in the lab reaches them everywhere.

`mount -o remount,max=1 /dev/pts` leaves the machine one terminal, and `remount,ro` makes a file system read-only
wherever it is mounted (mount(2), MS_REMOUNT). What could be written when the lab was opened gets the options again that
it had then; file systems on disks are out of the lab's reach and are never touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from runner.host import kernel, served_mounts, syscalls
from runner.host.kernel import Mount
from runner.lab.effects import homes
from runner.lab.journal import Journal

# These have one superblock each, for whoever mounts them: another mount with options is a remount, too.
ONCE = (
    *("devtmpfs", "securityfs", "configfs", "debugfs", "tracefs", "pstore", "efivarfs", "fusectl", "binfmt_misc"),
    *("selinuxfs", "smackfs", "resctrl", "xenfs"),
)
SHARED = ("proc", "devpts", "cgroup", "cgroup2", *ONCE)
# What the kernel does not show when it is as usual, and would keep if a remount did not say it.
USUAL = {"proc": "hidepid=0,gid=0", "devpts": "max=1048576"}
FLAGS = {
    "nosuid": syscalls.MS_NOSUID,
    "nodev": syscalls.MS_NODEV,
    "noexec": syscalls.MS_NOEXEC,
    "relatime": syscalls.MS_RELATIME,
    "noatime": syscalls.MS_NOATIME,
}


def note(journal: Journal) -> None:
    """Journal the options of those that can be written, as the first of the seats that are open now found them."""
    with journal.alone():
        journal.intend("superblocks", "true", mnt=homes.here("mnt"), **_found(_noted(journal)))


def restore(data: Mapping[str, Any]) -> list[str]:
    """Give back their options to those that have others now. Return the names of what was put back.

    One remount for each superblock, however often it is mounted: through a mount that could be written, for a remount
    makes that mount writable, too. What stays read-only shows in the comparison of the machine with how it was.
    """
    restored = set()
    for device, mount in _by_device(data).items():
        noted = data["options"][mount.point]
        if _is_as(mount, noted):
            continue
        flags = sum(FLAGS.get(option, 0) for option in mount.own)
        options = ",".join(filter(None, (USUAL.get(mount.fstype), noted)))
        with suppress(OSError):
            syscalls.mount(mount.source, mount.point, flags=syscalls.MS_REMOUNT | flags, options=options)
        if any(now.device == device and _is_as(now, noted) for now in _shared()):
            restored.add("mount-options" if _writable(mount) else "read-only")
    return sorted(restored)


def _noted(journal: Journal) -> dict[str, str]:
    """Return the options that other seats noted, by the device of the superblock: by its place it may be another one in
    a mount namespace of theirs."""
    noted = dict[str, str]()
    for entry in journal.neighbours("superblocks"):
        devices = entry.data.get("devices", {})
        noted |= {devices[point]: words for point, words in entry.data["options"].items() if point in devices}
    return noted


def _found(noted: Mapping[str, str]) -> dict[str, dict[str, str]]:
    mounts = [mount for mount in _shared() if "ro" not in mount.own and (mount.device in noted or _writable(mount))]
    return {
        "options": {mount.point: noted.get(mount.device, _options(mount)) for mount in mounts},
        "devices": {mount.point: mount.device for mount in mounts},
    }


def _by_device(data: Mapping[str, Any]) -> dict[str, Mount]:
    """Return a mount for each superblock that was noted and is there still; another may have been mounted meanwhile."""
    devices = data.get("devices", {})
    there = [mount for mount in _shared() if mount.point in data["options"]]
    return {mount.device: mount for mount in there if devices.get(mount.point, mount.device) == mount.device}


def _is_as(mount: Mount, noted: str) -> bool:
    """Tell whether a superblock can be written and has these options.

    Those of a v1 tree are the controllers that it is made of. A remount cannot change them while there is a group in
    it, such as the lab's own; so whatever they are, they are nobody's slip.
    """
    return _writable(mount) and (mount.fstype == "cgroup" or _options(mount) == noted)


def _options(mount: Mount) -> str:
    """Return what a remount must say again, lest it be forgotten: the mode of terminals, the names of controllers."""
    return ",".join(option for option in mount.superblock if option not in ("rw", "ro"))


def _shared() -> list[Mount]:
    """Return those mounts that a path leads to: of two at one place, the upper one."""
    mounts = served_mounts.sure(kernel.mounts())
    return [mount for mount in mounts if mount.fstype in SHARED and kernel.is_on_top(mount)]


def _writable(mount: Mount) -> bool:
    return "rw" in mount.superblock
