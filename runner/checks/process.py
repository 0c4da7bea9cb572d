"""The check `process`: what the kernel tells of one process, or how many processes have a command line.

A process is known by its PID and its start time, so that a reused PID is not taken for it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from runner.checks.check_context import PLACE, Gone, Scene, compare, judge, view
from runner.host import kernel, rooted_path
from runner.messages.translatable import N_
from runner.records.results import ABSENT, Finding
from runner.records.shapes import Flag, Integer, Key, Record, Text

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
    exactly_one=(("of", "command"),),
    at_least_one=(
        ("alive", "pid_inside", "state", "parent_inside", "finds", "zombies", "count", "at_least", "at_most"),
    ),
    needs={
        **dict.fromkeys(("alive", "pid_inside", "state", "parent_inside", "finds", "zombies"), "of"),
        **dict.fromkeys(("count", "at_least", "at_most"), "command"),
    },
)


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    if "command" in params:
        yield from _count(params, scene)
        return
    bound = scene.places.get(params["of"])
    source = f"/proc/{bound.pid}/status" if bound else ""
    if "alive" in params:
        # A name that no process ever had is neither running nor gone. It must not pass for either, nor may one that
        # was stopped.
        yield compare("process.alive", "running" if params["alive"] else "gone", _life(bound), source)
    if "pid_inside" in params:
        numbers = kernel.nested_pids(bound.pid) if bound else ()
        yield compare("process.pid_inside", params["pid_inside"], numbers[-1] if numbers else None, source)
    stat = kernel.stat(bound.pid) if bound else None
    if "state" in params:
        yield compare("process.state", params["state"], stat.state if stat else None, source)
    if "parent_inside" in params:
        numbers = kernel.nested_pids(stat.parent) if stat else ()
        yield compare("process.parent_inside", params["parent_inside"], numbers[-1] if numbers else None, source)
    if "finds" in params:
        path = _path_of(bound.pid, params["finds"]) if bound else None
        yield judge("process.finds", params["finds"], path or ABSENT, path is not None, f"{source[:-6]}environ")
    if "zombies" in params:
        yield compare("process.zombies", params["zombies"], _zombies(bound.pid) if bound else None, source)


def _life(process: kernel.Identity | None) -> str | None:
    if process is None:
        return None
    fields = kernel.stat(process.pid)
    if fields is None or not kernel.alive(process):
        return "gone"
    return "stopped" if fields.state == "T" else "running"  # by a signal, such as that of Ctrl-Z: it does nothing


def _zombies(pid: int) -> int | None:
    """Count the descendants of a process that have ended and that nobody has waited for (wait(2)).

    Return None when the process itself is gone.
    """
    if kernel.stat(pid) is None:
        return None
    return sum(stat is not None and stat.state == "Z" for stat in map(kernel.stat, kernel.descendants(pid)))


def _path_of(pid: int, program: str) -> str | None:
    """Return where a process finds a program by the PATH that it was started with, in its own root directory.

    Return None when it does not find the program.
    """
    variables = dict(line.partition("=")[::2] for line in kernel.environment(pid).splitlines())
    for folder in variables.get("PATH", "").split(":"):
        if folder.startswith("/") and os.access(
            rooted_path.resolve(f"/proc/{pid}/root", f"{folder}/{program}"), os.X_OK
        ):
            return f"{folder}/{program}"
    return None


def _count(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    place = scene.pid(params["in"])
    members = kernel.in_pid_namespace(place)
    if not members:
        raise Gone(place)
    count = sum(kernel.command(pid) == params["command"] for pid in members)
    bounds = {"count": count == params.get("count"), "at_least": count >= params.get("at_least", 0)}
    bounds["at_most"] = count <= params.get("at_most", count)
    signs = {"count": "", "at_least": "≥ ", "at_most": "≤ "}
    for name, passed in bounds.items():
        if name in params:
            yield judge("process.count", f"{signs[name]}{params[name]}", str(count), passed, "/proc")
