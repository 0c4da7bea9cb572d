"""Control groups of both versions: where a group is, its limits, its counters, its use and its members.

Sources: cgroups(7), and cgroup-v1/*.rst and cgroup-v2.rst of the kernel. A machine may mix versions, so every function
looks at one controller.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from runner.host import kernel, kernel_files, served_mounts

CONTROLLERS = ("cpu", "memory", "pids")
V1_FLAGS = ("rw", "ro", "xattr", "noprefix", "clone_children", "cpuset_v2_mode", "favordynmods")
PLACE = re.compile(r"(?:/[A-Za-z0-9._+@,-]+)+")  # of a tree that commands can name, as `course.render` writes them
UNLIMITED = ("max", "-1", "9223372036854771712")  # v1 rounds the largest number down to whole pages of 4 KiB.

# A limit has the files that it is read from, in order. A counter, or a use, has its file and perhaps the key in it.
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
        # cpuacct.usage counts nanoseconds. The file is there only when cpu and cpuacct are mounted together.
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
        "peak": {"memory": ("memory.peak",), "pids": ("pids.peak",)},  # Linux has these since 5.19 and 6.1.
    },
}


@dataclass(frozen=True)
class Hierarchies:
    """The places where this machine has mounted its trees of control groups."""

    v2: Path | None
    v1: Mapping[str, Path]  # The key is the controller, or `name=…` of a tree without one, such as systemd's.
    roots: Mapping[Path, str] = field(default_factory=dict)  # the group that each place shows, as /proc names it

    def version(self, controller: str) -> str | None:
        """Return the version, "v1" or "v2", that offers this controller here; None when neither does."""
        if controller in self.v1:
            return "v1"
        return "v2" if self.v2 and controller in kernel_files.words(self.v2 / "cgroup.controllers") else None

    def group(self, controller: str, name: str) -> Path:
        """Return the directory that a group has for this controller, even if it does not exist."""
        base = self.v1.get(controller) or self.v2 or Path("/sys/fs/cgroup")
        return base / name

    def directories(self, name: str) -> tuple[Path, ...]:
        """Return every directory that the group `name` has on this machine, in any hierarchy."""
        return tuple(base / name for base in self.bases if (base / name).is_dir())

    def below(self, name: str) -> Hierarchies:
        """The same trees as they are seen by who has the group `name` as its root."""
        return Hierarchies(
            self.v2 and self.v2 / name, {controller: base / name for controller, base in self.v1.items()}
        )

    @property
    def bases(self) -> tuple[Path, ...]:
        """Return the top of every hierarchy, each once."""
        return tuple(dict.fromkeys((*self.v1.values(), *((self.v2,) if self.v2 else ()))))

    @property
    def course_version(self) -> str:
        """Return "v1" when v1 has any of the course's three controllers, and else "v2"."""
        return "v1" if any(controller in self.v1 for controller in CONTROLLERS) else "v2"


def read() -> Hierarchies:
    """Find the hierarchies in our mount table. One at a place that no lesson can type is as good as not mounted."""
    mounts = served_mounts.sure(kernel.mounts())
    trees = (mount for mount in mounts if mount.fstype in ("cgroup", "cgroup2"))
    return _read(tuple(mount for mount in trees if PLACE.fullmatch(mount.point)))


@lru_cache(maxsize=1)
def _read(mounts: tuple[kernel.Mount, ...]) -> Hierarchies:
    """Take the first mount of each whole tree. One of a single group, as in somebody's jail, counts only where a tree
    has no other: in a container without a cgroup namespace.
    """
    whole = [mount for mount in mounts if mount.root == "/" and kernel.is_on_top(mount)]
    best = [*mounts, *reversed(whole)]  # of those with the same name the last one counts
    v1 = {option: Path(mount.point) for mount in best if mount.fstype == "cgroup" for option in tree_options(mount)}
    v2 = next((Path(mount.point) for mount in (*whole, *mounts) if mount.fstype == "cgroup2"), None)
    bases = {*v1.values(), v2}
    return Hierarchies(v2, v1, {place: mount.root for mount in best if (place := Path(mount.point)) in bases})


def tree_options(mount: kernel.Mount) -> list[str]:
    """Return the options by which a tree of v1 is known: its controllers, or its name (cgroups(7))."""
    return [option for option in mount.superblock if option not in V1_FLAGS and not option.startswith("release_agent=")]


