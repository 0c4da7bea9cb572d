"""Which directory is `/` for a process: compared by device and inode, so any path to it counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from runner.checks.scene import ABSENT, PATH, Scene, judge, view
from runner.host import kernel
from runner.messages.markers import N_
from runner.records.results import Finding
from runner.records.spec import Key, Record

MEANING = N_("Which directory is `/` for a process.")
PARAMS = Record(
    {"of": view(), "is": Key(PATH, "Its path on the host.")},
)


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    pid, host = scene.pid(params["of"]), scene.pid("host")
    mine = kernel.root(pid) if pid else None
    wanted = kernel.file_id(f"/proc/{host}/root{params['is']}")
    observed = str(Path(f"/proc/{pid}/root").readlink()) if mine else ABSENT
    yield judge("root", params["is"], observed, mine is not None and mine == wanted, f"/proc/{pid}/root")
