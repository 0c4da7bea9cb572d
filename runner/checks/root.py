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
        "is": Key(PATH, "Its path on the host.", None),
        "top": Key(
            Flag(),
            "Whether it is also the root of the mount namespace, as after pivot_root: nothing is above it.",
            None,
        ),
    },
    at_least_one=(("is", "top"),),
)
TOP = "/"  # Seen from outside its namespace, a root is named by the way down from the namespace's own.


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    pid, host = scene.pid(params["of"]), scene.pid("host")
    actual, observed = kernel.root(pid), kernel.root_path(pid) or ABSENT
    if "is" in params:
        same = actual is not None and actual == kernel.file_id(host, params["is"])
        yield judge("root", params["is"], params["is"] if same else observed, same, f"/proc/{pid}/root")
    if "top" in params:
        # The host's own root is called `/`, too, and a process that has never left it is in no container.
        own = "is" in params or actual != kernel.root(host)
        yield compare("root.top", yes(params["top"]), yes(own and observed == TOP), f"/proc/{pid}/root")
