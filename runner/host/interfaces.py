"""The machine's own network interfaces, and the modules of the kernel that bring some.

`ip link add x type sit` is enough, in any network namespace: the kernel loads the module, and `sit0` is then in the
machine's own, too. What else it loads for a lab (veth, nf_tables, overlay and what they use) is not seen and does
nothing. Source: fb_tunnels_only_for_init_net in admin-guide/sysctl/net.rst.
"""

from __future__ import annotations

from pathlib import Path

from runner.host import kernel_files

FOLDER = Path("/sys/class/net")
PAIRED = "veth"  # An engine makes and removes some with each container. One whose other half is elsewhere ends with it.
MODULES = {  # by the interface that comes with it
    "sit0": "sit",
    "tunl0": "ipip",
    "gre0": "ip_gre",
    "gretap0": "ip_gre",
    "erspan0": "ip_gre",
    "ip_vti0": "ip_vti",
    "ip6gre0": "ip6_gre",
    "ip6tnl0": "ip6_tunnel",
    "ip6_vti0": "ip6_vti",
    "dummy0": "dummy",
    "bond0": "bonding",
    "ifb0": "ifb",
    "ifb1": "ifb",
    "teql0": "sch_teql",
}


def read() -> frozenset[str]:
    """Return their names, but for halves of pairs whose other half is in another network namespace."""
    names = [name for name in kernel_files.names(FOLDER) if (FOLDER / name).is_symlink()]  # `bonding_masters` is none
    numbers = {name: (_number(name, "ifindex"), _number(name, "iflink")) for name in names}
    here = set(numbers.values())
    return frozenset(
        name for name, (own, other) in numbers.items() if not name.startswith(PAIRED) or (other, own) in here
    )


def _number(name: str, file: str) -> str:
    """Return the interface's own number, or that of its other half: its own, when it has none (sysfs-class-net)."""
    return "".join(kernel_files.words(FOLDER / name / file))
