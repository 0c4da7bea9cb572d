"""Modules of the kernel that a lab can have loaded, and that change what the machine itself does.

Most do nothing until somebody uses them. `iptables -m physdev` loads br_netfilter, and from then on every bridge of the
machine hands what it forwards to the machine's packet filter (bridge-nf-call-iptables in ip-sysctl.rst): where that
drops what it does not know, as Docker's does, containers and virtual machines lose their network.
"""

from __future__ import annotations

from pathlib import Path

TRACES = {"br_netfilter": "/proc/sys/net/bridge"}  # what is there once the module is loaded
# Not by `modprobe -r`, which would take the bridges away with it: nothing counts as their user.
REMOVE = {"br_netfilter": ("rmmod", "br_netfilter")}


def read() -> frozenset[str]:
    """Return those of them that are loaded."""
    return frozenset(name for name, trace in TRACES.items() if Path(trace).is_dir())
