"""Whether someone listens on a TCP port in a process's network namespace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.checks.base import PLACE, PORT, Scene, compare, yes
from runner.course.spec import Flag, Record
from runner.host import kernel
from runner.results import Finding

PARAMS = Record({"port": PORT, "of": PLACE, "listening": Flag()}, required=("port", "listening"))


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    pid = scene.pid(params.get("of", "host"))
    found = yes(pid and int(params["port"]) in kernel.listening(pid)) if pid else None
    yield compare("socket.listening", yes(params["listening"]), found, f"/proc/{pid}/net/tcp")
