"""What is the machine's and gets mounted in the lab becomes read-only there at once, and without devices.

A disk that is in use is mounted once more by whoever has its node, and no filter is asked (see `device_filter`); a
folder of the physical host (virtiofs, vboxsf) needs only a name, and a devtmpfs, or another file system that the
kernel has once, is the machine's own wherever it is mounted. So is a tree of control groups in which the lab has no
group, because the machine has not mounted it: its root is the machine's. The kernel wakes us when the lab's list of
mounts changes (POLLPRI in proc_pid_mountinfo(5)). Those of containers are looked at from time to time: who keeps such
a list open keeps all that is mounted there. So a command that is faster than we are still reaches it, and so does a
container that has left the lab's files behind for other ones (pivot_root to an overlay): then nothing shows that its
mounts are the lab's.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Iterable, Sequence, Set
from contextlib import suppress
from pathlib import Path
from threading import Thread

from runner.host import cgroup_tree, kernel, kernel_files, served_mounts, syscalls
from runner.host.kernel import Mount
from runner.lab import device_filter
from runner.lab.effects import cgroup, lab_mount, lost_nodes, superblocks
from runner.lab.journal import Journal
from runner.records.errors import Unfit

PAUSE = 0.25  # seconds between two looks at containers,
SHARE = 4  # and at least so many times as long as a look takes
# Of folders that are shared with another machine; zfs has disks, and does not say so.
SHARED = frozenset((*served_mounts.SERVED, "vboxsf", "vmhgfs", "prl_fs", "hostfs", "zfs"))
FILESYSTEMS = "/proc/filesystems"  # says `nodev` of those that need no disk (proc_filesystems(5))


class Watch:
    """Looks after the mounts of one lab, whose tmpfs has the source `lab`, and whose processes are in `groups`.

    What is mounted at `kept`, the student's own folder, stays writable, wherever it or a part of it is mounted again.
    """

    def __init__(self, first: int, lab: str, groups: Sequence[Path], journal: Journal, kept: str = "") -> None:
        self.sealed: set[str] = set()  # as they are told: place and kind
        self._first, self._lab, self._groups, self._journal = first, lab, groups[:1], journal
        self._due = time.monotonic() + PAUSE
        self._found: list[Mount] = []  # what there was to seal in the lab's own list, when we looked last
        self._missed = False  # that list has changed, and we could not look
        self._stuck = False  # it does not get sealed: each trial is a change of the list, and one at a time is enough
        self._kept = [mount for mount in kernel.mounts(first) if mount.point == kept]
        tops = set(map(cgroup.tree, groups))
        self._trees = {mount.device for mount in kernel.mounts() if Path(mount.point) in tops}
        self._walk = Thread()  # it alone looks at groups, and waits where it has to
        self._walked: list[int] = []  # whom it found
        self._tables: list[int] = []
        with suppress(OSError):  # there is no first shell, or it is gone already
            self._tables.append(os.open(f"/proc/{first}/mountinfo", os.O_RDONLY | os.O_CLOEXEC))

    def close(self) -> None:
        """Look once more, and keep nothing of the lab open."""
        with suppress(OSError):
            self._look()
        while self._tables:
            os.close(self._tables.pop())

    def wait(self, *readable: int) -> list[int]:
        """Wait until one of some descriptors can be read, and look after the mounts meanwhile. Return those.

        A look may fail for want of threads or of descriptors; the guardian has more to do than this.
        """
        while True:
            rest = max(0.0, self._due - time.monotonic())
            ready, _, changed = select.select(readable, (), () if self._stuck else self._tables, rest)
            with suppress(OSError):
                if changed:
                    self._seal_own()
                elif not ready or time.monotonic() >= self._due:
                    self._look()
            if ready:
                return ready

    def _look(self) -> None:
        """Look at every list of mounts that a process of the lab has, each once. Raises OSError."""
        started = time.monotonic()
        self._due = started + PAUSE
        if self._missed or self._found or select.select((), (), self._tables, 0)[2]:
            self._seal_own()
        namespaces = {kernel.namespace(self._first, "mnt"): 0}
        for pid in self._members():
            namespaces.setdefault(kernel.namespace(pid, "mnt"), pid)
        for pid in filter(None, namespaces.values()):
            self._seal(pid)
        now = time.monotonic()
        self._due = now + max(PAUSE, SHARE * (now - started))

    def _members(self) -> list[int]:
        """Return who is in the lab's groups; nobody while something there holds up who looks (see `errand`)."""
        if not self._walk.is_alive():
            self._walked = []
            self._walk = Thread(target=self._look_around, args=(self._walked,), daemon=True)
            with suppress(RuntimeError):  # there is no room for a thread
                self._walk.start()
                self._walk.join(PAUSE)
        return [] if self._walk.is_alive() else self._walked

    def _look_around(self, found: list[int]) -> None:
        for top in self._groups:
            found += cgroup_tree.members(top)

    def _seal_own(self) -> None:
        self._missed = True
        before, self._found = self._found, self._seal(self._first)
        self._missed = False
        self._stuck = bool(before) and before == self._found

    def _seal(self, pid: int) -> list[Mount]:
        """Seal what there is to seal in the mount namespace of a process, and return it.

        The namespace must be the lab's: anybody may have entered another one, or have put a process of the machine's
        into the lab's groups.
        """
        found = kernel.in_mount_namespace(pid, self._sealed) or []
        devices = any(mount.fstype == "devtmpfs" for mount in found)
        if devices and not any(mount.startswith("devtmpfs ") for mount in self.sealed):
            with suppress(Unfit, OSError):  # a full disk: then a sweep is only told
                self._journal.intend(lost_nodes.REACHED, "true")
        self.sealed.update(f"{mount.fstype} {mount.point}" for mount in found)
        return found

    def _sealed(self, table: str) -> list[Mount]:
        """Seal those of the current namespace that are the machine's. Return those that were, or could not be yet."""
        if self._lab not in lab_mount.labs(table):
            return []
        # Of two at one place the later one covers the other.
        top = {mount.point: mount for mount in kernel.parsed_mounts(table)}
        open_ = [mount for mount in top.values() if not {"ro", "nodev"}.issubset(mount.own)]
        reached = _of_the_machine(open_, self._trees)
        found = [mount for mount in reached if not any(_is_part(mount, kept) for kept in self._kept)]
        for mount in found:
            with suppress(OSError):  # somebody writes there just now: the next look tries again
                syscalls.set_readonly(mount.point)
        return found


def _is_part(mount: Mount, whole: Mount) -> bool:
    """Tell whether one mount shows a folder that is in another one."""
    return mount.device == whole.device and Path(mount.root).is_relative_to(whole.root)


def _of_the_machine(mounts: Iterable[Mount], trees: Set[str]) -> Iterable[Mount]:
    """Return those behind which is a disk, another machine, a file system that the kernel has only once, or a tree of
    control groups that is none of the lab's `trees`, which are told by their devices.
    """
    kinds = {mount.fstype.partition(".")[0] for mount in mounts}
    disks = {row.strip() for row in kernel_files.rows(FILESYSTEMS) if not row.startswith("nodev")}
    machines = kinds & {*SHARED, *superblocks.ONCE, *disks}
    ours = {f"{major}:{minor}" for major, minor in device_filter.DISKS}
    for mount in mounts:
        tree = mount.fstype in ("cgroup", "cgroup2") and mount.device not in trees
        if tree or (mount.fstype.partition(".")[0] in machines and mount.device not in ours):
            yield mount
