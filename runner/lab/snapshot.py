"""The machine's state around a lab: taken before and after, compared, each difference named with its remedy.

The one from before lies beside the journal, so that whoever puts the machine back can compare, also after a `kill -9`.
It tells of the namespaces in which it was taken, and in others there is nothing to compare.

Everything is read from /proc and /sys. What the seal keeps in the lab (links, tables, ports, System V objects) cannot
be left on the machine and is not looked for. The kernel's own values and its loop devices can be set by anybody, so a
change is told and left alone. Groups deep inside other people's trees
(systemd's slices, an engine's containers) come and go by themselves and are left out.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from runner.host import (
    cgroups,
    device_nodes,
    interfaces,
    kernel,
    kernel_files,
    kernel_modules,
    kernel_values,
    shell_line,
)
from runner.lab import node_changes, private_folder
from runner.lab.effects import host_values
from runner.lab.journal import Journal
from runner.records.errors import Unfit
from runner.records.results import Leftover

NAME = "snapshot"  # beside the journal
SYSTEMD = (".slice", ".scope", ".service", ".mount", ".socket", ".swap", ".partition")
REMEDY = {
    "mounts": ("umount",),
    "read-only": ("mount", "-o", "remount,rw"),
    "cgroups": ("rmdir",),
    "loops": ("losetup", "-d"),
    "controllers": (),
}
AREAS = (*REMEDY, "host", "values", "nodes", "interfaces", "modules", "zrams")  # what a snapshot tells of
NUMBERS = re.compile(r"[-0-9][-0-9 \t]*")
ZRAM = "zram"  # To read a file of sysfs makes such a disk (zram.rst), and every sysfs of the machine has that file.
PAIR = "\0"  # between the name of a thing and what it is; no name has it

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
        "interfaces": interfaces.read(),
        "modules": kernel_modules.read(),
        "zrams": frozenset(name for name in kernel_files.names("/sys/block") if name.startswith(ZRAM)),
    }


def _pairs(values: Mapping[str, str]) -> frozenset[str]:
    return frozenset(f"{name}{PAIR}{value}" for name, value in values.items())


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
    content = os.fsencode(json.dumps({"where": _where(), "areas": areas}, ensure_ascii=False))
    try:
        forget(journal)  # whatever has its name
        fd = private_folder.open_file(journal.folders, NAME, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        with open(fd, "wb") as file:  # noqa: PTH123
            file.write(content)
    except OSError as error:
        path = journal.path.with_name(NAME)
        raise Unfit("journal-failed", path=str(path), detail=error.strerror or str(error)) from error


def kept(journal: Journal) -> Snapshot | None:
    """Return the snapshot that lies there; None when there is none, or it is half written, of an earlier boot, or of
    other namespaces."""
    try:
        found = json.loads(os.fsdecode(private_folder.read(journal.folders, NAME)))
        areas = {area: frozenset(lines) for area, lines in found["areas"].items()}
        whole = found["where"] == _where() and areas.keys() >= {*AREAS}
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    return areas if whole else None


def _where() -> list[object]:
    """Return what tells from which boot and which namespaces something was seen."""
    return [kernel.boot_id(), *(kernel.namespace("self", kind) for kind in ("mnt", "uts", "net"))]


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
    return _values("nodes", before)


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
        Leftover(area, what, shell_line.line(*command, what) if command else _switch_off(what))
        for area, command in REMEDY.items()
        for what in sorted(after[area] - before[area])
    ]
    gone = sorted(before["mounts"] - after["mounts"])
    leftovers += [Leftover("mounts", what, shell_line.line("mount", what), "gone") for what in gone]
    for area, prefix in (("host", "kernel."), ("values", "")):
        leftovers += [
            Leftover(area, f"{name}={now}", shell_line.line("sysctl", "-w", f"{prefix}{name}={_typed(was)}"))
            for name, was, now in _changed(area, before, after)
        ]
    leftovers += [
        Leftover("modules", name, shell_line.line(*kernel_modules.REMOVE[name]), "came")
        for name in sorted(after["modules"] - before["modules"])
    ]
    leftovers += [
        Leftover("zrams", name, f"echo {name.removeprefix(ZRAM)} > /sys/class/zram-control/hot_remove", "came")
        for name in sorted(after["zrams"] - before["zrams"])
    ]
    leftovers += node_changes.compare(nodes(before), nodes(after), after["mounts"])
    return (*leftovers, *_interfaces(sorted(after["interfaces"] - before["interfaces"])))


def _interfaces(new: list[str]) -> Iterator[Leftover]:
    """Yield, in one line each, those that came with a module of the kernel, and those that may be anybody's."""
    modules = {name: interfaces.MODULES[name] for name in new if name in interfaces.MODULES}
    if modules:
        remove = shell_line.line("modprobe", "-r", *sorted(set(modules.values())))
        yield Leftover("interfaces", ", ".join(modules), remove, "came")
    if others := [name for name in new if name not in modules]:
        yield Leftover("interfaces", ", ".join(others), "")


def _typed(value: str) -> str:
    """Return a value as people type it: between numbers the kernel writes a tab, and takes any blank."""
    return " ".join(value.split()) if NUMBERS.fullmatch(value) else value


def _switch_off(controller: str) -> str:
    file = (cgroups.read().v2 or Path("/sys/fs/cgroup")) / "cgroup.subtree_control"
    return f"echo -{controller} > {shell_line.word(str(file))}"


def _values(area: str, found: Snapshot) -> dict[str, str]:
    return dict(pair.split(PAIR, 1) for pair in found[area])


def _changed(area: str, before: Snapshot, after: Snapshot) -> Iterator[tuple[str, str, str]]:
    """Yield the name of each value that is another now, with what it was and is."""
    earlier = _values(area, before)
    for name, now in sorted(_values(area, after).items()):
        was = earlier.get(name, now)  # a module that was loaded brings values of its own
        if was != now:
            yield name, was, now


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
