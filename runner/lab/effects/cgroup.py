"""A control group, in every hierarchy that it has a directory in."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from runner.host import cgroup_tree, cgroups, kernel, kernel_files, shell_line
from runner.lab import errand, locks
from runner.lab.effects import homes, ownership
from runner.lab.journal import Journal
from runner.records.errors import Unfit
from runner.records.results import Leftover

NAMED_BY = "name"
INNER = "lab"  # the group below the lab's own that is the root of its tree in the lab
HEAVY = {"cpu.weight": "1000", "cpu.shares": "10240"}  # ten times the usual, by the file of v2, of v1
MOST = 1000  # so many groups are listed of what a program has made
PAUSE = 0.002
PATIENCE = 5.0  # seconds for the groups to empty and to go, and to wait where nothing moves


def reserve(journal: Journal, name: str, mark: str = "") -> int:
    """Journal a group that is about to be made under the lock of that mark. Raises Unfit when its name is taken."""
    there = cgroups.read().directories(name)
    if there:
        elsewhere = locks.keeper(ownership.mark(there[0])) is not None
        raise Unfit("cgroup-elsewhere" if elsewhere else "cgroup-taken", path=shell_line.word(str(there[0])))
    groups = [base / name for base in cgroups.read().bases]
    undo = homes.only_there("cgroup", _end_and_remove(*groups)) if groups else "true"
    return journal.intend("cgroup", undo, name=name, since=kernel.now(), mark=mark, cgroup=homes.here("cgroup"))


def claim(journal: Journal, intent: int, name: str, mark: str = "") -> None:
    """Label the directories of a group that was reserved and now exists."""
    made = cgroups.read().directories(name)
    for directory in made:
        ownership.label(directory, journal.seat, mark)
    journal.done(intent, directories=[str(directory) for directory in made])


def make_own(journal: Journal, name: str, mark: str) -> tuple[Path, ...]:
    """Make the lab's own group in every hierarchy that can be written; none where there is no such hierarchy.

    It carries no limits, and has ten times the usual weight: how much CPU a container gets is for its limit to say, and
    not for a busy machine.
    """
    parents = [base for base in cgroups.read().bases if os.access(base, os.W_OK)]
    intent = reserve(journal, name, mark)
    for parent in parents:
        (parent / name).mkdir()
        _fill(parent / name)
    claim(journal, intent, name, mark)
    return tuple(parent / name for parent in parents)


def _fill(group: Path) -> None:
    """Give the lab's own group its weight, and what v1 does not give it by itself."""
    for file, weight in HEAVY.items():
        with suppress(OSError):  # each version has one of them, where the controller is on
            kernel_files.write(group / file, weight)
    _inherit(group)


def _inherit(group: Path) -> None:
    """Give a group the CPUs and memory nodes of its parent: v1 gives it none."""
    for file in ("cpuset.cpus", "cpuset.mems"):
        if (group.parent / file).exists():  # not in the root of v2, whose groups use what there is (cpusets.rst)
            kernel_files.write(group / file, kernel_files.text(group.parent / file).strip())


def make_inner(tops: Iterable[Path]) -> tuple[Path, ...]:
    """Make in each of the lab's own groups the one that is the root of its tree in the lab, and hand controllers to it.

    What the lab's own group carries, its filters above all, nobody in the lab can change then: whoever is root and sees
    a group may allow a v1 group of `devices` whatever its parent may, and take programs off a v2 group, as runc does
    with the group of its container.
    """
    tops = tuple(tops)
    for top in tops:
        grant(top)
    return make_below(tops, INNER)


def tree(inner: Path) -> Path:
    """Return the root of the tree that a lab's inner group is in."""
    return inner.parents[1]


def grant(top: Path) -> None:
    """Let the groups below one have its controllers, where these are handed on (cgroup-v2.rst)."""
    for controller in kernel_files.words(top / "cgroup.controllers"):
        with suppress(OSError):
            kernel_files.write(top / "cgroup.subtree_control", f"+{controller}")


def make_below(tops: Iterable[Path], name: str) -> tuple[Path, ...]:
    """Make a group below each of the lab's, which the journal knows: whatever befalls us, it goes with them."""
    made = tuple(top / name for top in tops)
    for group in made:
        group.mkdir()
        _inherit(group)
    return made


def below(top: Path) -> list[str]:
    """Return the names of all groups below one, as paths from there; of a huge or deep tree only the first."""
    found: list[str] = []
    for number, group in enumerate(cgroup_tree.walk(top)):
        if number > MOST:
            break
        with suppress(OSError):  # its path is too long to be told
            found.append(os.path.relpath(group.readlink(), top))
    return sorted(found[1:])


def remove(tops: Iterable[Path], patience: float) -> None:
    """Remove trees of groups below the lab's own. What does not go in time, the lab's end tells."""
    errand.run(partial(_removing, tops, patience), PATIENCE)


def found() -> dict[str, str]:
    """Return the names of all groups that carry our label, each with the mark of its lock."""
    groups = (path for base in cgroups.read().bases for path in base.iterdir() if path.is_dir())
    return {path.name: ownership.mark(path) for path in groups if ownership.owner(path)}


def is_proven(data: Mapping[str, Any]) -> bool:
    """Tell whether the group of an entry is ours: its journal says that it was made, or it carries our label.

    A run may have been killed before it made its group. One that has the name may be anybody's then, and that of a lab
    of another chroot or container bears another mark.
    """
    labels = {ownership.mark(path) for path in cgroups.read().directories(data["name"]) if ownership.owner(path)}
    theirs = labels - {data.get("mark", "")}
    made = "directories" in data and homes.is_here(data, "cgroup")
    return not any(locks.keeper(mark) is not None for mark in theirs) and (made or bool(labels))


