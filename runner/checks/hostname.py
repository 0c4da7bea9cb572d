"""The check `hostname`: the host name that a process sees, and whether the machine kept its own."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from typing import Any

from runner.checks.check_context import Scene, compare, view
from runner.host import kernel
from runner.messages.translatable import N_
from runner.records.results import Finding
from runner.records.shapes import Choice, Key, Record, Text

MEANING = N_("The host name of a process, and of the host.")
PARAMS = Record(
    {
        "of": view("host"),
        "is": Key(Text(template=True), "The name it must have.", None),
        "host": Key(Choice(("unchanged",)), "The host still has the name it had before the lesson.", None),
    },
    at_least_one=(("is", "host"),),
)


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    if "is" in params:
        pid = scene.pid(params["of"])
        yield compare("hostname", params["is"], kernel.hostname(pid), f"/proc/{pid}/ns/uts")
    if "host" in params:
        yield compare("hostname.host", scene.hostname, socket.gethostname(), "/proc/sys/kernel/hostname")
