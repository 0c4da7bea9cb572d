"""What a program asks its loader for, also where the file lies about itself: students make any file they like."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from runner.host import elf

STRINGS = 64 + 56 * 2  # They follow the header and two program headers.
ANY = 1 << 12


def made(path: Path, *segments: tuple[int, int, int], body: bytes = b"", table: int = 64) -> Path:
    """Write an ELF with segments of a kind, at an offset, of a length; all are loaded at the address 0."""
    header = b"\x7fELF\x02\x01\x01" + bytes(9)
    header += struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, table, 0, 0, 64, 56, len(segments), 0, 0, 0)
    rows = (struct.pack("<IIQQQQQQ", kind, 0, where, 0, 0, size, size, 0) for kind, where, size in segments)
    path.write_bytes(header + b"".join(rows) + body)
    return path


def asking(path: Path, strings: bytes, *needed: int, loaded: int = ANY) -> Path:
    """Write an ELF that needs the libraries whose names begin at these places of its strings."""
    entries = [(elf.DT_STRTAB, STRINGS), *((elf.DT_NEEDED, at) for at in needed)]
    dynamic = b"".join(struct.pack("<QQ", *entry) for entry in entries)
    where = STRINGS + len(strings)
    return made(path, (elf.PT_DYNAMIC, where, len(dynamic)), (elf.PT_LOAD, 0, loaded), body=strings + dynamic)


@pytest.mark.parametrize("size", [1 << 62, 1 << 63, (1 << 64) - 1])
def test_a_part_of_any_size_is_read_in_part(tmp_path: Path, size: int) -> None:
    interpreter = made(tmp_path / "interpreter", (elf.PT_INTERP, 0, size))
    assert elf.interpreter(interpreter) == "\x7fELF\x02\x01\x01"
    assert elf.linked(made(tmp_path / "dynamic", (elf.PT_DYNAMIC, 0, size), (elf.PT_LOAD, 0, size))).libraries == ()
    assert elf.linked(asking(tmp_path / "loaded", b"\0libone.so\0", 1, loaded=size)).libraries == ("libone.so",)


def test_a_sparse_file_takes_no_memory(tmp_path: Path) -> None:
    path = made(tmp_path / "sparse", (elf.PT_INTERP, 4096, 1 << 40))
    with path.open("r+b") as stream:
        stream.truncate(1 << 40)
    assert elf.interpreter(path) == ""


@pytest.mark.parametrize("place", [1 << 62, (1 << 63) - 1, 1 << 63, (1 << 64) - 1])
def test_a_place_past_the_end_has_nothing(tmp_path: Path, place: int) -> None:
    assert elf.interpreter(made(tmp_path / "far", (elf.PT_INTERP, place, 8))) == ""
    assert elf.interpreter(made(tmp_path / "table", (elf.PT_INTERP, 0, 8), table=place)) is None
    assert elf.linked(asking(tmp_path / "names", b"\0lib.so\0", place)).libraries == ()


def test_names_are_bytes_and_paths_are_opened_as_they_stand(tmp_path: Path) -> None:
    strings = b"\0lib\xff.so\0/own/lib.so\0" + b"a" * 300 + b"\0libloop.so\0"
    program = asking(tmp_path / "program", strings, 1, 9, 21, 322)
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "libloop.so").symlink_to("libloop.so")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "lib.so").touch()
    missing = elf.missing_libraries(str(program), str(tmp_path))
    assert missing == ["lib\udcff.so", "a" * 300, "libloop.so"]
