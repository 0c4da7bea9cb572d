"""The variables of a run: the course's and the student's, and what this machine gives: its loader, its cgroup files."""

from __future__ import annotations

import platform
import secrets
from collections.abc import Mapping
from pathlib import Path

from runner.course.render import Values
from runner.host import cgroups, elf, shell_environment
from runner.records.course import Course
from runner.records.errors import Unfit

BASH = Path("/bin/bash")


def for_seat(course: Course, seat: str, port: int, chosen: Mapping[str, str]) -> Values:
    """The course's values for a seat: a group and a port of its own, unless they were chosen. Raises UsageError."""
    own = {"cgroup": shell_environment.named_for(seat, course.variables["cgroup"].default)}
    if "port" in course.variables:
        own["port"] = str(port)
    mine = own | dict(chosen)
    return Values(course.variables, mine, of_machine(Values(course.variables, mine)["cgroup"]))


def of_machine(group: str) -> dict[str, str]:
    """Values for the machine's variables; `group` is the course's control group.

    Raises Unfit where bash is missing or static.
    """
    tree = cgroups.read()
    loader = elf.interpreter(BASH) if BASH.exists() else None
    if loader is None:
        raise Unfit("no-bash", path=str(BASH))
    return {
        "loader": loader,
        "token": secrets.token_hex(8),
        "arch": platform.machine(),
        "cgroup_version": tree.course_version,
        **{f"{controller}_group": str(tree.group(controller, group)) for controller in cgroups.CONTROLLERS},
    }
