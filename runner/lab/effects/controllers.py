"""Controllers that the root of the v2 tree hands to its groups (cgroup.subtree_control)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from runner.host import cgroups, kernel_files
from runner.lab.journal import Journal
from runner.records.results import Leftover


def reserve(journal: Journal, controllers: Iterable[str]) -> int:
    """Journal which controllers are about to be switched on; only those are given back."""
    file = (cgroups.read().v2 or Path("/sys/fs/cgroup")) / "cgroup.subtree_control"
    with journal.alone():
        there = set(kernel_files.words(file)) if file.exists() else set(controllers)
        there -= {name for entry in journal.neighbours("controllers") for name in entry.data["added"]}
        added = [name for name in controllers if name not in there]
        off = " ".join(f"-{name}" for name in added)
        return journal.intend("controllers", f"echo {off} > {file}" if added else "true", added=added)


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
    """Switch off what was switched on for us, and only that; the last seat that uses a controller does it."""
    tree = cgroups.read().v2
    if tree is None:
        return []
    file = tree / "cgroup.subtree_control"
    used = {name for entry in journal.neighbours("controllers") for name in entry.data["added"]}
    leftovers = []
    for controller in sorted((set(data["added"]) & set(kernel_files.words(file))) - used):
        try:
            kernel_files.write(file, f"-{controller}")
        except OSError:
            leftovers.append(Leftover("cgroups", f"{file} +{controller}", f"echo -{controller} > {file}"))
    return leftovers
