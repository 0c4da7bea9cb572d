"""The check `socket`: whether a process listens on a TCP port in a network namespace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.checks.check_context import PORT, Scene, compare, view, yes
from runner.host import kernel
from runner.messages.translatable import N_
from runner.records.results import Finding
from runner.records.shapes import Flag, Key, Record

MEANING = N_("Whether somebody listens on a TCP port.")
PARAMS = Record(
    {
        "port": Key(PORT, "The port."),
        "of": view("host"),
        "listening": Key(Flag(), "Whether somebody does."),
    },
)


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    pid = scene.pid(params["of"])
    listening = yes(int(params["port"]) in kernel.listening(pid)) if pid else None
    yield compare("socket.listening", yes(params["listening"]), listening, f"/proc/{pid}/net/tcp")
