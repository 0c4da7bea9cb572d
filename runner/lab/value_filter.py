"""A filter in the kernel for what the lab may write below /proc/sys, in whichever proc it is mounted.

The lab's own proc is sealed, but a container mounts one of its own, and the kernel's values are there again. A BPF
program of type cgroup/sysctl on the lab's v2 group refuses to set those that are the whole machine's (EPERM, as to an
unprivileged user). What belongs to a namespace, such as net.ipv4.ip_forward, can be set. The program goes with the
group. Sources: Documentation/bpf/prog_cgroup_sysctl.rst, bpf(2), linux/bpf.h.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable
from contextlib import suppress
from itertools import chain
from pathlib import Path

from runner.host import syscalls

# Below these are the values of network, UTS and IPC namespaces (network_namespaces(7), uts_namespaces(7),
# ipc_namespaces(7)): a write reaches the namespace of the one who writes.
OWN = ("net/", "kernel/hostname", "kernel/domainname", "kernel/sem", "kernel/shm", "kernel/msg", "fs/mqueue/")
ROOM = 64  # bytes of the stack for a name; a longer one is cut, and its beginning is enough

# Instructions (instruction-set.rst): code, registers (source << 4 | destination), offset, constant.
_LOADS = {8: 0x79, 4: 0x61, 2: 0x69, 1: 0x71}  # dst = *(size *)(src + offset)
_STORE, _COPY, _ADD, _SET, _SET_LONG, _CALL, _EXIT = 0x7A, 0xBF, 0x07, 0xB7, 0x18, 0x85, 0x95
_UNLESS, _UNLESS_SAME = 0x55, 0x5D  # jump if dst != constant, or != src
_GET_NAME = 101  # bpf_sysctl_get_name(context, buffer, size, flags)
_RETURNED, _ONE, _TWO, _THREE, _FOUR, _CONTEXT, _STACK = 0, 1, 2, 3, 4, 6, 10


def attach(groups: Iterable[Path]) -> None:
    """Put the filter on the v2 directory among a lab's groups.

    Without that tree, and on a kernel without such programs, there is none: then a change is only told afterwards.
    """
    for group in groups:
        if (group / "cgroup.controllers").exists():
            directory = os.open(group, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            with suppress(OSError):
                syscalls.attach_sysctl_filter(directory, _program())
            os.close(directory)


def _program() -> bytes:
    """Return the instructions: 1, for "yes", when this only reads, or the name begins with one of OWN; else 0."""
    room = range(-ROOM, 0, 8)
    return b"".join(
        (
            _do(_COPY, _CONTEXT, _ONE),
            _do(_LOADS[4], _RETURNED, _CONTEXT),  # whether it writes
            _do(_UNLESS, _RETURNED, offset=2),
            _answer(1),
            *(_do(_STORE, _STACK, offset=offset) for offset in room),
            _do(_COPY, _ONE, _CONTEXT),
            _do(_COPY, _TWO, _STACK),
            _do(_ADD, _TWO, constant=-ROOM),
            _do(_SET, _THREE, constant=ROOM),
            _do(_SET, _FOUR),
            _do(_CALL, constant=_GET_NAME),
            *map(_yes_if_it_begins_with, OWN),
            _answer(0),
        )
    )


def _yes_if_it_begins_with(name: str) -> bytes:
    """Compare the name on the stack piece by piece; whatever does not match jumps behind the answer."""
    code, after = _answer(1), 2
    for at, size, value in reversed(_pieces(name.encode())):
        load = _do(_LOADS[size], _ONE, _STACK, offset=at - ROOM)
        code = load + _set(_TWO, value) + _do(_UNLESS_SAME, _ONE, _TWO, offset=after) + code
        after += 4
    return code


def _pieces(name: bytes) -> list[tuple[int, int, int]]:
    """Cut a name into what a register can hold: (where, size, value) of 8, 4, 2 and 1 bytes."""
    found, at = [], 0
    for size in chain([8] * (len(name) // 8), (size for size in (4, 2, 1) if len(name) & size)):
        found.append((at, size, int.from_bytes(name[at : at + size], "little")))
        at += size
    return found


def _set(register: int, value: int) -> bytes:
    """Give a register eight bytes, which takes the room of two instructions."""
    return _do(_SET_LONG, register, constant=value) + _do(0, constant=value >> 32)


def _answer(value: int) -> bytes:
    return _do(_SET, _RETURNED, constant=value) + _do(_EXIT)


def _do(code: int, destination: int = 0, source: int = 0, *, offset: int = 0, constant: int = 0) -> bytes:
    return struct.pack("<BBhI", code, source << 4 | destination, offset, constant & 0xFFFFFFFF)
