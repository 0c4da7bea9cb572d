"""The variables that this machine gives to the lessons: its loader, its cgroup files, and this run's token."""

from __future__ import annotations

import base64
import platform
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from runner.course.render import Values
from runner.errors import Unfit
from runner.host import cgroups, elf
from runner.model import Course

SEAT = "default"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"  # of the lab's shell
BASH = Path("/bin/bash")


def named_for(seat: str, name: str) -> str:
    """A name that seats do not share: plain for the default seat, with the seat's name behind for the others."""
    return name if seat == SEAT else f"{name}-{seat}"


def values(course: Course, seat: str, port: int, chosen: Mapping[str, str]) -> Values:
    """The course's values for a seat: a group and a port of its own, unless they were chosen. Raises UsageError."""
    own = {"cgroup": named_for(seat, course.variables["cgroup"].default)}
    if "port" in course.variables:
        own["port"] = str(port)
    mine = own | dict(chosen)
    return Values(course.variables, mine, variables(Values(course.variables, mine)["cgroup"]))


def variables(group: str) -> dict[str, str]:
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


def terminfo(term: str) -> str:
    """A terminal's description as ncurses takes it from the environment; empty when there is none.

    In a container without terminfo files bash would not know how to fold a long line, and show an end of it only.
    """
    if term == "dumb" or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9+._-]*", term):
        return ""
    for folder in map(Path, ("/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo")):
        with suppress(OSError):
            return "b64:" + base64.urlsafe_b64encode((folder / term[0] / term).read_bytes()).decode()
    return ""
