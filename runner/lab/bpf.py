"""What the lab's filters in the kernel are made of: the instructions of BPF, and how a program gets onto a group.

A program answers 1, for "yes", or 0, which is EPERM to whoever asked; it goes with its group. Sources:
instruction-set.rst, bpf(2), linux/bpf.h.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from runner.host import syscalls

# An instruction: code, registers (source << 4 | destination), offset, constant.
LOADS = {8: 0x79, 4: 0x61, 2: 0x69, 1: 0x71}  # dst = *(size *)(src + offset)
STORE, COPY, ADD, AND, SET, SET_LONG, CALL, EXIT = 0x7A, 0xBF, 0x07, 0x57, 0xB7, 0x18, 0x85, 0x95
UNLESS, UNLESS_SAME, IF_ABOVE, IF_BELOW = 0x55, 0x5D, 0x25, 0xA5  # jump if dst != constant, != src, > or < constant
RETURNED, ONE, TWO, THREE, FOUR, CONTEXT, STACK = 0, 1, 2, 3, 4, 6, 10  # registers; ONE is the context at first


def attach(groups: Iterable[Path], judged: tuple[int, int], program: bytes) -> bool:
    """Put a program on the v2 directory among a lab's groups. Returns whether it is there.

    Without that tree, and on a kernel without such programs, there is none.
    """
    attached = False
    for group in groups:
        if (group / "cgroup.controllers").exists():
            directory = os.open(group, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            with suppress(OSError):
                syscalls.attach_filter(directory, judged, program)
                attached = True
            os.close(directory)
    return attached


def load_long(register: int, value: int) -> bytes:
    """Give a register eight bytes, which takes the room of two instructions."""
    return do(SET_LONG, register, constant=value) + do(0, constant=value >> 32)


def answer(value: int) -> bytes:
    """Two instructions."""
    return do(SET, RETURNED, constant=value) + do(EXIT)


def do(code: int, destination: int = 0, source: int = 0, *, offset: int = 0, constant: int = 0) -> bytes:
    return struct.pack("<BBhI", code, source << 4 | destination, offset, constant & 0xFFFFFFFF)