def limit(directory: Path, controller: str, version: str) -> str | None:
    """Return the limit of a group, as `normal` writes it; None when the group or its file is absent."""
    words: list[str] = []
    for name in TABLE[version]["limit"][controller]:
        content = kernel_files.words(directory / name)
        if not content:
            return None
        words += content
    return normal(" ".join(words))


def swap_bounded(directory: Path, version: str) -> bool | None:
    """Say whether the group cannot swap beyond its memory limit; None when the group is absent.

    Where the kernel does not account for swap, this is so only when the machine has no swap.
    """
    if not directory.is_dir():
        return None
    content = kernel_files.words(directory / TABLE[version]["swap"]["memory"][0])
    if not content:
        return len(kernel_files.rows("/proc/swaps")) <= 1
    if version == "v2":
        return content == ["0"]
    return normal(content[0]) == limit(directory, "memory", version)


def limits_swap(tree: Hierarchies) -> bool:
    """Say whether groups of this machine can limit swap. In v2 only the groups below the root have a file for it."""
    version = tree.version("memory")
    if version is None:
        return False
    base, name = tree.group("memory", ""), TABLE[version]["swap"]["memory"][0]
    if version == "v1":
        return (base / name).exists()
    counted = [path.parent for path in base.glob("*/memory.max")]
    return any((group / name).exists() for group in counted) if counted else Path("/proc/swaps").exists()


def counter(directory: Path, name: str, version: str) -> int | None:
    """Return one of the kernel's counters of events in a group; None when the group or the counter is absent."""
    file, key = TABLE[version]["counter"][name]
    words = kernel_files.words(directory / file)
    return int(words[words.index(key) + 1]) if key in words else None


def use(directory: Path, controller: str, version: str, measure: str = "use") -> int | None:
    """Return what a group uses ("use"), or the most that it ever used ("peak"), in µs, bytes or processes.

    Return None when the group is gone, or the kernel does not count it.
    """
    file, *key = TABLE[version][measure].get(controller, ("",))
    words = kernel_files.words(directory / file)
    words = words[words.index(key[0]) + 1 :] if key and key[0] in words else words
    if not words or not words[0].isdigit():
        return None
    return int(words[0]) // (1000 if file == "cpuacct.usage" else 1)


def of(pid: int, tree: Hierarchies) -> Mapping[Path, str]:
    """Return the path of a process's group in each hierarchy, by the top of that; nothing when the process is gone."""
    rows = kernel_files.rows(f"/proc/{pid}/cgroup")
    paths = {name: path for row in rows if row for _, names, path in [row.split(":", 2)] for name in names.split(",")}
    tops = {"": tree.v2, **tree.v1}  # In this file v2 has no name.
    return {top: paths[name] for name, top in tops.items() if top and name in paths}


def inside(tops: Iterable[Path]) -> tuple[set[int], set[int]]:
    """Return the PIDs of those who are in trees of groups, zombies too, and of those of whom nobody can tell: the path
    of their group is too long for /proc/PID/cgroup. No folder of a group is looked at.
    """
    tree = read()
    paths = [(base, _path(tree, base, top)) for top in tops for base in tree.bases if top.is_relative_to(base)]
    found, untold = set[int](), set[int]()
    for pid in kernel.pids() if paths else ():
        its = of(pid, tree)
        if any(f"{its.get(base, '')}/".startswith(path) for base, path in paths):
            found.add(pid)
        elif not its and _is_too_deep(pid):
            untold.add(pid)
    return found, untold


def _path(tree: Hierarchies, base: Path, group: Path) -> str:
    return f"{tree.roots.get(base, '/').rstrip('/')}/{group.relative_to(base)}/"


def _is_too_deep(pid: int) -> bool:
    try:
        kernel_files.text(f"/proc/{pid}/cgroup")
    except OSError as error:
        return error.errno == errno.ENAMETOOLONG
    return False


def members(directory: Path) -> list[int]:
    """Return the PIDs of the processes in a group; none where somebody's lease would hold us up."""
    return [int(word) for word in kernel_files.words(directory / "cgroup.procs", wait=False)]


def normal(value: str) -> str:
    """Return a limit in one spelling: plain numbers, bytes for sizes ("64M" is "67108864"), and `max` for no limit."""
    return " ".join(_number(word) for word in value.split())


def _number(word: str) -> str:
    if word in UNLIMITED:
        return "max"
    shift = {"K": 10, "M": 20, "G": 30}.get(word[-1:].upper())
    return str(int(word[:-1]) << shift) if shift and word[:-1].isdigit() else word
