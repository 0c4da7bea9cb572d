"""The capabilities that a lesson may require of the machine. Each is tried for real, and has a command that gives it.

A probe that must try something does so in a child process with its own mount namespace, so the host does not change.
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

from runner.host import capability_fixes, cgroups, elf, kernel, kernel_files, shell_environment, syscalls
from runner.records.results import Missing, Outcome

# Lessons say `namespace.mount`; /proc says `mnt`.
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

Problem = str | None  # The observed problem; None when there is none.


class Answer(NamedTuple):
    """What `doctor` shows of one capability."""

    capability: str
    outcome: Outcome
    lacks: Missing | None = None


def known(name: str) -> bool:
    """Say whether a lesson may require this: one of `NAMES`, or `tool.` and the name of any program."""
    return name in NAMES or TOOL.fullmatch(name) is not None


def missing(requires: Sequence[str]) -> tuple[Missing, ...]:
    """Return those of the capabilities that this machine or this user lacks, in the same order."""
    problems = ((name, probe(name)) for name in requires)
    return tuple(
        Missing(name, problem, capability_fixes.command(name)) for name, problem in problems if problem is not None
    )


def answer(name: str) -> Answer:
    """Say whether a capability is there, for root and for others.

    Only root can try most of them, so for others the answer is that we could not check. Nor do others lack root when
    they have sudo, because `run` becomes root with it.
    """
    if os.geteuid() != 0:
        if name == "root" and shutil.which("sudo"):
            return Answer(name, Outcome.PASSED)
        if not name.startswith(("root", "tool.")):
            return Answer(name, Outcome.COULD_NOT_CHECK)
    lacks = next(iter(missing([name])), None)
    return Answer(name, Outcome.FAILED if lacks else Outcome.PASSED, lacks)


@cache
def probe(name: str) -> Problem:
    """Return what is wrong with a capability here; None when it is as a lesson needs it."""
    family, _, member = name.partition(".")
    probes: dict[str, Callable[[], Problem]] = {
        "root": _root,
        "namespace": partial(_attempt, partial(_namespace, member)),
        "cgroup": partial(_controller, member),
        "mount": partial(_attempt, _overlay if member == "overlay" else partial(_filesystem, member)),
        "mknod": partial(_attempt, _device),
        "tool": partial(_tool, member),
    }
    return probes[family]()


def _root() -> Problem:
    return None if os.geteuid() == 0 else f"uid {os.geteuid()}"


def _controller(name: str) -> Problem:
    """Check that a group can be made: there is a hierarchy, and we may write in its root."""
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
        return kernel_files.text(root / "cgroup.controllers").strip() or "-"
    except OSError as error:
        return error.strerror or "-"


def _tool(name: str) -> Problem:
    path = shutil.which(name, path=shell_environment.PATH)
    if path is None:
        return "absent"
    return _busybox(Path(path)) if name == "busybox" else None


def _busybox(path: Path) -> Problem:
    """Check that busybox is static and has `httpd`: the course runs it as a web server in a root without libraries."""
    import subprocess

    if elf.interpreter(path) is not None:
        return f"{path}: not static"
    listing = subprocess.run([path, "--list"], check=False, capture_output=True, text=True)
    return None if "httpd" in listing.stdout.split() else f"{path}: no httpd"


# --- attempts in a child ----------------------------------------------------------------------


def _attempt(action: Callable[[], object]) -> Problem:
    """Do something in a child process, which then ends. Return the kernel's error as text; None when it worked."""
    child = os.fork()
    if child == 0:
        os._exit(_error_of(action))
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return os.strerror(code) if code > 0 else f"signal {-code}" if code else None


def _error_of(action: Callable[[], object]) -> int:
    """Do something and return its errno; 0 when it worked, 255 when there is no errno."""
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
    """Mount a file system over the temporary directory, where only this child sees it, and return that directory."""
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
