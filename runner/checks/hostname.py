"""The host name that a process sees, and whether the machine kept its own."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from typing import Any

from runner.checks.scene import PLACE, Scene, compare
from runner.host import kernel
from runner.records.results import Finding
from runner.records.spec import Choice, Record, Text

PARAMS = Record(
    {"of": PLACE, "is": Text(template=True), "host": Choice(("unchanged",))},
    one_of=(("is", "host"),),
)


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    if "is" in params:
        pid = scene.pid(params.get("of", "host"))
        seen = kernel.hostname(pid) if pid else None
        yield compare("hostname", params["is"], seen, f"/proc/{pid}/ns/uts")
    if "host" in params:
        yield compare("hostname.host", scene.hostname, socket.gethostname(), "/proc/sys/kernel/hostname")
