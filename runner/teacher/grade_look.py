"""The look at a container that sleeps: all that the kernel tells of one process, its root directory and its groups."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from runner.checks.check_context import compare, judge
from runner.host import cgroups, credentials, files, kernel, kernel_files
from runner.records.results import ABSENT, Finding, Outcome
from runner.teacher.grade_bench import SETTLE, Trial
from runner.teacher.grade_image import BUSYBOX, WORKDIR

MEMORY, PIDS = "32M", "16"
MOMENT = 0.5  # seconds in which a helper that the engine left beside the command has ended, and nobody waits for it
NAMESPACES: Mapping[str, str] = {
    "pid-namespace": "pid",
    "mount-namespace": "mnt",
    "uts-namespace": "uts",
    "ipc-namespace": "ipc",
    "network-namespace": "net",
}
ESCAPES = frozenset(
    map(credentials.number, ("CAP_SYS_CHROOT", "CAP_SYS_ADMIN", "CAP_SYS_PTRACE", "CAP_DAC_READ_SEARCH"))
)


def look(trial: Trial) -> None:
    """Look at a container that sleeps: by then the engine has done all that it does before."""
    running = trial.run("sh", "-c", f"sleep {trial.short} & exec sleep {trial.long}", memory=MEMORY, pids=PIDS)
    trial.await_process(running, "container", f"sleep {trial.long}")
    trial.await_process(running, "child", f"sleep {trial.short}")
    trial.add("runs", *trial.facts("process", of="container", alive=True), _program(trial))
    in_the_image(trial, "runs")
    for name, kind in NAMESPACES.items():
        trial.add(name, *trial.facts("namespace", of="container", differ=[kind]))
    inside, outside = (kernel.hostname(pid) if pid else None for pid in map(trial.pid, ("container", "host")))
    told = inside or ABSENT
    trial.add("hostname", judge("grade.hostname", f"≠ {outside}", told, inside not in (None, outside)))
    trial.add("pid-1", *trial.facts("process", of="container", alive=True, pid_inside=1))
    trial.add("proc", *trial.facts("mount", of="container", point="/proc", fstype="proc", shared=False))
    trial.add("proc", _own_processes(trial))
    salt = trial.salt
    trial.add("root", *trial.facts("file", of="container", path="/etc/image", holds=salt), _root(trial))
    trial.add("escape", *_old_root(trial))
    trial.add("layers", *trial.facts("file", of="container", path="/etc/order", holds=f"third {salt}"))
    trial.add("layers", *trial.facts("file", of="container", path="/bin/sh", exists=True))
    _without(trial, "whiteouts", "/etc/again", "/etc/removed", "/etc/.wh.removed", "/etc/.wh.again")
    _without(trial, "opaque", "/etc/shade/new", "/etc/shade/old", "/etc/shade/deep", "/etc/shade/.wh..wh..opq")
    trial.add("environment", *_variables(trial))
    trial.add("folder", _folder(trial))
    _limits(trial)
    in_the_image(trial, "zombies")
    time.sleep(MOMENT)
    trial.add("zombies", *trial.facts("process", SETTLE, of="engine", zombies=0))


def _program(trial: Trial) -> Finding:
    """Compare the program that runs with the busybox of its own root directory: it is the same, byte by byte."""
    pid, same = trial.pid("container"), None
    if pid:
        with suppress(OSError):
            same = files.same_content(Path(f"/proc/{pid}/exe"), Path(f"/proc/{pid}/root/{BUSYBOX}"))
    seen = (kernel.program(pid) if pid else None) or ABSENT
    return judge("grade.program", "busybox", seen, bool(same), f"/proc/{pid}/exe")


def _own_processes(trial: Trial) -> Finding:
    """Compare what /proc shows in the container with what is in its PID namespace, again if something ended by then."""
    deadline = time.monotonic() + MOMENT
    while True:
        found = _shown_processes(trial)
        if found.outcome is Outcome.PASSED or time.monotonic() > deadline:
            return found
        time.sleep(MOMENT / 10)


def _shown_processes(trial: Trial) -> Finding:
    """Compare both as they are now; zombies may be there, or not."""
    pid = trial.pid("container")
    members = kernel.in_pid_namespace(pid) if pid else []
    wanted = {str(numbers[-1]) for numbers in map(kernel.nested_pids, members) if numbers}  # none: it has ended since
    shown: set[str] = set()
    if pid:
        with suppress(OSError):
            shown = {name for name in os.listdir(f"/proc/{pid}/root/proc") if name.isdigit()}
    own = bool(pid) and kernel.namespace(pid, "pid") != kernel.namespace(trial.pid("host"), "pid")
    same = own and wanted == shown - trial.zombies("container")
    return judge("grade.proc", _numbers(wanted), _numbers(shown), same, f"/proc/{pid}/root/proc")


def _numbers(pids: set[str]) -> str:
    return " ".join(sorted(pids, key=int)[:8]) or ABSENT


def _root(trial: Trial) -> Finding:
    pid, host = trial.pid("container"), trial.pid("host")
    own = kernel.root(pid) if pid else None
    other = own is not None and own != kernel.root(host)
    return judge("grade.root", "≠ /", (kernel.root_path(pid) if pid else None) or ABSENT, other, f"/proc/{pid}/root")


def _old_root(trial: Trial) -> tuple[Finding, ...]:
    """Look for the old root among the mounts of the container's namespace, and among what its process holds open.

    With the old root still mounted (chroot(2)), it is safe only without the capabilities that lead back there.
    """
    pid, host = trial.pid("container"), trial.pid("host")
    device = next((mount.device for mount in reversed(kernel.mounts(host)) if mount.point == "/"), "")
    if not pid:
        return (compare("grade.old-root", "gone", None),)
    mounts = kernel.namespace_mounts(pid)
    seen = [mount.point for mount in mounts if mount.device == device]
    found = credentials.read(pid)
    bound = found is not None and not any(ESCAPES & found.sets[name] for name in ("effective", "permitted", "bounding"))
    gone = bool(mounts) and not seen
    told = "gone" if gone else f"{seen[0] if seen else '?'} ({device})"
    opened = [link for link, found in _folders(pid) if found == device]
    return (
        judge("grade.old-root", "gone", told, gone or bound, f"/proc/{pid}/mountinfo"),
        judge("grade.open", "none", " ".join(opened) or "none", not opened, f"/proc/{pid}/fd"),
    )


def _folders(pid: int) -> Iterator[tuple[str, str]]:
    """Yield the links to the folders that a process has open, and to its working directory, each with its device. What
    it closes meanwhile is passed by.
    """
    for link in (f"/proc/{pid}/cwd", *(f"/proc/{pid}/fd/{name}" for name in kernel_files.names(f"/proc/{pid}/fd"))):
        with suppress(OSError):
            found = os.stat(link)  # noqa: PTH116
            if stat.S_ISDIR(found.st_mode):
                yield link, f"{os.major(found.st_dev)}:{os.minor(found.st_dev)}"


def _without(trial: Trial, requirement: str, there: str, *gone: str) -> None:
    """Ask for a file that must be there, and for some that must not."""
    trial.add(requirement, *trial.facts("file", of="container", path=there, holds=trial.salt))
    for path in gone:
        trial.add(requirement, *trial.facts("file", of="container", path=path, exists=False))


def _variables(trial: Trial) -> tuple[Finding, ...]:
    """Look for the image's variables, and for one of the engine's own that must not come along."""
    pid = trial.pid("container")
    rows = kernel.environment(pid).splitlines() if pid else []
    wanted = f"GREETING=hello {trial.salt}"
    names = [row.partition("=")[0] for row in rows]
    leaked = "HOST_SECRET" in names or not rows
    source = f"/proc/{pid}/environ"
    seen = " ".join(names[:8]) or ABSENT
    return (
        judge("grade.variable", wanted, wanted if wanted in rows else seen, wanted in rows, source),
        judge("grade.variables", "GREETING PATH", seen, not leaked, source),
    )


def _folder(trial: Trial) -> Finding:
    pid = trial.pid("container")
    wanted = kernel.file_id(pid, WORKDIR) if pid else None
    there = None
    if pid:
        with suppress(OSError):
            found = os.stat(f"/proc/{pid}/cwd")  # noqa: PTH116
            there = found.st_dev, found.st_ino
    seen = ABSENT
    with suppress(OSError):
        seen = str(Path(f"/proc/{pid}/cwd").readlink())
    return judge("grade.folder", WORKDIR, seen, wanted is not None and wanted == there, f"/proc/{pid}/cwd")


def _limits(trial: Trial) -> None:
    """Look at the limits of the group that the container is in, and at whether its first child is there, too.

    A child stays where its parent was when it was born: an engine that moves a command that runs already is too late.
    """
    trial.add("memory", *trial.facts("cgroup", 1.0, of="container", controller="memory", limit=MEMORY))
    trial.add("processes", *trial.facts("cgroup", 1.0, of="container", controller="pids", limit=PIDS))
    places = {
        controller: [_group(trial.pid(place), controller) for place in ("container", "child", "host")]
        for controller in ("memory", "pids")
    }
    # A controller without a limit may have no group; that is judged above. One group at least must be the container's.
    own = {name: found for name, found in places.items() if found[0] not in (None, found[2])}
    for controller, (first, child, _) in own.items():
        seen = child or ABSENT
        trial.add("in-time", judge("grade.group", str(first), seen, first == child, f"/proc/PID/cgroup ({controller})"))
    if not own:
        trial.add("in-time", judge("grade.group", "≠ /", places["pids"][1] or ABSENT, False, "/proc/PID/cgroup"))


def _group(pid: int, controller: str) -> str | None:
    tree = cgroups.read()
    return cgroups.of(pid, tree).get(tree.group(controller, "")) if pid else None


def in_the_image(trial: Trial, requirement: str) -> None:
    """Ask for the evidence that the command runs in the image, and not only somewhere."""
    trial.add(requirement, *trial.facts("file", of="container", path="/etc/image", holds=trial.salt))
