"""The check `ipc`: System V objects and POSIX message queues of a process's IPC namespace (ipc_namespaces(7)).

POSIX shared memory is not among them: it is files in /dev/shm, and a mount keeps it apart.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from runner.checks.check_context import Scene, asked, compare, judge, view
from runner.host import kernel_files, syscalls
from runner.messages.translatable import N_
from runner.records.results import ABSENT, Finding
from runner.records.shapes import Choice, Integer, Key, Record, Text, Unless

# /proc/sysvipc/FILE, and its column that tells how many bytes there are in an object (proc(5)); `sem` has none.
SYSTEM_V = {"shm": 3, "msg": 3, "sem": None}
QUEUE = "mqueue"

MEANING = N_("IPC objects that a process can use: System V, and POSIX message queues.")
PARAMS = Record(
    {
        "kind": Key(
            Choice((*SYSTEM_V, QUEUE)),
            "`shm` (shared memory), `msg` (queues) or `sem` (semaphores) of System V, or `mqueue` (POSIX queues).",
        ),
        "of": view("host"),
        "count": Key(Integer(), "How many there are.", None),
        "at_least": Key(Integer(), "As many or more.", None),
        "bytes": Key(Integer(), "For `shm` and `msg`: one of them has so many bytes.", None),
        "name": Key(Text(template=True, pattern=r"[^/\s]+"), "For `mqueue`: one of them has this name.", None),
    },
    at_least_one=(("count", "at_least", "bytes", "name"),),
    unless={"bytes": Unless("kind", ("sem", QUEUE)), "name": Unless("kind", tuple(SYSTEM_V))},
)


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    pid, kind = scene.pid(params["of"]), params["kind"]
    ask = _queues if kind == QUEUE else lambda: _objects(kind)
    found = asked(pid, "ipc", ask)
    source = "/dev/mqueue" if kind == QUEUE else f"/proc/sysvipc/{kind}"
    count = len(found)
    if "count" in params:
        yield compare(f"ipc.count.{kind}", params["count"], count, source)
    if "at_least" in params:
        yield judge(f"ipc.count.{kind}", f"≥ {params['at_least']}", str(count), count >= params["at_least"], source)
    shown = " ".join(found) or ABSENT
    if "bytes" in params:
        yield judge(f"ipc.bytes.{kind}", str(params["bytes"]), shown, str(params["bytes"]) in found, source)
    if "name" in params:
        yield judge("ipc.name", params["name"], shown, params["name"] in found, source)


def _objects(kind: str) -> tuple[str, ...]:
    """Return, for each System V object of a kind, how many bytes it has; empty where the kernel tells none."""
    column = SYSTEM_V[kind]
    rows = kernel_files.text(f"/proc/sysvipc/{kind}").splitlines()[1:]
    return tuple(row.split()[column] if column is not None else "" for row in rows)


def _queues() -> tuple[str, ...]:
    """Return the names of the POSIX queues. Their file system is opened anew: what a process has mounted may be of
    another namespace (mq_overview(7))."""
    folder = syscalls.fresh_mount("mqueue")
    try:
        return tuple(sorted(os.listdir(folder)))
    finally:
        os.close(folder)
