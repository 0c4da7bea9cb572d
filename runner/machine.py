"""The variables that this machine gives to the lessons: its loader, its cgroup files, and this run's token."""

from __future__ import annotations

import platform
import secrets
from pathlib import Path

from runner import cgroups, elf
from runner.errors import Unfit

BASH = Path("/bin/bash")


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
