"""The check `socket`: whether a process listens on a TCP port, or at a Unix socket, in a network namespace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.checks.check_context import PORT, Scene, compare, view, yes
from runner.host import kernel
from runner.messages.translatable import N_
from runner.records.results import Finding
from runner.records.shapes import Flag, Key, Record, Text

MEANING = N_("Whether somebody listens on a TCP port, or at a Unix socket.")
PARAMS = Record(
    {
        "port": Key(PORT, "The TCP port.", None),
        "unix": Key(Text(template=True), "The name of a Unix socket: its path, or @ and an abstract name.", None),
        "of": view("host"),
        "listening": Key(Flag(), "Whether somebody does."),
    },
    exactly_one=(("port", "unix"),),
)


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    pid = scene.pid(params["of"])
    table = "unix" if "unix" in params else "tcp"
    yield compare("socket.listening", yes(params["listening"]), yes(_listens(pid, params)), f"/proc/{pid}/net/{table}")


def _listens(pid: int, params: Mapping[str, Any]) -> bool:
    if "unix" in params:
        return params["unix"] in kernel.listening_unix(pid)
    return int(params["port"]) in kernel.listening(pid)
