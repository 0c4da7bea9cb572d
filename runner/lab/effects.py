"""The only makers of what outlives the lab's processes. Each journals first, acts, then leaves our label.

The label is an extended attribute, `trusted.semdocker`, on directories and control groups: how they are known to
be ours even when the journal is lost. Filesystems without attributes go unlabeled; the journal still knows.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from runner.host import cgroups, kernel
from runner.lab.journal import Entry, Journal
from runner.records.errors import Unfit

LABEL = "trusted.semdocker"
LAB = re.compile(r"semdocker-[0-9a-f]{8}")  # source of a lab's tmpfs
NOTE = "semdocker.txt"
NOTE_TEXT = (
    "semdocker: aqui fica um laboratório, visível só por dentro. Este arquivo some com ele.\n"
    "semdocker: a lab lives here, seen only from inside. This file goes when it does.\n"
)
SYSCTLS = {"domainname": Path("/proc/sys/kernel/domainname"), "ip_forward": Path("/proc/sys/net/ipv4/ip_forward")}


def label(path: Path, seat: str) -> None:
    with suppress(OSError):
        os.setxattr(path, LABEL, seat.encode(), follow_symlinks=False)


def owner(folder: Path | int) -> str | None:
    """The seat whose label a directory, or an open one, carries; None when it carries none."""
    try:
        return os.getxattr(folder, LABEL, follow_symlinks=isinstance(folder, int)).decode()
    except OSError:
        return None


def labeled(claimed: set[str]) -> list[Entry]:
    """What carries our label and is not among the claimed, as journal entries that `undo` understands."""
    sources = {mount.source for pid in kernel.pids() for mount in kernel.mounts(pid) if LAB.fullmatch(mount.source)}
    tree = cgroups.read()
    groups = {path.name for base in tree.bases for path in base.iterdir() if path.is_dir() and owner(path)}
    folders = {str(path) for path in Path("/").iterdir() if path.is_dir() and owner(path)}
    found = [("lab", "mount", name) for name in sources] + [("cgroup", "name", name) for name in groups]
    found += [("note", "path", f"{name}/{NOTE}") for name in folders]
    found += [("directory", "path", name) for name in folders]
    boot = kernel.boot_id()
    return [Entry(0, boot, kind, {key: name}) for kind, key, name in found if name not in claimed]


def claims(entries: Iterable[Entry]) -> set[str]:
    """The labs, groups and paths that journal entries tell of."""
    keys = {"lab": "mount", "cgroup": "name", "directory": "path", "note": "path"}
    return {str(entry.data[keys[entry.kind]]) for entry in entries if entry.kind in keys}


def note_lab(journal: Journal, mount: str) -> None:
    """The lab itself: its processes are those that see a mount with this source."""
    pids = f"$(grep -ls {mount} /proc/[0-9]*/mountinfo | cut -d/ -f3)"
    journal.intend("lab", f"for p in {pids}; do kill -9 $p; done", mount=mount)


def note_host(journal: Journal) -> None:
    """The host's own values, as the first of the seats that are open now found them."""
    with journal.alone():
        values = host_baseline(journal)
        journal.intend("host", f"hostname {values['hostname']}", **values)


def host_baseline(journal: Journal) -> dict[str, str]:
    """What the host's values are, or will be again when the other seats that are open now have ended."""
    earlier = journal.neighbours("host")
    return dict(earlier[0].data) if earlier else host_values()


def host_values() -> dict[str, str]:
    """Host-wide values that a command typed in the wrong shell changes."""
    readable = {name: path for name, path in SYSCTLS.items() if path.exists()}
    return {"hostname": socket.gethostname()} | {name: path.read_text().strip() for name, path in readable.items()}


def make_directory(journal: Journal, path: Path) -> None:
    """An empty directory to mount over: ours if we make it, or if another seat that is open now made it.

    A note in it keeps it: rmdir(2) of a directory that is a mount point elsewhere would take that mount away
    (mount_namespaces(7)), and what the lab writes from then on would land on the machine's disk.
    """
    with journal.alone():
        if not path.exists():
            intent = journal.intend("directory", f"rmdir {path}", path=str(path))
            path.mkdir(mode=0o755)
            label(path, journal.seat)
            made = path.stat()
            journal.done(intent, inode=made.st_ino, device=made.st_dev)
        elif any(entry.data["path"] == str(path) for entry in journal.neighbours("directory")):
            journal.intend("directory", f"rmdir {path}", path=str(path))
        journal.intend("note", f"rm -f {path / NOTE}", path=str(path / NOTE))
        (path / NOTE).write_text(NOTE_TEXT)


def refuse_foreign(path: Path) -> None:
    """Raises Unfit when `path` holds something already, is a link, or has no parent: it would be hidden or touched."""
    if path.is_symlink() or (path.exists() and (not path.is_dir() or set(os.listdir(path)) - {NOTE})):
        raise Unfit("path-taken", path=str(path))
    if not path.parent.is_dir():
        raise Unfit("path-parent", path=str(path.parent))


def make_own_group(journal: Journal, name: str) -> Path | None:
    """The lab's own group: on the v2 tree if there is one, else among the v1 freezers; None when there is neither.

    It carries no limits; it is how the lab's processes are found when the guardian itself was killed.
    """
    tree = cgroups.read()
    parent = tree.v2 or tree.v1.get("freezer")
    if parent is None or not os.access(parent, os.W_OK):
        return None
    intent = reserve_group(journal, name)
    (parent / name).mkdir()
    claim_group(journal, intent, name)
    return parent / name


def reserve_group(journal: Journal, name: str) -> int:
    """Journal a group that is about to be made, here or by a typed command. Raises Unfit when its name is taken."""
    there = cgroups.read().directories(name)
    if there:
        raise Unfit("cgroup-taken", path=str(there[0]))
    undo = f"find /sys/fs/cgroup -maxdepth 2 -type d -name {name} -exec rmdir {{}} +"
    return journal.intend("cgroup", undo, name=name)


def claim_group(journal: Journal, intent: int, name: str) -> None:
    """Label the directories of a group that was reserved and now exists."""
    made = cgroups.read().directories(name)
    for directory in made:
        label(directory, journal.seat)
    journal.done(intent, directories=[str(directory) for directory in made])


def reserve_controllers(journal: Journal, controllers: Iterable[str]) -> int:
    """Journal which controllers a step is about to switch on in the v2 root; only those are given back."""
    file = (cgroups.read().v2 or Path("/sys/fs/cgroup")) / "cgroup.subtree_control"
    with journal.alone():
        there = set(file.read_text().split()) if file.exists() else set(controllers)
        there -= {name for entry in journal.neighbours("controllers") for name in entry.data["added"]}
        added = [name for name in controllers if name not in there]
        off = " ".join(f"-{name}" for name in added)
        return journal.intend("controllers", f"echo {off} > {file}" if added else "true", added=added)
