"""The check `mount`: a mount as a process sees it, read from /proc/PID/mountinfo (proc(5))."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from runner.checks.check_context import PATH, Scene, compare, judge, presence, view, yes
from runner.host import kernel, overlay
from runner.host.kernel import Mount
from runner.messages.translatable import N_
from runner.records.results import ABSENT, Finding
from runner.records.shapes import Choice, Flag, Key, ListOf, Record, Text, Unless

OVERLAY = "overlay"
LAYERS = ("lowerdir", "upperdir", "workdir")

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
            "Options that it must have, as /proc/PID/mountinfo tells them.",
            None,
        ),
        "propagation": Key(
            Choice(kernel.PROPAGATION), "Whether mounts below it are sent to others, and come from there.", None
        ),
        "lowerdir": Key(
            ListOf(PATH, minimum=1), "The lower layers of an overlay, the topmost first: their paths on the host.", None
        ),
        "upperdir": Key(PATH, "The layer of an overlay that is written to: its path on the host.", None),
        "workdir": Key(PATH, "The working directory of an overlay: its path on the host.", None),
    },
    at_least_one=(
        ("exists", "fstype", "source", "shared", "options", "propagation", "lowerdir", "upperdir", "workdir"),
    ),
    unless=dict.fromkeys(
        ("fstype", "source", "shared", "options", "propagation", "lowerdir", "upperdir", "workdir"),
        Unless("exists", (False,)),
    ),
)


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    point = params["point"]
    place = scene.pid(params["of"])
    source = f"/proc/{place}/mountinfo"
    mounts = kernel.mounts(place)
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
        devices = {mount.device for mount in kernel.mounts(scene.pid("host"))}
        yield compare("mount.shared", yes(params["shared"]), yes(top.device in devices), source)
    if "options" in params:
        options = params["options"]
        passed = set(options) <= set(top.options)
        # A mount that is read-only lies on a file system that may be written elsewhere: that "rw" would only confuse.
        observed = [option for option in top.options if option not in ("ro", "rw") or option in (*top.own, *options)]
        yield judge("mount.options", ",".join(options), ",".join(dict.fromkeys(observed)), passed, source)
    if "propagation" in params:
        yield compare("mount.propagation", params["propagation"], top.propagation, source)
    for name in LAYERS:
        if name in params:
            yield _layers(name, params[name], top, scene.pid("host"), source)


def _layers(name: str, wanted: str | list[str], top: Mount, host: int, source: str) -> Finding:
    """Judge the layers of an overlay. The kernel only keeps the paths that it was given; another path to the same
    directory will do."""
    expected = [wanted] if isinstance(wanted, str) else wanted
    observed = overlay.layers(top.options, name) if top.fstype == OVERLAY else ()
    passed = len(expected) == len(observed) and all(map(partial(_same, host), expected, observed))
    return judge(f"mount.{name}", ":".join(expected), ":".join(observed) or ABSENT, passed, source)


def _same(host: int, one: str, other: str) -> bool:
    if not other.startswith("/"):
        return False  # Nobody knows any more where the one was who mounted it.
    if posixpath.normpath(one) == posixpath.normpath(other):
        return True
    found = kernel.file_id(host, one)
    return found is not None and found == kernel.file_id(host, other)
