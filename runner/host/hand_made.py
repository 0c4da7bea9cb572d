"""Remains of a recipe that somebody followed by hand. A lab does not see it, and nothing here touches it.

The commands are in the order in which they are safe: whoever moves or removes a folder with the machine's /dev mounted
in it moves or empties the machine's /dev.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from runner.host import cgroups, kernel, shell_line
from runner.records.results import Leftover


def remains(base: Path, group: str) -> Iterator[Leftover]:
    """Give the mounts at or below a folder, the newest first, and the control groups of that name."""
    for mount in reversed(kernel.mounts()):
        if Path(mount.point).is_relative_to(base):
            yield Leftover("mounts", f"{mount.point} ({mount.fstype})", shell_line.line("umount", mount.point))
    for directory in cgroups.read().directories(group):
        yield _group(directory)


def _group(directory: Path) -> Leftover:
    """The processes are named, for whoever ends them must know them; only an empty group can be removed."""
    path, members = shell_line.word(str(directory)), cgroups.members(directory)
    if not members:
        return Leftover("cgroups", str(directory), f"rmdir {path}")
    holders = ", ".join(kernel.described(pid) for pid in members)
    end = f"kill {' '.join(map(str, members))}"
    wait = f"while grep -q . {path}/cgroup.procs; do sleep 0.1; done"
    return Leftover("cgroups", f"{directory} ({holders})", f"{end}; {wait}; rmdir {path}")
