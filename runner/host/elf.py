"""Read two things from an ELF header (elf(5)): the loader that a program wants, and the machine it was built for."""

from __future__ import annotations

import struct
from pathlib import Path

from runner.host import files

PT_INTERP = 3
MACHINES = {3: "i386", 40: "arm", 62: "x86-64", 183: "aarch64", 243: "riscv"}  # The numbers are those of e_machine.


def interpreter(path: Path) -> str | None:
    """Return the loader (PT_INTERP) of a 64-bit little-endian ELF; None for other files and static programs."""
    stream = files.opened(path)
    if stream is None:
        return None
    with stream:
        header = stream.read(64)
        if len(header) < 64 or header[:6] != b"\x7fELF\x02\x01":
            return None
        offset = struct.unpack_from("<Q", header, 32)[0]
        size, count = struct.unpack_from("<HH", header, 54)
        stream.seek(offset)
        table = stream.read(size * count)
        for start in range(0, len(table), size):
            kind, _, where, _, _, length = struct.unpack_from("<IIQQQQ", table, start)
            if kind == PT_INTERP:
                stream.seek(where)
                return stream.read(length).rstrip(b"\0").decode()
    return None


def machine(path: Path) -> str | None:
    """Return the machine that an ELF was built for; None for any other file."""
    stream = files.opened(path)
    if stream is None:
        return None
    with stream:
        header = stream.read(20)
    if len(header) < 20 or header[:4] != b"\x7fELF":
        return None
    number = int.from_bytes(header[18:20], "little" if header[5] == 1 else "big")
    return MACHINES.get(number, f"e_machine {number}")
