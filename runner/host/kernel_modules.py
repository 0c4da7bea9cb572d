"""Modules of the kernel that show: the kernel loads them by itself, and they give the machine an interface.

`ip link add x type sit` is enough, in any network namespace; `sit0` is then in the machine's own, too. What else the
kernel loads for a lab (veth, nf_tables, overlay and what they use) is not seen and does nothing.
Source: fb_tunnels_only_for_init_net in admin-guide/sysctl/net.rst.
"""

from __future__ import annotations

from runner.host import kernel_files

INTERFACES = {  # by the name of the interface that comes with it
    "sit0": "sit",
    "tunl0": "ipip",
    "gre0": "ip_gre",
    "ip_vti0": "ip_vti",
    "ip6gre0": "ip6_gre",
    "ip6tnl0": "ip6_tunnel",
    "ip6_vti0": "ip6_vti",
    "dummy0": "dummy",
    "ifb0": "ifb",
    "teql0": "sch_teql",
}


def read() -> frozenset[str]:
    """Return those that have given the machine their interface, each as `sit0 sit`."""
    there = kernel_files.names("/sys/class/net")
    return frozenset(f"{name} {INTERFACES[name]}" for name in there if name in INTERFACES)
