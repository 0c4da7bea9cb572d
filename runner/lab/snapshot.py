"""The machine's state around a lab: taken before and after, compared, each difference named with its remedy.

The one from before lies beside the journal, so that whoever puts the machine back can compare, also after a `kill -9`.

Everything is read from /proc and /sys. What the seal keeps in the lab (links, tables, ports, System V objects) cannot
be left on the machine and is not looked for. The kernel's own values and its loop devices can be set by anybody, so a
change is told and left alone. Groups deep inside other people's trees
(systemd's slices, an engine's containers) come and go by themselves and are left out.
"""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

from runner.host import cgroups, device_nodes, kernel, kernel_files, kernel_values
from runner.lab import private_folder
from runner.lab.effects import host_values
from runner.lab.journal import Journal
from runner.records.errors import Unfit
from runner.records.results import Leftover

NAME = "snapshot"  # beside the journal
SYSTEMD = (".slice", ".scope", ".service", ".mount", ".socket", ".swap", ".partition")
REMEDY = {
    "mounts": "umount {0}",
    "read-only": "mount -o remount,rw {0}",
    "cgroups": "rmdir {0}",
    "loops": "losetup -d {0}",
    "controllers": "echo -{0} > /sys/fs/cgroup/cgroup.subtree_control",
}

HOST = {
    "hostname": "hostname {0}",
    "domainname": "sysctl -w kernel.domainname={0}",
}

Snapshot = Mapping[str, frozenset[str]]


def take(journal: Journal) -> Snapshot:
    """Return what is on the machine now, without what other seats' journals claim."""
    claims = _claims(journal)  # before and after: a seat may open or close while we look
    found = _look()
    claims |= _claims(journal)
    return {
        **found,
        "cgroups": frozenset(path for path in found["cgroups"] if Path(path).name not in claims),
        "controllers": found["controllers"] - claims,
        "host": _pairs(host_values.baseline(journal)),
        "values": _pairs(kernel_values.read()),
        "nodes": _pairs(device_nodes.read()),
    }


def _pairs(values: Mapping[str, str]) -> frozenset[str]:
    return frozenset(f"{name}={value}" for name, value in values.items())


def _claims(journal: Journal) -> set[str]:
    groups = {str(entry.data["name"]) for entry in journal.neighbours("cgroup")}
    return groups | {str(name) for entry in journal.neighbours("controllers") for name in entry.data["added"]}


def _look() -> dict[str, frozenset[str]]:
    mounts = kernel.mounts()
    return {
        "mounts": frozenset(entry.point for entry in mounts),
        "read-only": frozenset(entry.point for entry in mounts if "ro" in entry.options),
        "cgroups": frozenset(_groups()),
        "loops": frozenset(
            f"/dev/{name}" for name in kernel_files.names("/sys/block") if Path(f"/sys/block/{name}/loop").is_dir()
        ),
        "controllers": frozenset(_controllers()),
    }


