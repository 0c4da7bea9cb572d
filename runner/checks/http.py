"""The check `http`: the answer of a web server to a GET from inside a process's network namespace (RFC 9112)."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from typing import Any

from runner.checks.check_context import ADDRESS, PORT, Scene, asked, compare, judge, view
from runner.host.reachability import ANSWER
from runner.messages.translatable import N_
from runner.records.results import Finding
from runner.records.shapes import Integer, Key, Record, Text

MEANING = N_("What a web server answers to a process that asks it.")
PARAMS = Record(
    {
        "port": Key(PORT, "Its port."),
        "of": view("host"),
        "address": Key(ADDRESS, "Its address.", "127.0.0.1"),
        "path": Key(Text(template=True), "What is asked for.", "/"),
        "status": Key(Integer(100, 599), "The status it must answer.", None),
        "holds": Key(Text(template=True), "What the answer must have in it.", None),
    },
    at_least_one=(("status", "holds"),),
)
PATIENCE = 2.0  # Seconds to wait for each piece of the answer.
READ = 65536  # When so many bytes of the answer are there, no more are read.


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    address, port, path = params["address"], int(params["port"]), params["path"]
    source = f"http://{address}:{port}{path}"
    head, _, body = asked(scene.pid(params["of"]), "net", lambda: get(address, port, path)).partition("\r\n\r\n")
    if "status" in params:
        words = head.split()
        yield compare("http.status", params["status"], words[1] if len(words) > 1 else None, source)
    if "holds" in params:
        yield judge("http.holds", params["holds"], body.strip()[:80], params["holds"] in body, source)


def get(address: str, port: int, path: str) -> str:
    """Return the answer to one GET, with its head; empty when none comes in time, because that is a fact, too."""
    request = f"GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n"
    answer = b""
    try:
        with socket.create_connection((address, port), ANSWER) as connection:
            connection.settimeout(PATIENCE)
            connection.sendall(request.encode())
            while len(answer) < READ and (chunk := connection.recv(READ)):
                answer += chunk
    except OSError:
        return ""
    return answer.decode(errors="replace")
