"""A mount as a process sees it, read from its /proc/PID/mountinfo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.checks.scene import PATH, Scene, compare, judge, presence, view, yes
from runner.host import kernel
from runner.messages.markers import N_
from runner.records.results import Finding
from runner.records.spec import Flag, Key, ListOf, Record, Text

MEANING = N_("A mount as a process sees it.")
PARAMS = Record(
    {
        "point": Key(PATH, "Where it is mounted."),
        "of": view("host"),
        "exists": Key(Flag(), "Whether something is mounted there.", None),
        "fstype": Key(Text(pattern=r"[a-z0-9]+"), "The type of its filesystem.", None),
        "source": Key(Text(template=True), "What is mounted.", None),
        "shared": Key(Flag(), "Whether the host has the same filesystem mounted, no matter where.", None),
        "options": Key(ListOf(Text(pattern=r"[a-z0-9=_.-]+"), minimum=1), "Options that it must have.", None),
    },
    at_least_one=(("exists", "fstype", "source", "shared", "options"),),
)


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    point = params["point"]
    place = scene.pid(params["of"])
    source = f"/proc/{place}/mountinfo"
    mounts = kernel.mounts(place) if place else []
    # the last one wins: mounts stack, and the newest covers the others
    found = next((mount for mount in reversed(mounts) if mount.point == point), None)
    if params.get("exists") is False or found is None:
        yield compare("mount.exists", presence(params.get("exists", True)), presence(found), source)
        return
    if "exists" in params:
        yield compare("mount.exists", presence(True), presence(True), source)
    if "fstype" in params:
        yield compare("mount.fstype", params["fstype"], found.fstype, source)
    if "source" in params:
        yield compare("mount.source", params["source"], found.source, source)
    if "shared" in params:  # the same file system is on the host too, wherever it is mounted there
        host = scene.pid("host")
        devices = {mount.device for mount in kernel.mounts(host)} if host else set()
        yield compare("mount.shared", yes(params["shared"]), yes(found.device in devices), source)
    if "options" in params:
        wanted = params["options"]
        passed = set(wanted) <= set(found.options)
        yield judge("mount.options", ",".join(wanted), ",".join(found.options), passed, source)
