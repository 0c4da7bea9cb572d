"""Who a process is for the kernel: its user and groups, its capabilities, and what it may never get. Only read.

Sources: proc_pid_status(5), capabilities(7), user_namespaces(7), linux/capability.h.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from runner.host import kernel, kernel_files

_NAMES = """
CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE
NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN
SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE
MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE
"""
CAPABILITIES = tuple(f"CAP_{name}" for name in _NAMES.split())  # A capability's place here is its number.
MOST = 64  # /proc/PID/status has so many bits for a set
SETS = {
    "effective": "CapEff",
    "permitted": "CapPrm",
    "inheritable": "CapInh",
    "bounding": "CapBnd",
    "ambient": "CapAmb",
}
SECCOMP = ("none", "strict", "filter")  # by the numbers of the row Seccomp
IDS = ("uid", "gid")


class Credentials(NamedTuple):
    """What /proc/PID/status tells. Numbers of users and groups are those of our user namespace."""

    uid: tuple[int, ...]  # real, effective, saved, and the one that counts for files
    gid: tuple[int, ...]
    groups: tuple[int, ...]  # the supplementary ones
    sets: Mapping[str, frozenset[int]]  # the numbers of capabilities, by the names in SETS
    no_new_privs: bool
    seccomp: str  # one of SECCOMP


def read(pid: int) -> Credentials | None:
    """Return the credentials of a process; None when it is gone. Raise ValueError for a row that nobody can read."""
    rows = dict(row.partition(":")[::2] for row in kernel_files.rows(f"/proc/{pid}/status"))
    if "Uid" not in rows:
        return None
    user, group, groups = (tuple(map(int, rows[name].split())) for name in ("Uid", "Gid", "Groups"))
    # A kernel that has not one of these rows has not what it tells of, either.
    sets = {name: _members(int(rows.get(row, "0"), 16)) for name, row in SETS.items()}
    seccomp = SECCOMP[int(rows.get("Seccomp", "0"))]
    return Credentials(user, group, groups, sets, bool(int(rows.get("NoNewPrivs", "0"))), seccomp)


def known() -> frozenset[int]:
    """Return the numbers of all capabilities that this kernel knows."""
    return frozenset(range(int(kernel_files.text("/proc/sys/kernel/cap_last_cap")) + 1))


def name(number: int) -> str:
    """Return the name of a capability, as in capabilities(7); one that is newer than we are is CAP_ and its number."""
    return CAPABILITIES[number] if number < len(CAPABILITIES) else f"CAP_{number}"


def number(name: str) -> int:
    """Return the number of a capability. Raise ValueError for a name that `name` would not give."""
    return CAPABILITIES.index(name) if name in CAPABILITIES else int(name.removeprefix("CAP_"))


def id_map(pid: int, kind: str) -> tuple[tuple[int, int, int], ...]:
    """Return the rows of /proc/PID/uid_map, or gid_map: first number inside, first one outside, how many.

    Empty when nothing is mapped yet, or the process is gone.
    """
    rows = (row.split() for row in kernel_files.rows(f"/proc/{pid}/{kind}_map"))
    return tuple((int(row[0]), int(row[1]), int(row[2])) for row in rows if row)


def inside(pid: int, kind: str, number: int) -> int:
    """Return the number that a user (`uid`) or a group (`gid`) of ours has in a process's user namespace.

    One that is not mapped there is shown as the overflow number, 65534 (user_namespaces(7)).
    """
    if kernel.namespace(pid, "user") == kernel.namespace("self", "user"):
        return number  # the map would tell of the namespace above ours
    for first, outside, count in id_map(pid, kind):
        if outside <= number < outside + count:
            return first + number - outside
    return int(kernel_files.text(f"/proc/sys/kernel/overflow{kind}"))


def _members(mask: int) -> frozenset[int]:
    return frozenset(number for number in range(MOST) if mask >> number & 1)
