"""What a web server answers to a GET, asked from inside a process's network namespace (RFC 9112)."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from typing import Any

from runner.checks.scene import PORT, Scene, compare, judge, view
from runner.host import kernel, syscalls
from runner.messages.markers import N_
from runner.records.results import Finding
from runner.records.spec import Integer, Key, Record, Text

MEANING = N_("What a web server on 127.0.0.1 answers.")
PARAMS = Record(
    {
        "port": Key(PORT, "Its port."),
        "of": view("host"),
        "path": Key(Text(template=True), "What is asked for.", "/"),
        "status": Key(Integer(100, 599), "The status it must answer.", None),
        "holds": Key(Text(template=True), "What the answer must have in it.", None),
    },
    at_least_one=(("status", "holds"),),
)
PATIENCE = 2.0  # seconds
READ = 65536


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    port, path = int(params["port"]), params["path"]
    source = f"http://127.0.0.1:{port}{path}"
    pid = scene.pid(params["of"])
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
