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

from runner.host import kernel_files
from runner.lab.effects import homes
from runner.lab.journal import Journal

SYSCTLS = {"domainname": Path("/proc/sys/kernel/domainname")}
# Only such a name is written into the command for people, which a shell reads.
PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def note(journal: Journal) -> None:
    """Journal the host's values, as the first of the seats that are open now found them."""
    with journal.alone():
        values = baseline(journal)
        name = values["hostname"]
        undo = homes.only_there("uts", f"hostname {name}") if PLAIN.fullmatch(name) else "true"
        journal.intend("host", undo, uts=homes.here("uts"), **values)


def baseline(journal: Journal) -> dict[str, str]:
    """Return what the host's values are, or will be again when the other seats that are open now have ended."""
    earlier = [entry.data for entry in journal.neighbours("host") if homes.is_here(entry.data, "uts")]
    return {name: earlier[0].get(name, value) for name, value in current().items()} if earlier else current()


def current() -> dict[str, str]:
    """Return the host's values as they are now."""
    values = {name: kernel_files.text(path).strip("\n") for name, path in SYSCTLS.items() if path.exists()}
    return {"hostname": socket.gethostname()} | values


def restore(data: Mapping[str, Any]) -> list[str]:
    """Put back what was changed behind our back. Return the names of the values that were."""
    if not homes.is_here(data, "uts"):
        return []
    changed = [name for name, value in current().items() if data.get(name, value) != value]
    for name in changed:
        if name == "hostname":
            socket.sethostname(data[name])
        else:
            kernel_files.write(SYSCTLS[name], data[name])
    return changed
