"""What is told of /dev, and of the top of /proc and /sys, after a lab: what another entry is now, is gone, or has come.

All of it may be anybody's doing, so nothing is touched here. What the kernel and udev make and take away as devices
come and go is no news: nodes that the kernel itself names so, links that udev keeps or that lead to a node.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from runner.host import device_nodes, kernel_files, shell_line
from runner.records.results import Leftover

Nodes = Mapping[str, str]  # as `device_nodes.read` returns them
DEVICES = {"c": Path("/sys/dev/char"), "b": Path("/sys/dev/block")}
LINKS = Path("/run/udev/data")  # what udev knows of each device: `S:disk/by-id/…` is a link that leads to it
SHARED = ("/dev/shm/", "/dev/mqueue/", "/dev/pts/")  # noqa: S108 -- without a mount of their own: anybody's files


def compare(before: Nodes, after: Nodes, mounted: Collection[str]) -> Iterator[Leftover]:
    """Yield each entry that is another, is gone or has come, with the command that makes it what it was."""
    for path, now in sorted(after.items()):
        was = before.get(path, now)
        if (
            was != now
            and not device_nodes.moves(path)
            and not (was[0] == "l" and _leads_to_a_device(path, was, before))
        ):
            yield Leftover("nodes", f"{path}: {now}", device_nodes.remedy(path, was, now))
    for path in sorted(before.keys() - after.keys()):
        was = before[path]
        told = was[0] in DEVICES or (path.startswith("/dev/") and not _goes_by_itself(path, was, before))
        if told and not device_nodes.moves(path):  # an entry of /proc goes with its module
            remedy = device_nodes.remedy(path, was)
            yield Leftover("nodes", f"{path}: absent" if remedy else f"{path}: absent ({was})", remedy)
    for path in _come(before, after, mounted):
        remove = "rmdir" if after[path][0] == "d" else "rm"
        yield Leftover("nodes", f"{path}: {after[path]}", shell_line.line(remove, path), "came")


def _goes_by_itself(path: str, was: str, before: Nodes) -> bool:
    """Tell whether an entry is one of those that udev takes away: folders, and links that lead to a device."""
    return was[0] == "d" or (was[0] == "l" and _leads_to_a_device(path, was, before))


def _leads_to_a_device(path: str, was: str, before: Nodes) -> bool:
    """Tell whether a link may be udev's, which lead elsewhere as devices come and go."""
    target = os.path.normpath(os.path.join(os.path.dirname(path), was.split(" ", 4)[-1]))  # noqa: PTH118, PTH120
    return before.get(target, "-")[0] in DEVICES


def _come(before: Nodes, after: Nodes, mounted: Collection[str]) -> list[str]:
    """Return what has come into /dev and is neither the kernel's nor udev's, what is in a folder before the folder.

    A folder with a device in it, or with something mounted on it, has come with that.
    """
    new = {path for path in after.keys() - before.keys() if path.startswith("/dev/") and not path.startswith(SHARED)}
    if not new:
        return []
    links = _links()
    expected = {path for path in new if path in mounted or path in links or _is_the_kernels(path, after[path])}
    expected |= {str(folder) for path in expected for folder in Path(path).parents}
    return sorted(new - expected, key=lambda path: (-path.count("/"), path))


def _is_the_kernels(path: str, now: str) -> bool:
    """Tell whether a node has the name that the kernel gives to its device."""
    kind, numbers = now.split(" ", 2)[:2]
    return kind in DEVICES and f"DEVNAME={path.removeprefix('/dev/')}" in kernel_files.rows(
        DEVICES[kind] / numbers / "uevent"
    )


def _links() -> set[str]:
    rows = (row for entry in kernel_files.entries(LINKS) for row in kernel_files.rows(entry.path))
    return {f"/dev/{row.removeprefix('S:')}" for row in rows if row.startswith("S:")}
