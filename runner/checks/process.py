"""A process by its identity (PID and start time): running or gone, its PID inside, its state; or a head count."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from runner.checks.scene import ABSENT, PLACE, Scene, compare, judge, view
from runner.host import kernel
from runner.messages.markers import N_
from runner.records.results import Finding
from runner.records.spec import Flag, Integer, Key, Record, Text

MEANING = N_("A process by its place, or how many have a command line.")
PARAMS = Record(
    {
        "of": view(None),
        "alive": Key(Flag(), "Whether it still runs.", None),
        "pid_inside": Key(Integer(1), "Its PID in its own namespace.", None),
        "state": Key(Text(pattern=r"[RSDTZ]"), "Its state: R, S, D, T or Z.", None),
        "parent_inside": Key(Integer(0), "The PID of its parent, there.", None),
        "finds": Key(Text(pattern=r"[^/\s]+"), "The name of a program that it finds by its own PATH.", None),
        "zombies": Key(Integer(), "How many dead processes there nobody has collected.", None),
        "command": Key(Text(template=True), "The exact command line of the processes to count.", None),
        "in": Key(PLACE, "The place whose PID namespace is searched.", "host"),
        "count": Key(Integer(), "How many there are.", None),
        "at_least": Key(Integer(), "As many or more.", None),
        "at_most": Key(Integer(), "As many or fewer.", None),
    },
    at_least_one=(
        ("of", "command"),
        ("alive", "pid_inside", "state", "parent_inside", "finds", "zombies", "count", "at_least", "at_most"),
    ),
)


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    if "command" in params:
        yield from _count(params, scene)
        return
    bound = scene.places.get(params["of"])
    source = f"/proc/{bound.pid}/status" if bound else ""
    if "alive" in params:
        # a name that was never given is neither running nor gone: nothing to prove anything by
        state = None if bound is None else "running" if kernel.alive(bound) else "gone"
        yield compare("process.alive", "running" if params["alive"] else "gone", state, source)
    if "pid_inside" in params:
        numbers = kernel.nested_pids(bound.pid) if bound else ()
        yield compare("process.pid_inside", params["pid_inside"], numbers[-1] if numbers else None, source)
    found = kernel.stat(bound.pid) if bound else None
    if "state" in params:
        yield compare("process.state", params["state"], found.state if found else None, source)
    if "parent_inside" in params:
        numbers = kernel.nested_pids(found.parent) if found else ()
        yield compare("process.parent_inside", params["parent_inside"], numbers[-1] if numbers else None, source)
    if "finds" in params:
        found_at = _found(bound.pid, params["finds"]) if bound else None
        yield judge("process.finds", params["finds"], found_at or ABSENT, found_at is not None, f"{source[:-6]}environ")
    if "zombies" in params:
        yield compare("process.zombies", params["zombies"], _zombies(bound.pid) if bound else None, source)


def _zombies(pid: int) -> int | None:
    """How many descendants of a process have ended and wait to be asked how; None when it is gone itself."""
    if kernel.stat(pid) is None:
        return None
    return sum(state is not None and state.state == "Z" for state in map(kernel.stat, kernel.descendants(pid)))


def _found(pid: int, program: str) -> str | None:
    """Where the PATH that a process was started with leads to a program, in its own root directory; None: nowhere."""
    variables = dict(line.partition("=")[::2] for line in kernel.environment(pid).splitlines())
    for folder in variables.get("PATH", "").split(":"):
        if folder.startswith("/") and os.access(f"/proc/{pid}/root{folder}/{program}", os.X_OK):
            return f"{folder}/{program}"
    return None


def _count(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    place = scene.pid(params["in"])
    members = kernel.in_pid_namespace(place) if place else []
    found = sum(kernel.command(pid) == params["command"] for pid in members)
    bounds = {"count": found == params.get("count"), "at_least": found >= params.get("at_least", 0)}
    bounds["at_most"] = found <= params.get("at_most", found) and bool(members)
    signs = {"count": "", "at_least": "≥ ", "at_most": "≤ "}
    for name, passed in bounds.items():
        if name in params:
            yield judge("process.count", f"{signs[name]}{params[name]}", str(found), passed, "/proc")
