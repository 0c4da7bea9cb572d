"""Read from an ELF (elf(5)) what a program wants, its loader and its libraries, and the machine it was built for."""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from runner.host import files, rooted_path

PT_LOAD, PT_DYNAMIC, PT_INTERP = 1, 2, 3
DT_NEEDED, DT_STRTAB, DT_RPATH, DT_RUNPATH = 1, 5, 15, 29
MACHINES = {3: "i386", 40: "arm", 62: "x86-64", 183: "aarch64", 243: "riscv"}  # The numbers are those of e_machine.
# Where a loader without a cache looks: in these, and in those of a processor, such as /lib/x86_64-linux-gnu.
DIRECTORIES = ("/lib", "/usr/lib", "/lib64", "/usr/lib64")
OF_A_PROCESSOR = "*-linux-*"
NAME = 4096  # bytes of a path (PATH_MAX in limits.h)
MOST = 1 << 20  # so many bytes of a part are read at most: a file may claim any size


class Segment(NamedTuple):
    """A program header: a part of the file."""

    kind: int
    offset: int
    address: int
    length: int


class Linked(NamedTuple):
    """What a program or a library asks its loader for."""

    libraries: tuple[str, ...]
    directories: tuple[str, ...]  # to look in before the usual ones (RPATH, RUNPATH)


def interpreter(path: Path) -> str | None:
    """Return the loader (PT_INTERP) of a 64-bit little-endian ELF; None for other files and static programs."""
    stream = files.opened(path)
    if stream is None:
        return None
    with stream:
        found = next((_part(stream, one) for one in _segments(stream) if one.kind == PT_INTERP), None)
    return os.fsdecode(found[:NAME].partition(b"\0")[0]) if found is not None else None


def linked(path: Path) -> Linked:
    """Return what a 64-bit little-endian ELF asks its loader for, by its dynamic section; nothing for other files."""
    stream = files.opened(path)
    if stream is None:
        return Linked((), ())
    with stream:
        segments = _segments(stream)
        dynamic = next((_part(stream, one) for one in segments if one.kind == PT_DYNAMIC), b"")
        entries = list(struct.iter_unpack("<QQ", dynamic[: len(dynamic) // 16 * 16]))
        address = next((value for tag, value in entries if tag == DT_STRTAB), 0)
        loaded = (one for one in segments if one.kind == PT_LOAD)
        holder = next((one for one in loaded if one.address <= address < one.address + one.length), None)
        if holder is None:
            return Linked((), ())
        strings = _part(stream, holder, address - holder.address)

    def texts(*tags: int) -> Iterator[str]:
        found = (os.fsdecode(strings[at : at + NAME].partition(b"\0")[0]) for tag, at in entries if tag in tags)
        return filter(None, found)

    directories = (one for paths in texts(DT_RPATH, DT_RUNPATH) for one in paths.split(":") if one)
    return Linked((*texts(DT_NEEDED),), (*directories,))


def missing_libraries(program: str, root: str) -> list[str]:
    """Return the libraries that a program needs, and theirs, which its loader would not find when `root` is `/`. The
    loader is one of theirs, and there when it looks.
    """
    usual = [shown for name in DIRECTORIES for shown in (name, *_of_processors(root, name))]
    left, found = [program], {(interpreter(Path(program)) or "").rpartition("/")[2]: program}
    while left:
        here = left.pop()
        asks = linked(Path(here))
        origin = here.removeprefix(root).rpartition("/")[0]
        own = [one.replace("$ORIGIN", origin) for one in asks.directories]
        for name in asks.libraries:
            if name not in found:
                places = [name] if "/" in name else [f"{directory}/{name}" for directory in (*own, *usual)]
                found[name] = next(filter(None, (_file(root, place) for place in places)), "")
                left += filter(None, [found[name]])
    return [name for name, there in found.items() if not there]


def _file(root: str, path: str) -> str:
    """Return where a path leads to a regular file below a root; nothing where it leads to none."""
    with suppress(OSError):  # a link in a circle, a name that is too long
        found = rooted_path.resolve(root, path)
        return found if Path(found).is_file() else ""
    return ""


def _of_processors(root: str, directory: str) -> list[str]:
    return [f"{directory}/{one.name}" for one in Path(rooted_path.resolve(root, directory)).glob(OF_A_PROCESSOR)]


def _segments(stream: BinaryIO) -> list[Segment]:
    """Return the program headers of a 64-bit little-endian ELF; none for other files."""
    header = stream.read(64)
    if len(header) < 64 or header[:6] != b"\x7fELF\x02\x01":
        return []
    offset = struct.unpack_from("<Q", header, 32)[0]
    size, count = struct.unpack_from("<HH", header, 54)
    table = _bytes(stream, offset, size * count)
    rows = (struct.unpack_from("<IIQQQQ", table, start) for start in range(0, len(table) - 39, max(size, 40)))
    return [Segment(kind, where, address, length) for kind, _, where, address, _, length in rows]


def _part(stream: BinaryIO, segment: Segment, at: int = 0) -> bytes:
    """Return a part of the file from a place in it on, at most MOST bytes. Past the end of the file there are none."""
    return _bytes(stream, segment.offset + at, segment.length - at)


def _bytes(stream: BinaryIO, offset: int, length: int) -> bytes:
    return os.pread(stream.fileno(), min(length, MOST), min(offset, sys.maxsize - MOST))


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
