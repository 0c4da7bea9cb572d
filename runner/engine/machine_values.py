"""The variables of a run: the course's and the student's, and what this machine gives: its loader, its cgroup files."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Mapping
from pathlib import Path

from runner.course.render import Values
from runner.host import cgroups, elf, served_mounts
from runner.records.course import Course
from runner.records.errors import Unfit, UsageError

BASH = Path("/bin/bash")
NEEDED = (*served_mounts.NEEDED, "/boot", "/dev", "/proc", "/run", "/sys")


def for_seat(course: Course, chosen: Mapping[str, str]) -> Values:
    """Return the course's values, and those that were chosen over them. Raises UsageError."""
    values = Values(course.variables, chosen)
    if _needed(Path(values.get("root", "")).parent):
        raise UsageError("root-place", path=values["root"])
    return Values(course.variables, chosen, of_machine(values["cgroup"]))


def on_version(course: Course, values: Values, version: str) -> Values:
    """Return the values as they would be on a machine with that cgroup version, "v1" or "v2"; else like this one."""
    if values["cgroup_version"] == version:
        return values
    parent = {"v1": "/sys/fs/cgroup/{controller}", "v2": "/sys/fs/cgroup"}[version]
    names = {f"{name}_group": f"{parent.format(controller=name)}/{values['cgroup']}" for name in cgroups.CONTROLLERS}
    return but(course, values, {"cgroup_version": version, **names})


def but(course: Course, values: Values, machine: Mapping[str, str]) -> Values:
    """Return the same values, but for some of the machine's."""
    chosen = {name: value for name, value in values.items() if name in course.variables}
    others = {name: value for name, value in values.items() if name not in course.variables}
    return Values(course.variables, chosen, {**others, **machine})


def _needed(folder: Path) -> bool:
    """Tell whether programs need what is in a folder. The one that the root is made in is covered in the lab."""
    return folder == Path("/") or any(folder.is_relative_to(needed) for needed in NEEDED)


def of_machine(group: str) -> dict[str, str]:
    """Return values for the machine's variables; `group` is the course's control group.

    Raises Unfit where bash is missing or static.
    """
    tree = cgroups.read()
    loader = elf.interpreter(BASH) if BASH.exists() else None
    if loader is None:
        raise Unfit("no-bash", path=str(BASH))
    return {
        "loader": loader,
        **_libraries(loader),
        "token": os.urandom(8).hex(),
        "arch": platform.machine(),
        "cgroup_version": tree.course_version,
        **{f"{controller}_group": str(tree.group(controller, group)) for controller in cgroups.CONTROLLERS},
    }


def _libraries(loader: str) -> dict[str, str]:
    """Return where bash's libraries are, in the words of `ldd`: each distribution has another folder for them."""
    import subprocess

    listing = subprocess.run([loader, "--list", BASH], check=False, capture_output=True, text=True, env={})
    found = dict(re.findall(r"(\S+)\.so\S* => (/\S+)", listing.stdout))
    libc = found.get("libc", loader)  # musl's loader is its libc
    return {"libc": libc, "libtinfo": found.get("libtinfo", libc)}
