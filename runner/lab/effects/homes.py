"""The namespaces that effects belong to (namespaces(7)). The journal names each by its kind and number.

A host name is a UTS namespace's, the options of a mount are reached from a mount namespace, and groups are seen from
the root of a cgroup namespace. From any other one an effect cannot be undone, and only seems to be undone already.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from runner.host import kernel, shell_line
from runner.lab.journal import Entry

KINDS = {"uts": "uts", "mnt": "mount", "cgroup": "cgroup"}  # each with its option of nsenter(1)
# The numbers of those that a machine has from its start to its end (include/linux/proc_ns.h). In a container nobody who
# is in them may be seen.
FIRST = {"uts": 0xEFFFFFFE, "cgroup": 0xEFFFFFFB}


def here(kind: str) -> int:
    """Return the number of our own namespace of a kind."""
    return kernel.namespace("self", kind) or 0


def is_here(data: Mapping[str, Any], kind: str) -> bool:
    """Tell whether an effect belongs to our namespace of a kind. Earlier versions did not note it."""
    return bool(data.get(kind, here(kind)) == here(kind))


def only_there(kind: str, command: str) -> str:
    """Return a command for people that does nothing in any other namespace than ours."""
    return f"[ $(stat -Lc %i /proc/self/ns/{kind}) != {here(kind)} ] || {{ {command}; }}"


def away(entries: Iterable[Entry]) -> dict[str, int]:
    """Return the kinds of those namespaces of effects that are not ours and still exist, each with the PID of somebody
    in it; 0 when that is nobody whom we can see.

    A namespace that is gone has taken its names and mounts with it.
    """
    noted = {kind: entry.data[kind] for entry in entries for kind in KINDS if not is_here(entry.data, kind)}
    found = {kind: 0 for kind, number in noted.items() if number == FIRST.get(kind)}
    for pid in kernel.pids():
        for kind in noted.keys() - filter(found.get, found):
            if kernel.namespace(pid, kind) == noted[kind]:
                found[kind] = pid
    return found


def way_to(away: Mapping[str, int]) -> str:
    """Return the command that cleans up where these are; nothing when nobody is seen who is there."""
    if not all(away.values()):
        return ""
    doors = [f"--{KINDS[kind]}=/proc/{pid}/ns/{kind}" for kind, pid in sorted(away.items())]
    return shell_line.line("nsenter", *doors, "semdocker", "cleanup")
