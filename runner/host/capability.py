"""What a lesson may ask of the machine: a closed list, each probed for real and each with the command that fixes it.

A probe that must try something does so in a child process with a mount namespace of its own; nothing reaches the host.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from runner.host import cgroups, elf, kernel, machine, remedy, syscalls
from runner.records.results import Missing, Outcome

# Lessons say `namespace.mount`, where /proc says `mnt`.
NAMESPACES = {"mount" if kind == "mnt" else kind: flag for kind, flag in kernel.NAMESPACES.items()}
FILESYSTEMS = ("tmpfs", "sysfs", "devpts", "overlay")
# What every lab needs to be sealed off from the machine, whatever its lesson is about.
LAB = ("root", "namespace.mount", "namespace.net", "namespace.ipc", "namespace.cgroup", "mount.overlay")
NAMES = (
    "root",
    *(f"namespace.{kind}" for kind in NAMESPACES),
    *(f"cgroup.{controller}" for controller in cgroups.CONTROLLERS),
    "cgroup.swap",
    *(f"mount.{fstype}" for fstype in FILESYSTEMS),
    "mknod",
)
TOOL = re.compile(r"tool\.[a-z0-9][a-z0-9.+_-]*")

Problem = str | None  # what was observed when it is not as needed


class Answer(NamedTuple):
    """What `doctor` tells of one capability."""

    capability: str
    outcome: Outcome
    lacks: Missing | None = None


def known(name: str) -> bool:
    """Say whether a lesson may ask for this: one of `NAMES`, or any program by its name."""
    return name in NAMES or TOOL.fullmatch(name) is not None


def missing(requires: Sequence[str]) -> tuple[Missing, ...]:
    """Those of the capabilities that this machine and user lack, in the order asked."""
    found = ((name, probe(name)) for name in requires)
    return tuple(Missing(name, problem, remedy.command(name)) for name, problem in found if problem is not None)


def answer(name: str) -> Answer:
    """For anyone who asks: what only root can try is not judged for others, who become root when they run."""
    if os.geteuid() != 0:
        if name == "root" and shutil.which("sudo"):
            return Answer(name, Outcome.PASSED)
        if not name.startswith(("root", "tool.")):
            return Answer(name, Outcome.COULD_NOT_CHECK)
    lacks = next(iter(missing([name])), None)
    return Answer(name, Outcome.FAILED if lacks else Outcome.PASSED, lacks)


@cache
def probe(name: str) -> Problem:
    """What is wrong with a capability here; None when it is as needed."""
    family, _, which = name.partition(".")
    probes: dict[str, Callable[[], Problem]] = {
        "root": _root,
        "namespace": partial(_attempt, partial(_namespace, which)),
        "cgroup": partial(_controller, which),
        "mount": partial(_attempt, _overlay if which == "overlay" else partial(_filesystem, which)),
        "mknod": partial(_attempt, _device),
        "tool": partial(_tool, which),
    }
    return probes[family]()


def _root() -> Problem:
    return None if os.geteuid() == 0 else f"uid {os.geteuid()}"


def _controller(name: str) -> Problem:
    """A group must be possible: the hierarchy is there, and we may write in its root."""
    tree = cgroups.read()
    if name == "swap":
        return _controller("memory") or (None if cgroups.limits_swap(tree) else "swap: absent")
    if tree.version(name) is None:
        offered = f"/sys/fs/cgroup: {name} absent"
        return f"{offered} (v2: {_v2_controllers(tree.v2)})" if tree.v2 else offered
    parent = tree.group(name, "").absolute()
    writable = not os.statvfs(parent).f_flag & os.ST_RDONLY and os.access(parent, os.W_OK)
    return None if writable else f"{parent}: {os.strerror(30)}"


def _v2_controllers(root: Path) -> str:
    try:
        return (root / "cgroup.controllers").read_text().strip() or "-"
    except OSError as error:
        return error.strerror or "-"


def _tool(name: str) -> Problem:
    path = shutil.which(name, path=machine.PATH)
    if path is None:
        return "absent"
    return _busybox(Path(path)) if name == "busybox" else None


def _busybox(path: Path) -> Problem:
    """The course serves a page with it from a root that has no libraries."""
    import subprocess

    if elf.interpreter(path) is not None:
        return f"{path}: not static"
    listed = subprocess.run([path, "--list"], check=False, capture_output=True, text=True)
    return None if "httpd" in listed.stdout.split() else f"{path}: no httpd"


# --- attempts in a child ----------------------------------------------------------------------


def _attempt(action: Callable[[], object]) -> Problem:
    """Do it in a child that has its own mounts and then ends; the kernel's answer is what was observed."""
    child = os.fork()
    if child == 0:
        os._exit(_tried(action))
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return os.strerror(code) if code > 0 else f"signal {-code}" if code else None


def _tried(action: Callable[[], object]) -> int:
    try:
        action()
    except OSError as error:
        return error.errno or 255
    except BaseException:
        return 255
    return 0


def _namespace(kind: str) -> None:
    syscalls.unshare(NAMESPACES[kind])
    if kind == "pid":
        child = os.fork()
        if child == 0:
            os._exit(os.getpid() != 1)
        _, status = os.waitpid(child, 0)
        if status:
            raise OSError(255, "")


def _filesystem(fstype: str) -> str:
    """Mount over a directory that exists everywhere, where only this child sees it; return which."""
    import tempfile

    syscalls.unshare(syscalls.CLONE_NEWNS)
    syscalls.mount("none", "/", flags=syscalls.MS_PRIVATE | syscalls.MS_REC)
    syscalls.mount("semdocker", tempfile.gettempdir(), fstype)
    return tempfile.gettempdir()


def _overlay() -> None:
    """Lay a layer over the machine's root, as the seal of a lab does."""
    stage = Path(_filesystem("tmpfs"))
    for name in ("layer", "point"):
        (stage / name).mkdir()
    syscalls.mount("semdocker", str(stage / "point"), "overlay", syscalls.MS_RDONLY, f"lowerdir={stage}/layer:/")


def _device() -> None:
    path = _filesystem("tmpfs") + "/null"
    os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 3))
    os.close(os.open(path, os.O_WRONLY))
