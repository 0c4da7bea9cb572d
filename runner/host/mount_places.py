"""On which directory of a file system something is mounted, whatever path and mount namespace it is reached by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from runner.host import kernel, namespace_owner
from runner.host.kernel import Mount


class Directory(NamedTuple):
    """A directory by its file system, as "major:minor", and its path there."""

    device: str
    path: Path


def behind(path: Path, mounts: Mapping[str, Mount]) -> Directory | None:
    """Return what a path leads to where these are the mounts by their places; None when none of them has it."""
    for folder in (path, *path.parents):
        if mount := mounts.get(str(folder)):
            return Directory(mount.device, Path(mount.root, path.relative_to(folder)))
    return None


def below(folder: Path) -> Iterator[str]:
    """Return the places of what is mounted in a directory, as the mount namespace has them in which it is mounted.

    Those of other users are left out: whoever has mounted them cannot expect that they stay (mount_namespaces(7),
    "Restrictions on mount namespaces").
    """
    top = behind(folder, {mount.point: mount for mount in kernel.mounts()})
    for mounts in _all():
        before = dict[str, Mount]()  # in the kernel's order: of two at one place the later one covers the other
        for mount in mounts:
            there = behind(Path(mount.point), before)
            if top and there and there.device == top.device and top.path in there.path.parents:
                yield mount.point
            before[mount.point] = mount


def _all() -> Iterator[list[Mount]]:
    """Yield the mounts of our namespace, and of each other one that is root's and has a process in it."""
    yield kernel.mounts()
    known = {kernel.namespace("self", "mnt")}
    for pid in kernel.pids():
        namespace = kernel.namespace(pid, "mnt")
        if namespace not in known and namespace_owner.is_roots(pid):
            known.add(namespace)
            yield kernel.namespace_mounts(pid)
