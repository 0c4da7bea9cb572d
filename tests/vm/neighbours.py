"""What others set while a lab is open, on the machine and in groups of their own, stays. For a throw-away kernel."""

from __future__ import annotations

import stat
import sys
from collections.abc import Mapping
from pathlib import Path

from runner.host import cgroups, kernel_files
from runner.lab import seats
from runner.lab.effects import lost_nodes
from runner.lab.lab import Lab

# Each is the machine's own; a lab has its own network, and cannot write the others.
SETTINGS = {
    "/proc/sys/net/ipv4/ip_forward": "1",
    "/proc/sys/net/ipv4/ip_local_port_range": "40000\t50000",
    "/proc/sys/net/core/somaxconn": "77",
    "/proc/sys/vm/swappiness": "7",
    "/proc/sys/kernel/sysrq": "0",
    "/proc/sys/kernel/msgmax": "9000",
    "/proc/sys/fs/file-max": "54321",
}


# What a neighbour writes in a group of his own, and which controllers must stay for it.
LIMITS: tuple[tuple[Mapping[str, str], set[str]], ...] = (
    ({}, set()),
    ({"cpu.max": "20000 100000"}, {"cpu"}),
    ({"pids.max": "77", "memory.low": "4096"}, {"pids", "memory"}),
    ({"cpu.weight": "100", "memory.max": "max"}, set()),
    ({"cgroup.subtree_control": "+cpu"}, {"cpu"}),
)


def settings() -> int:
    with seats.hold("default", wait=60) as lock:
        lab = Lab.open("default", lock, Path("/containers"))
        for path, value in SETTINGS.items():
            Path(path).write_text(value)
        rollback = lab.close()
    lost = [path for path, value in SETTINGS.items() if Path(path).read_text().strip() != value]
    print("reverted:", lost, "said to be put back:", rollback.restored, "left:", rollback.leftovers)
    return bool(lost or rollback.restored or not rollback.clean)


def nodes() -> int:
    """An administrator gives the nodes of /dev to others: more than a lab's sweep would have to, and it is told."""
    paths = [path for path in sorted(Path("/dev").iterdir()) if path.is_char_device() and path.name[0] in "fhmruz"]
    modes = {path: stat.S_IMODE(path.stat().st_mode) ^ 0o004 for path in paths}
    with seats.hold("default", wait=60) as lock:
        lab = Lab.open("default", lock, Path("/containers"))
        for path, mode in modes.items():
            path.chmod(mode)
        rollback = lab.close()
        seats.told("default")
    lost = [path for path, mode in modes.items() if stat.S_IMODE(path.stat().st_mode) != mode]
    told = {left.what.split(":")[0] for left in rollback.noticed}
    print("nodes:", len(paths), "reverted:", lost, "said to be put back:", rollback.restored, "told:", len(told))
    for path, mode in modes.items():
        path.chmod(mode ^ 0o004)
    return bool(lost or rollback.restored or told != {str(path) for path in paths} or len(paths) < lost_nodes.SWEPT)


def limits(top: Path, values: Mapping[str, str], stay: set[str]) -> int:
    """A neighbour uses a controller that is on for the lab only: he keeps it, and is told of it."""
    theirs = top / "theirs"
    with seats.hold("default", wait=60) as lock:
        lab = Lab.open("default", lock, Path("/containers"))
        theirs.mkdir()
        for name, value in values.items():
            (theirs / name).write_text(value)
        before = {name: (theirs / name).read_text() for name in values}
        rollback = lab.close()
        seats.told("default")
    kept = all((theirs / name).exists() and (theirs / name).read_text() == was for name, was in before.items())
    on = set(kernel_files.words(top / "cgroup.subtree_control"))
    told = {left.what for left in rollback.noticed if left.area == "controllers"}
    print(dict(values), "kept:", kept, "on:", on, "told:", told, "left:", rollback.leftovers, flush=True)
    theirs.rmdir()
    for name in on:
        (top / "cgroup.subtree_control").write_text(f"-{name}")
    return not ((kept or not stay) and rollback.clean and on == told == stay)


def main() -> int:
    wrong = settings() + nodes()
    top = cgroups.read().v2
    if top and cgroups.read().course_version == "v2":
        wrong += sum(limits(top, values, stay) for values, stay in LIMITS)
    return wrong


if __name__ == "__main__":
    sys.exit(main())
