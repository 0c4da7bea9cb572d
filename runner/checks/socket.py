"""Whether someone listens on a TCP port in a process's network namespace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.checks.scene import PLACE, PORT, Scene, compare, yes
from runner.host import kernel
from runner.records.results import Finding
from runner.records.spec import Flag, Record

PARAMS = Record({"port": PORT, "of": PLACE, "listening": Flag()}, required=("port", "listening"))


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    pid = scene.pid(params.get("of", "host"))
    found = yes(pid and int(params["port"]) in kernel.listening(pid)) if pid else None
    yield compare("socket.listening", yes(params["listening"]), found, f"/proc/{pid}/net/tcp")
