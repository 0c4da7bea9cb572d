"""Host-wide values that a command typed in the wrong shell changes: noted at the start, put back at the end.

They belong to a UTS namespace (uts_namespaces(7)), which the journal names: whoever runs us in another one, with
`unshare -u` or in a container, has other values, and none of them is ever given to the machine.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runner.host import kernel, kernel_files
from runner.lab.journal import Journal

SYSCTLS = {"domainname": Path("/proc/sys/kernel/domainname")}
# Only such a name is written into the command for people, which a shell reads.
PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def note(journal: Journal) -> None:
    """Journal the host's values, as the first of the seats that are open now found them."""
    with journal.alone():
        values, here = baseline(journal), _here()
        name = values["hostname"]
        undo = f"[ $(stat -Lc %i /proc/self/ns/uts) != {here} ] || hostname {name}"
        journal.intend("host", undo if PLAIN.fullmatch(name) else "true", uts=here, **values)


def baseline(journal: Journal) -> dict[str, str]:
    """Return what the host's values are, or will be again when the other seats that are open now have ended."""
    earlier = [entry.data for entry in journal.neighbours("host") if entry.data.get("uts") == _here()]
    return {name: earlier[0].get(name, value) for name, value in current().items()} if earlier else current()


def current() -> dict[str, str]:
    """Return the host's values as they are now."""
    values = {name: kernel_files.text(path).strip("\n") for name, path in SYSCTLS.items() if path.exists()}
    return {"hostname": socket.gethostname()} | values


def restore(data: Mapping[str, Any]) -> list[str]:
    """Put back what was changed behind our back. Return the names of the values that were."""
    if data.get("uts", _here()) != _here():
        return []
    changed = [name for name, value in current().items() if data.get(name, value) != value]
    for name in changed:
        if name == "hostname":
            socket.sethostname(data[name])
        else:
            kernel_files.write(SYSCTLS[name], data[name])
    return changed


def _here() -> int:
    """Return the number of our UTS namespace."""
    return kernel.namespace("self", "uts") or 0
