"""Controllers that the root of the v2 tree hands to its groups (cgroup.subtree_control)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from runner.host import cgroups, kernel_files, shell_line
from runner.lab.effects import homes, ownership
from runner.lab.journal import Entry, Journal
from runner.records.results import Leftover

# What a new group has (cgroup-v2.rst, and the kernel's own files). An empty one: nothing.
USUAL: Mapping[str, Mapping[str, str]] = {
    "cpu": {
        "cpu.max": "max 100000",
        "cpu.max.burst": "0",
        "cpu.weight": "100",
        "cpu.idle": "0",
        "cpu.uclamp.min": "0.00",
        "cpu.uclamp.max": "max",
    },
    "memory": {
        "memory.min": "0",
        "memory.low": "0",
        "memory.high": "max",
        "memory.max": "max",
        "memory.swap.high": "max",
        "memory.swap.max": "max",
        "memory.zswap.max": "max",
        "memory.zswap.writeback": "1",
        "memory.oom.group": "0",
    },
    "pids": {"pids.max": "max"},
    "io": {"io.max": "", "io.latency": "", "io.weight": "default 100"},
    "cpuset": {"cpuset.cpus": "", "cpuset.mems": "", "cpuset.cpus.partition": "member"},
}


def reserve(journal: Journal, controllers: Iterable[str]) -> int:
    """Journal which controllers are about to be switched on; only those are given back."""
    file = (cgroups.read().v2 or Path("/sys/fs/cgroup")) / "cgroup.subtree_control"
    with journal.alone():
        there = set(kernel_files.words(file)) if file.exists() else set(controllers)
        there -= _added(journal.neighbours("controllers"))
        added = [name for name in controllers if name not in there]
        off = " ".join(f"-{name}" for name in added)
        undo = homes.only_there("cgroup", f"echo {off} > {shell_line.word(str(file))}") if added else "true"
        return journal.intend("controllers", undo, cgroup=homes.here("cgroup"), added=added)


def switch_on(journal: Journal, controllers: Iterable[str]) -> None:
    """Have the root of the v2 tree hand these controllers to its groups, as far as it offers them and allows it."""
    wanted = offered(controllers)
    if wanted:
        reserve(journal, wanted)
        with suppress(OSError):  # a root that holds processes, as in a container, hands out none
            ask(wanted)


def offered(controllers: Iterable[str]) -> list[str]:
    """Return those that the v2 tree has; none where there is no such tree."""
    top = cgroups.read().v2
    there = kernel_files.words(top / "cgroup.controllers") if top else []
    return [name for name in controllers if name in there]


def ask(wanted: Iterable[str]) -> None:
    """Have the root of the v2 tree hand controllers to its groups. Raises OSError.

    All at once: one by one, a root with processes would hand out those for threads, and no group below could be joined
    (cgroups(7), "threaded domain").
    """
    top = cgroups.read().v2
    if top:
        kernel_files.write(top / "cgroup.subtree_control", " ".join(f"+{name}" for name in wanted))


def undo(data: Mapping[str, Any], journal: Journal) -> list[Leftover]:
    """Switch off what was switched on for us, and only that; the last seat that uses a controller does it.

    What somebody else uses by now stays on, and is no leftover of ours: with it would go the limits that they have set.
    """
    tree = cgroups.read().v2
    if tree is None or not homes.is_here(data, "cgroup"):
        return []
    file = tree / "cgroup.subtree_control"
    used = _added(journal.neighbours("controllers"))
    others = _groups(tree, journal)
    leftovers = []
    for controller in sorted((set(data["added"]) & set(kernel_files.words(file))) - used):
        if any(_uses(group, controller) for group in others):
            continue
        try:
            kernel_files.write(file, f"-{controller}")
        except OSError:
            leftovers.append(
                Leftover("cgroups", f"{file} +{controller}", f"echo -{controller} > {shell_line.word(str(file))}")
            )
    return leftovers


def _added(entries: Iterable[Entry]) -> set[str]:
    """Return the controllers that were switched on in the tree whose root we see."""
    return {name for entry in entries if homes.is_here(entry.data, "cgroup") for name in entry.data["added"]}


def _groups(tree: Path, journal: Journal) -> list[Path]:
    """Return the groups at the top that are no lab's, or that of a lab whose journal is not here (`locks.mark`)."""
    entries = (*journal.effects(), *journal.neighbours("cgroup"))
    ours = {entry.data["name"] for entry in entries if entry.kind == "cgroup"}
    folders = [Path(entry.path) for entry in kernel_files.entries(tree) if entry.is_dir(follow_symlinks=False)]
    return [folder for folder in folders if folder.name not in ours or not ownership.owner(folder)]


def _uses(group: Path, controller: str) -> bool:
    """Tell whether a group hands a controller on, or has any value of it that a new group has not."""
    if controller in kernel_files.words(group / "cgroup.subtree_control"):
        return True
    usual = USUAL.get(controller, {})
    return any((group / name).exists() and kernel_files.words(group / name) != usual[name].split() for name in usual)
