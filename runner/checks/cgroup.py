"""The check `cgroup`: whether a group is there, its limits, its members and the kernel's counters, on v1 and v2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from runner.checks.check_context import PLACE, Gone, Scene, compare, judge, presence, view, yes
from runner.host import cgroups
from runner.messages.translatable import N_
from runner.records.results import ABSENT, Finding
from runner.records.shapes import Choice, Flag, Integer, Key, Record, Text, Unless

MEANING = N_("A control group and what is in it; the same on cgroup v1 and v2.")
PARAMS = Record(
    {
        "group": Key(Text(template=True), "The group's name.", None),
        "of": view(None),  # Instead of a name: the group that this process is in.
        "controller": Key(Choice(cgroups.CONTROLLERS), "The controller whose tree is looked at."),
        "exists": Key(Flag(), "Whether the group is there.", None),
        "limit": Key(
            Text(template=True),
            "The limit that is set, such as 256M, 20, or quota and period of the CPU.",
            None,
        ),
        "swap": Key(Choice(("none",)), "The group may use no swap.", None),
        "member": Key(PLACE, "The place whose process is in the group.", None),
        "empty": Key(Flag(), "Whether no process is in the group.", None),
        "counter": Key(Choice(tuple(cgroups.TABLE["v2"]["counter"])), "An event that the kernel counts.", None),
        "at_least": Key(Integer(1), "How often it must have happened.", 1),
    },
    exactly_one=(("group", "of"),),
    at_least_one=(("exists", "limit", "swap", "member", "empty", "counter"),),
    needs={"at_least": "counter"},
    unless=dict.fromkeys(("limit", "swap", "member", "empty", "counter"), Unless("exists", (False,))),
)


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    tree, controller = cgroups.read().below(scene.group), params["controller"]
    version = tree.version(controller)
    if version is None:
        raise OSError(f"cgroup: {controller}: no hierarchy offers this controller")
    group = tree.group(controller, params["group"]) if "group" in params else _group_of(params["of"], controller, scene)
    there = group.is_dir()
    if "exists" in params or not there:
        yield compare("cgroup.exists", presence(params.get("exists", True)), presence(there), shown(group, scene))
    if params.get("exists") is False or not there:
        return
    if "limit" in params:
        file = group / cgroups.TABLE[version]["limit"][controller][0]
        limit = cgroups.limit(group, controller, version)
        wanted = cgroups.normal(params["limit"])
        passed = limit == wanted or _same_share(f"{limit} {wanted}")
        yield judge(f"cgroup.limit.{controller}", params["limit"], limit or ABSENT, passed, shown(file, scene))
    if "swap" in params:
        file = group / cgroups.TABLE[version]["swap"]["memory"][0]
        yield compare("cgroup.swap", "no", yes(not cgroups.swap_bounded(group, version)), shown(file, scene))
    yield from _processes(params, scene, cgroups.members(group), shown(group / "cgroup.procs", scene))
    if "counter" in params:
        name, least = params["counter"], params["at_least"]
        count = cgroups.counter(group, name, version)
        file = group / cgroups.TABLE[version]["counter"][name][0]
        passed = count is not None and count >= least
        yield judge(
            f"cgroup.counter.{name}", f"≥ {least}", str(ABSENT if count is None else count), passed, shown(file, scene)
        )


def _same_share(limits: str) -> bool:
    """Tell whether two pairs of quota and period are the same part of a CPU: half of one, in periods of any length."""
    numbers = limits.split()
    if len(numbers) != 4 or not all(map(str.isdecimal, numbers)):
        return False
    quota, period, other_quota, other_period = map(int, numbers)
    return quota * other_period == other_quota * period


def _group_of(place: str, controller: str, scene: Scene) -> Path:
    """Return the directory of the group that a process is in. Raise Gone when the process has ended."""
    pid, tree = scene.pid(place), cgroups.read()
    path = cgroups.of(pid, tree).get(tree.group(controller, ""))
    if path is None:
        raise Gone(pid)
    return tree.group(controller, path.lstrip("/"))


def shown(path: Path, scene: Scene) -> str:
    """Return the name that a file of the control groups has in the lab."""
    return str(path).replace(f"/{scene.group}", "", 1) if scene.group else str(path)


def _processes(params: Mapping[str, Any], scene: Scene, members: list[int], source: str) -> Iterator[Finding]:
    if "member" in params:
        yield compare("cgroup.member", "yes", yes(scene.pid(params["member"]) in members), source)
    if "empty" in params:
        yield compare("cgroup.empty", yes(params["empty"]), yes(not members), source)
