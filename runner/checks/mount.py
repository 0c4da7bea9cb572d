"""The check `mount`: a mount as a process sees it, read from /proc/PID/mountinfo (proc(5))."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.checks.check_context import PATH, Scene, compare, judge, presence, view, yes
from runner.host import kernel
from runner.messages.translatable import N_
from runner.records.results import Finding
from runner.records.shapes import Flag, Key, ListOf, Record, Text

MEANING = N_("A mount as a process sees it.")
PARAMS = Record(
    {
        "point": Key(PATH, "Where it is mounted."),
        "of": view("host"),
        "exists": Key(Flag(), "Whether something is mounted there.", None),
        "fstype": Key(Text(pattern=r"[a-z0-9]+"), "The type of its filesystem.", None),
        "source": Key(Text(template=True), "What is mounted.", None),
        "shared": Key(Flag(), "Whether the host has the same filesystem mounted, no matter where.", None),
        "options": Key(
            ListOf(Text(template=True, pattern=r"[^,\s]+"), minimum=1),
            "Options that it must have, as /proc/PID/mountinfo tells them; an overlay's name its layers.",
            None,
        ),
    },
    at_least_one=(("exists", "fstype", "source", "shared", "options"),),
)


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    point = params["point"]
    place = scene.pid(params["of"])
    source = f"/proc/{place}/mountinfo"
    mounts = kernel.mounts(place) if place else []
    # Mounts stack: the newest covers the others, and it comes last in the file.
    top = next((mount for mount in reversed(mounts) if mount.point == point), None)
    if "exists" in params or top is None:
        yield compare("mount.exists", presence(params.get("exists", True)), presence(top), source)
    if params.get("exists") is False or top is None:
        return
    if "fstype" in params:
        yield compare("mount.fstype", params["fstype"], top.fstype, source)
    if "source" in params:
        yield compare("mount.source", params["source"], top.source, source)
    if "shared" in params:  # The host may have mounted the same file system anywhere, so only its device is compared.
        host = scene.pid("host")
        devices = {mount.device for mount in kernel.mounts(host)} if host else set()
        yield compare("mount.shared", yes(params["shared"]), yes(top.device in devices), source)
    if "options" in params:
        options = params["options"]
        passed = set(options) <= set(top.options)
        # A mount that is read-only lies on a file system that may be written elsewhere: that "rw" would only confuse.
        observed = [*top.own, *(option for option in top.superblock if option not in ("ro", "rw") or option in options)]
        yield judge("mount.options", ",".join(options), ",".join(dict.fromkeys(observed)), passed, source)
