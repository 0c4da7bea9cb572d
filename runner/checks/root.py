"""The check `root`: which directory is `/` for a process. Device and inode are compared, so any path to it will do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.checks.check_context import PATH, Scene, compare, judge, view, yes
from runner.host import kernel
from runner.messages.translatable import N_
from runner.records.results import ABSENT, Finding
from runner.records.shapes import Flag, Key, Record

MEANING = N_("Which directory is `/` for a process.")
PARAMS = Record(
    {
        "of": view(),
        "is": Key(PATH, "Its path on the host."),
        "top": Key(
            Flag(),
            "Whether it is also the root of the mount namespace, as after pivot_root: nothing is above it.",
            None,
        ),
    },
)
TOP = "/"  # Seen from outside its namespace, a root is named by the way down from the namespace's own.


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    pid, host = scene.pid(params["of"]), scene.pid("host")
    actual, expected = kernel.root(pid), kernel.file_id(host, params["is"])
    observed = kernel.root_path(pid) or ABSENT
    yield judge("root", params["is"], observed, actual is not None and actual == expected, f"/proc/{pid}/root")
    if "top" in params:
        yield compare("root.top", yes(params["top"]), yes(observed == TOP), f"/proc/{pid}/root")
