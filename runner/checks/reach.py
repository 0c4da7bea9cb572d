"""The check `reach`: whether a process's network namespace has a way to an address, and how fast it is. It is tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.checks.check_context import ADDRESS, PATH, PORT, Scene, asked, judge, view
from runner.host.reachability import NO_ANSWER, connect, download, ping
from runner.messages.translatable import N_
from runner.records.results import Finding
from runner.records.shapes import Flag, Integer, Key, Record, Unless

MEANING = N_("Whether there is a way to an address, tried in a process's network namespace.")
PARAMS = Record(
    {
        "address": Key(ADDRESS, "The address, such as 10.0.0.2."),
        "of": view("host"),
        "port": Key(PORT, "The TCP port to connect to; without it, one ping is sent.", None),
        "answers": Key(Flag(), "Whether somebody answers.", True),
        "path": Key(PATH, "The file that is got from a web server to measure the speed.", "/"),
        "at_least": Key(Integer(1), "So many bytes a second, or more, must come.", None),
        "at_most": Key(Integer(1), "So many bytes a second, or fewer, must come.", None),
    },
    unless=dict.fromkeys(("at_least", "at_most"), Unless("answers", (False,))),
)
MEASURED = 0.25  # Seconds to get a file for.
ANSWERS = "answers"
LIMITS = {"at_least": "≥ ", "at_most": "≤ "}


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    pid, address, port = scene.pid(params["of"]), params["address"], int(params.get("port", 0))
    problem = asked(pid, "net", lambda: connect(address, port) if port else ping(address))
    where = f"{address}:{port}" if port else address
    expected = ANSWERS if params["answers"] else NO_ANSWER
    yield judge(f"reach.{where}", expected, problem or ANSWERS, (problem is None) == params["answers"])
    if problem is None and LIMITS.keys() & params.keys():
        yield from _speed(params, pid, where)


def _speed(params: Mapping[str, Any], pid: int, where: str) -> Iterator[Finding]:
    address, port, path = params["address"], int(params.get("port", 80)), params["path"]
    speed, shown = asked(pid, "net", lambda: _measured(address, port, path))
    for name, sign in LIMITS.items():
        if name in params:
            limit = params[name]
            fits = speed >= limit if name == "at_least" else speed <= limit
            passed = speed > 0 and fits  # What stands still is not slow.
            yield judge(f"reach.speed.{where}", f"{sign}{limit} B/s", shown, passed)


def _measured(address: str, port: int, path: str) -> tuple[int, str]:
    """Return the bytes a second that come, and how they are shown. What does not come is a fact, not our trouble."""
    try:
        speed = download(address, port, path, MEASURED)
    except OSError as error:
        return 0, error.strerror or str(error)
    return speed, f"{speed} B/s"