def strays(data: Mapping[str, Any]) -> list[Leftover]:
    """Return the groups of an entry of a cgroup namespace that is gone. They are in our trees, below the root that it
    had; which that was, nobody knows any more.
    """
    if homes.is_here(data, "cgroup") or not data.get("mark"):
        return []
    tops = [*map(Path, errand.run(partial(_marked, data["mark"]), PATIENCE))]
    where = ", ".join(map(str, tops))
    return [Leftover("cgroups", f"{where} ({_holders(*tops)})", _end_and_remove(*tops))] if tops else []


def _marked(mark: str) -> Iterator[str]:
    """Yield each group that carries a mark (for an errand)."""
    for folder, left in (step for base in cgroups.read().bases for step in cgroup_tree.steps(base)):
        here = not left and ownership.mark(folder) == mark
        yield str(Path(f"/proc/self/fd/{folder}").readlink()) if here else ""


def undo(data: Mapping[str, Any], _: Journal) -> list[Leftover]:
    """Remove the group in every hierarchy, leaf first. rmdir(2) says EBUSY until the last process is gone.

    One that may be somebody else's goes only when nothing is in it, and is no leftover. One that cannot be seen is one:
    its tree is not where it was.
    """
    if hidden := _hidden(data):
        return [Leftover("cgroups", str(group), _uncover(group)) for group in hidden]
    there = cgroups.read().directories(data["name"])
    if not is_proven(data):
        for directory in there:
            with suppress(OSError):
                directory.rmdir()
        return []
    errand.run(partial(_removing, there, PATIENCE), PATIENCE)
    return [Leftover("cgroups", f"{top} ({_holders(top)})", _remedy(top)) for top in there if top.is_dir()]


def _hidden(data: Mapping[str, Any]) -> list[Path]:
    """Return the groups of an entry that were made in trees that are not at their places now."""
    made = [*map(Path, data.get("directories", ()))] if homes.is_here(data, "cgroup") else []
    places = {str(group.parent) for group in made}
    seen = {one.point for one in kernel.mounts() if one.point in places and _is_tree(one) and kernel.is_on_top(one)}
    return [group for group in made if str(group.parent) not in seen]


def _uncover(group: Path) -> str:
    """Return the command that takes away what is mounted over the tree of a group; nothing where it is not mounted."""
    over = [mount for mount in kernel.mounts() if group.is_relative_to(mount.point)]
    trees = [number for number, mount in enumerate(over) if mount.point == str(group.parent) and _is_tree(mount)]
    covers = over[trees[-1] + 1 :] if trees else []
    return shell_line.line("umount", covers[-1].point) if covers else ""


def _is_tree(mount: kernel.Mount) -> bool:
    return mount.fstype in {"cgroup", "cgroup2"}


def _removing(tops: Iterable[Path], patience: float) -> Iterator[str]:
    """Remove trees of groups, as an errand; so many seconds for all of them: there may be as many as anybody likes."""
    deadline = time.monotonic() + patience
    for top in tops:
        yield from _removed(top, deadline)


def _removed(top: Path, deadline: float) -> Iterator[str]:
    """Remove a tree of groups, deepest first, again and again until the deadline (monotonic).

    rmdir(2) says EBUSY until the last process of a group is gone, and while there are groups below it.
    """
    walked = False  # Each tree gets one whole walk, however late it is.
    while True:
        for folder, left in cgroup_tree.steps(top):
            yield ""
            if left:
                with suppress(OSError):
                    os.rmdir(left, dir_fd=folder)
            if walked and time.monotonic() > deadline:
                break
        walked = True
        with suppress(OSError):
            top.rmdir()
        if not top.is_dir() or time.monotonic() > deadline:
            return
        time.sleep(PAUSE)


def _holders(*tops: Path) -> str:
    """Say who keeps trees of groups busy."""
    return ", ".join(map(kernel.described, members(tops))) or "busy"


def members(tops: Iterable[Path]) -> list[int]:
    """Return the PIDs in trees of groups, each once, as far as a look at these is not hindered."""
    return [*map(int, dict.fromkeys(errand.run(partial(_members, tops), PATIENCE)))]


def _members(tops: Iterable[Path]) -> Iterator[str]:
    for group in (group for top in tops for group in cgroup_tree.walk(top)):
        yield ""
        yield from map(str, cgroups.members(group))


def _end(*tops: Path) -> str:
    """Return the command that kills who is in trees of groups, at any depth. The journal's line for a lab misses those
    that have changed their root (chroot(2)), and the groups would stay. PID 0 is somebody in a PID namespace that is
    not below ours (cgroups(7)), and for kill(1) all of our own group.
    """
    files = shell_line.line("find", *map(str, tops), "-name", "cgroup.procs", "-execdir", "cat", "{}", "+")
    pids = f"{files} 2>/dev/null | grep -x '[1-9][0-9]*'"
    return f"for i in $(seq 50); do {pids} >/dev/null || break; kill -9 $({pids}); sleep 0.1; done"


def _end_and_remove(*tops: Path) -> str:
    return f"{_end(*tops)}; {_remedy(*tops)}"


def _remedy(*tops: Path) -> str:
    """Return the command that removes trees of groups, at any depth: find(1) hands no names to another program."""
    return shell_line.line("find", *map(str, tops), "-depth", "-type", "d", "-delete")
