"""Mounts whose files a program or another machine serves. It may have stopped: then whoever looks at a file there waits
without end, and nothing can kill the one that waits (request_wait_answer in fs/fuse/dev.c; `hard` in nfs(5)).

The kernel's list of mounts tells which they are without a look at them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

from runner.host.kernel import Mount

NEEDED = frozenset(("/bin", "/etc", "/lib", "/lib32", "/lib64", "/sbin", "/usr"))
# A look at autofs mounts something, and waits until that is done.
SERVED = frozenset(
    (
        "fuse",
        "fuseblk",
        "virtiofs",
        "9p",
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "afs",
        "ceph",
        "coda",
        "lustre",
        "autofs",
    )
)


def at_risk(mounts: Sequence[Mount]) -> set[str]:
    """Return the places of those mounts that may not answer, and of those that are reached through one.

    The root, and what every program needs, are never among them: a machine where these do not answer stands still.
    """
    served = {mount.point for mount in mounts if _is_served(mount)}
    served = {point for point in served if NEEDED.isdisjoint(_way(point))}
    return {mount.point for mount in mounts if served and not served.isdisjoint(_way(mount.point))}


def devices(mounts: Iterable[Mount]) -> set[str]:
    """Return the devices of those file systems that may not answer, however they are reached."""
    return {mount.device for mount in mounts if _is_served(mount)}


def _is_served(mount: Mount) -> bool:
    return mount.fstype.partition(".")[0] in SERVED


def sure(mounts: Sequence[Mount]) -> list[Mount]:
    """Return those mounts that answer whoever looks at their files."""
    places = at_risk(mounts)
    return [mount for mount in mounts if mount.point not in places]


def _way(point: str) -> Iterator[str]:
    """Yield a path, and each folder on the way to it but the root."""
    while point not in ("/", ""):
        yield point
        point = os.path.dirname(point)  # noqa: PTH120 -- of every mount, and pathlib takes many times as long