def keep(journal: Journal, before: Snapshot) -> None:
    """Lay a snapshot beside the journal. It need not reach the disk: after a reboot there is nothing to compare."""
    areas = {area: sorted(found) for area, found in before.items()}
    content = os.fsencode(json.dumps({"boot": kernel.boot_id(), "areas": areas}, ensure_ascii=False))
    try:
        forget(journal)  # whatever has its name
        fd = private_folder.open_file(journal.folders, NAME, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        with open(fd, "wb") as file:  # noqa: PTH123
            file.write(content)
    except OSError as error:
        path = journal.path.with_name(NAME)
        raise Unfit("journal-failed", path=str(path), detail=error.strerror or str(error)) from error


def kept(journal: Journal) -> Snapshot | None:
    """Return the snapshot that lies there; None when there is none, or it is half written, or of an earlier boot."""
    try:
        found = json.loads(os.fsdecode(private_folder.read(journal.folders, NAME)))
        areas = {area: frozenset(lines) for area, lines in found["areas"].items()}
        whole = found["boot"] == kernel.boot_id() and areas.keys() >= {*REMEDY, "host", "values", "nodes"}
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    return areas if whole else None


def in_the_way(journal: Journal) -> tuple[Leftover, ...]:
    """Return the folder that has the snapshot's name, if there is one."""
    path = journal.path.with_name(NAME)
    there = private_folder.is_folder(journal.folders, NAME)
    return (Leftover("files", str(path), private_folder.aside(path)),) if there else ()


def changes(journal: Journal) -> tuple[Leftover, ...]:
    """Compare the machine with the snapshot beside the journal; without one nothing is known to differ."""
    before = kept(journal)
    return compare(before, take(journal)) if before else ()


def nodes(before: Snapshot) -> dict[str, str]:
    """Return the nodes of a snapshot, as `device_nodes.read` does."""
    return dict(pair.split("=", 1) for pair in before["nodes"])


def forget(journal: Journal) -> None:
    """Take the snapshot away: nothing differs, or it was told."""
    private_folder.remove(journal.folders, NAME)


def ours(leftover: Leftover, names: set[str]) -> bool:
    """Tell whether a difference is a lab's doing. `names` are its groups.

    Anything else may be anybody's: a login mounts a folder, an engine makes a group.
    """
    return leftover.area == "host" or (leftover.area == "cgroups" and Path(leftover.what).name in names)


def compare(before: Snapshot, after: Snapshot) -> tuple[Leftover, ...]:
    """Return each difference, with the command that removes it."""
    leftovers = [
        Leftover(area, what, REMEDY[area].format(what))
        for area in REMEDY
        for what in sorted(after[area] - before[area])
    ]
    gone = sorted(before["mounts"] - after["mounts"])
    leftovers += [Leftover("mounts", f"-{what}", f"mount {what}") for what in gone]
    leftovers += [
        Leftover("host", f"{name}={now}", HOST[name].format(was)) for name, was, now in _changed("host", before, after)
    ]
    for name, was, now in _changed("values", before, after):
        leftovers.append(Leftover("values", f"{name}={now}", f"sysctl -w {shlex.quote(f'{name}={was}')}"))
    leftovers += [
        Leftover("nodes", f"{path}: {now}", device_nodes.remedy(path, was))
        for path, was, now in _changed("nodes", before, after)
        if was[0] != "l" and not device_nodes.moves(path)  # udev's links lead elsewhere as devices come and go
    ]
    leftovers += [
        Leftover("nodes", f"{path}: absent", device_nodes.remedy(path, was))
        for path, was in _gone("nodes", before, after)
        if was[0] in "cb" and not device_nodes.moves(path)  # an entry of /proc goes with its module
    ]
    return tuple(leftovers)


def _gone(area: str, before: Snapshot, after: Snapshot) -> Iterator[tuple[str, str]]:
    """Yield the name of each value that there is no more, with what it was."""
    left = {pair.split("=", 1)[0] for pair in after[area]}
    for pair in sorted(before[area]):
        name, was = pair.split("=", 1)
        if name not in left:
            yield name, was


def _changed(area: str, before: Snapshot, after: Snapshot) -> Iterator[tuple[str, str, str]]:
    """Yield the name of each value that is another now, with what it was and is."""
    was = dict(pair.split("=", 1) for pair in before[area])
    for pair in sorted(after[area] - before[area]):
        name, now = pair.split("=", 1)
        if name in was:  # a module that was loaded brings values of its own
            yield name, was[name], now


def _groups() -> list[str]:
    return [
        entry.path
        for base in cgroups.read().bases
        for entry in kernel_files.entries(base)
        if not entry.name.endswith(SYSTEMD) and entry.is_dir()
    ]


def _controllers() -> list[str]:
    """Return the controllers that the v2 root hands to its groups; a service that starts may switch one on, too."""
    top = cgroups.read().v2
    return kernel_files.words(top / "cgroup.subtree_control") if top else []
