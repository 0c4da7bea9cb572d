"""A filter in the kernel for what the lab may write below /proc/sys, in whichever proc it is mounted.

The lab's own proc is sealed, but a container mounts one of its own, and the kernel's values are there again. A BPF
program of type cgroup/sysctl (Linux 5.2) on the lab's v2 group refuses to set those that are the whole machine's
(EPERM, as to an unprivileged user). What belongs to a namespace, such as net.ipv4.ip_forward, can be set. Source:
Documentation/bpf/prog_cgroup_sysctl.rst.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from runner.host import syscalls
from runner.lab import bpf
from runner.lab.bpf import CONTEXT, FOUR, ONE, RETURNED, STACK, THREE, TWO, answer, do

# Below these are the values of network, UTS and IPC namespaces (network_namespaces(7), uts_namespaces(7),
# ipc_namespaces(7)): a write reaches the namespace of the one who writes.
OWN = ("net/", "kernel/hostname", "kernel/domainname", "kernel/sem", "kernel/shm", "kernel/msg", "fs/mqueue/")
# Of more than 700 below net/ this one alone is the whole machine's; once switched on it cannot be switched off
# (nf_hooks_lwtunnel_set in net/netfilter/nf_hooks_lwtunnel.c).
SHARED = "net/netfilter/nf_hooks_lwtunnel"
ROOM = 64  # bytes of the stack for a name; a longer one is cut, and its beginning is enough
_GET_NAME = 101  # bpf_sysctl_get_name(context, buffer, size, flags)


def attach(groups: Iterable[Path]) -> None:
    """Put the filter on the lab's groups. Where there can be none, a change is only told afterwards."""
    bpf.attach(groups, syscalls.BPF_SYSCTL, _program())


def _program() -> bytes:
    """Return the instructions: yes when this only reads, or the name begins with one of OWN and not with SHARED."""
    room = range(-ROOM, 0, 8)
    return b"".join(
        (
            do(bpf.COPY, CONTEXT, ONE),
            do(bpf.LOADS[4], RETURNED, CONTEXT),  # whether it writes
            do(bpf.UNLESS, RETURNED, offset=2),
            answer(1),
            *(do(bpf.STORE, STACK, offset=offset) for offset in room),
            do(bpf.COPY, ONE, CONTEXT),
            do(bpf.COPY, TWO, STACK),
            do(bpf.ADD, TWO, constant=-ROOM),
            do(bpf.SET, THREE, constant=ROOM),
            do(bpf.SET, FOUR),
            do(bpf.CALL, constant=_GET_NAME),
            _if_it_begins_with(SHARED, 0),
            *(_if_it_begins_with(name, 1) for name in OWN),
            answer(0),
        )
    )


def _if_it_begins_with(name: str, verdict: int) -> bytes:
    """Compare the name on the stack piece by piece; whatever does not match jumps behind the answer."""
    code, after = answer(verdict), 2
    for at, size, value in reversed(_pieces(name.encode())):
        load = do(bpf.LOADS[size], ONE, STACK, offset=at - ROOM)
        code = load + bpf.load_long(TWO, value) + do(bpf.UNLESS_SAME, ONE, TWO, offset=after) + code
        after += 4
    return code


def _pieces(name: bytes) -> list[tuple[int, int, int]]:
    """Cut a name into what a register can hold: (where, size, value) of 8, 4, 2 and 1 bytes."""
    found, at = [], 0
    for size in chain([8] * (len(name) // 8), (size for size in (4, 2, 1) if len(name) & size)):
        found.append((at, size, int.from_bytes(name[at : at + size], "little")))
        at += size
    return found
