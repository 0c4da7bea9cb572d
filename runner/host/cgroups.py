"""Control groups of both versions behind one table: where a group is, which file limits, which file tells.

Sources: cgroups(7), the kernel's cgroup-v1/*.rst and cgroup-v2.rst. A machine may mix versions, so every
question is asked per controller.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from runner.host import kernel

CONTROLLERS = ("cpu", "memory", "pids")
UNLIMITED = ("max", "-1", "9223372036854771712")  # v1 rounds "no limit" down to whole pages

# limit files in the order they are read, and counters as (file, key)
TABLE: Mapping[str, Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "v1": {
        "limit": {
            "cpu": ("cpu.cfs_quota_us", "cpu.cfs_period_us"),
            "memory": ("memory.limit_in_bytes",),
            "pids": ("pids.max",),
        },
        "counter": {
            "throttled": ("cpu.stat", "nr_throttled"),
            "oom_kills": ("memory.oom_control", "oom_kill"),
            "refused_forks": ("pids.events", "max"),
        },
        "swap": {"memory": ("memory.memsw.limit_in_bytes",)},
        # cpuacct.usage counts nanoseconds; it is here only where cpu and cpuacct are mounted together
        "use": {"cpu": ("cpuacct.usage",), "memory": ("memory.usage_in_bytes",), "pids": ("pids.current",)},
        "peak": {"memory": ("memory.max_usage_in_bytes",), "pids": ("pids.peak",)},
    },
    "v2": {
        "limit": {"cpu": ("cpu.max",), "memory": ("memory.max",), "pids": ("pids.max",)},
        "counter": {
            "throttled": ("cpu.stat", "nr_throttled"),
            "oom_kills": ("memory.events", "oom_kill"),
            "refused_forks": ("pids.events", "max"),
        },
        "swap": {"memory": ("memory.swap.max",)},
        "use": {"cpu": ("cpu.stat", "usage_usec"), "memory": ("memory.current",), "pids": ("pids.current",)},
        "peak": {"memory": ("memory.peak",), "pids": ("pids.peak",)},  # Linux 5.19 and 6.1
    },
}


@dataclass(frozen=True)
class Hierarchies:
    """Where the control group trees of this machine are mounted."""

    v2: Path | None
    v1: Mapping[str, Path]  # by controller

    def version(self, controller: str) -> str | None:
        """The version that offers this controller here; None when neither does."""
        if controller in self.v1:
            return "v1"
        return "v2" if self.v2 and controller in _words(self.v2 / "cgroup.controllers") else None

    def group(self, controller: str, name: str) -> Path:
        """The directory of a group, by the controller it is for."""
        base = self.v1.get(controller) or self.v2 or Path("/sys/fs/cgroup")
        return base / name

    def directories(self, name: str) -> tuple[Path, ...]:
        """Every directory that the group `name` has on this machine, in any hierarchy."""
        return tuple(base / name for base in self.bases if (base / name).is_dir())

    def below(self, name: str) -> Hierarchies:
        """The same trees as they are seen by who has the group `name` as its root."""
        return Hierarchies(
            self.v2 and self.v2 / name, {controller: base / name for controller, base in self.v1.items()}
        )

    @property
    def bases(self) -> tuple[Path, ...]:
        """The top of every hierarchy, each once."""
        return tuple(dict.fromkeys((*self.v1.values(), *((self.v2,) if self.v2 else ()))))

    @property
    def course_version(self) -> str:
        """The version that the course's three controllers are on; v2 when the machine has none of them."""
        return "v1" if any(controller in self.v1 for controller in CONTROLLERS) else "v2"


def read() -> Hierarchies:
    """Find the hierarchies in our own mount table."""
    return _read(tuple(mount for mount in kernel.mounts() if mount.fstype in ("cgroup", "cgroup2")))


