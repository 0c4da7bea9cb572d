"""What a web server answers to a GET, asked from inside a process's network namespace (RFC 9112)."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from typing import Any

from runner.checks.scene import PLACE, PORT, Scene, compare, judge
from runner.host import kernel, syscalls
from runner.records.results import Finding
from runner.records.spec import Integer, Record, Text

PARAMS = Record(
    {
        "port": PORT,
        "of": PLACE,
        "path": Text(template=True),
        "status": Integer(100, 599),
        "holds": Text(template=True),
    },
    required=("port",),
    one_of=(("status", "holds"),),
)
PATIENCE = 2.0  # seconds
READ = 65536


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    port, path = int(params["port"]), params.get("path", "/")
    source = f"http://127.0.0.1:{port}{path}"
    pid = scene.pid(params.get("of", "host"))
    answer = kernel.within(pid, "net", syscalls.CLONE_NEWNET, lambda: get(port, path)) if pid else None
    head, _, body = (answer or "").partition("\r\n\r\n")
    if "status" in params:
        words = head.split()
        yield compare("http.status", params["status"], words[1] if len(words) > 1 else None, source)
    if "holds" in params:
        yield judge("http.holds", params["holds"], body.strip()[:80], params["holds"] in body, source)


def get(port: int, path: str) -> str:
    """One GET to the loopback address. Raises OSError when nobody answers in time."""
    request = f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        connection.sendall(request.encode())
        answer = b""
        while len(answer) < READ and (chunk := connection.recv(READ)):
            answer += chunk
    return answer.decode(errors="replace")