@lru_cache(maxsize=1)
def _read(mounts: tuple[kernel.Mount, ...]) -> Hierarchies:
    v2 = next((Path(mount.point) for mount in mounts if mount.fstype == "cgroup2"), None)
    v1 = {
        option: Path(mount.point)
        for mount in mounts
        if mount.fstype == "cgroup"
        for option in mount.options
        if option in (*CONTROLLERS, "freezer")
    }
    return Hierarchies(v2, v1)


def limit(directory: Path, controller: str, version: str) -> str | None:
    """The limit in force, as `normal` writes it; None when the group or its file is absent."""
    words: list[str] = []
    for name in TABLE[version]["limit"][controller]:
        found = _words(directory / name)
        if not found:
            return None
        words += found
    return normal(" ".join(words))


def swap_bounded(directory: Path, version: str) -> bool | None:
    """Whether the group cannot swap beyond its memory limit; True without swap accounting or swap, None if absent."""
    if not directory.is_dir():
        return None
    found = _words(directory / TABLE[version]["swap"]["memory"][0])
    if not found:
        return len(Path("/proc/swaps").read_text().splitlines()) <= 1
    if version == "v2":
        return found == ["0"]
    return normal(found[0]) == limit(directory, "memory", version)


def limits_swap(tree: Hierarchies) -> bool:
    """Whether groups of this machine can limit swap; in v2 the root group does not tell, its children do."""
    version = tree.version("memory")
    if version is None:
        return False
    base, name = tree.group("memory", ""), TABLE[version]["swap"]["memory"][0]
    if version == "v1":
        return (base / name).exists()
    counted = [path.parent for path in base.glob("*/memory.max")]
    return any((group / name).exists() for group in counted) if counted else Path("/proc/swaps").exists()


def counter(directory: Path, name: str, version: str) -> int | None:
    """One of the kernel's counters of events in a group; None when absent."""
    file, key = TABLE[version]["counter"][name]
    words = _words(directory / file)
    return int(words[words.index(key) + 1]) if key in words else None


def use(directory: Path, controller: str, version: str, what: str = "use") -> int | None:
    """What a group uses now, or its "peak": µs of CPU, bytes of memory, processes. None when absent."""
    file, *key = TABLE[version][what].get(controller, ("",))
    words = _words(directory / file)
    words = words[words.index(key[0]) + 1 :] if key and key[0] in words else words
    if not words or not words[0].isdigit():
        return None
    return int(words[0]) // (1000 if file == "cpuacct.usage" else 1)


def of(pid: int, tree: Hierarchies) -> Mapping[Path, str]:
    """The path of a process's group in each hierarchy, by the hierarchy's top; empty when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/cgroup").read_text().splitlines()
    except OSError:
        return {}
    found = {name: path for line in lines for _, names, path in [line.split(":", 2)] for name in names.split(",")}
    tops = {"": tree.v2, **tree.v1}  # v2 goes without a name there
    return {top: found[name] for name, top in tops.items() if top and name in found}


def members(directory: Path) -> list[int]:
    """PIDs of the processes in a group."""
    return [int(word) for word in _words(directory / "cgroup.procs")]


def normal(value: str) -> str:
    """One spelling for a limit: plain numbers, bytes for sizes, `max` for none ("64M" -> "67108864")."""
    return " ".join(_number(word) for word in value.split())


def _number(word: str) -> str:
    if word in UNLIMITED:
        return "max"
    shift = {"K": 10, "M": 20, "G": 30}.get(word[-1:].upper())
    return str(int(word[:-1]) << shift) if shift and word[:-1].isdigit() else word


def _words(path: Path) -> list[str]:
    try:
        return path.read_text().split()
    except OSError:
        return []


def subgroups(base: Path) -> list[Path]:
    """All groups below `base`, deepest first."""
    found = [Path(folder) / name for folder, names, _ in os.walk(base) for name in names]
    return sorted(found, key=lambda path: len(path.parts), reverse=True)
