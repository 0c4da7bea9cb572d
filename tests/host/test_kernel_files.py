"""Files of /proc and /sys: whatever bytes are in them, they are read, and go back as they came."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from runner.host import kernel, kernel_files
from tests.support.command import semdocker

ROOMS = ("host", "lab", "checks", "engine")
OTHERS = {  # these files are ours, and are text
    "lab/published_state.py": "the notice in /run",
    "lab/journal.py": "the journal",
    "lab/snapshot.py": "the snapshot beside it",
    "lab/seal.py": "the startup files of the lab's root user",
    "host/shell_environment.py": "terminfo",
    "host/kernel_files.py": "here it is done",
}
NAMES = {
    "a byte that is no UTF-8": b"\xff",
    "form feed": b"a\fb",
    "vertical tab": b"a\vb",
    "next line": b"a\xc2\x85b",
    "line separator": b"a\xe2\x80\xa8b",
    "no-break space": b"a\xc2\xa0b",
    "file separator": b"a\x1cb",
    "newline": b"a\nb",
    "blank and tab": b"a b\tc",
    "backslash": b"a\\040b",
}


def test_only_one_module_reads_them() -> None:
    reading = re.compile(r"\.(read_text|read_bytes|write_text|write_bytes)\(")
    top = Path(kernel_files.__file__).parents[1]
    found = [
        str(file.relative_to(top))
        for room in ROOMS
        for file in (top / room).rglob("*.py")
        if reading.search(file.read_text()) and str(file.relative_to(top)) not in OTHERS
    ]
    assert found == []


def test_bytes_come_and_go_unchanged(tmp_path: Path) -> None:
    every = bytes(range(256))
    (tmp_path / "in").write_bytes(every)
    kernel_files.write(tmp_path / "out", kernel_files.text(tmp_path / "in"))
    assert (tmp_path / "out").read_bytes() == every
    assert len(kernel_files.rows(tmp_path / "in")) == 2, "a row ends in a newline and in nothing else"
    assert kernel_files.rows(tmp_path / "nothing") == kernel_files.words(tmp_path / "nothing") == []


@contextmanager
def odd_mount(name: bytes, tmp_path: Path) -> Iterator[int]:
    """A process that sees a mount at a folder of an odd name, in a mount namespace of its own."""
    script = 'mount -t tmpfs odd "$0" && mkdir "$0/$1" && mount -t tmpfs odd "$0/$1" && echo there && exec sleep 60'
    words: list[str | bytes] = ["unshare", "--mount", "sh", "-c", script, str(tmp_path), name]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as holder:
        assert holder.stdout and holder.stdout.readline() == b"there\n"
        yield holder.pid
        holder.kill()


@pytest.mark.root
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_a_mount_of_any_name_is_read_and_stops_nobody(name: bytes, tmp_path: Path) -> None:
    with odd_mount(name, tmp_path) as pid:
        mounts = [mount for mount in kernel.mounts(pid) if mount.source == "odd"]
        assert kernel.mount_kinds(pid) == {mount.point: mount.fstype for mount in kernel.mounts(pid)}
        for verb in (["status"], ["status", "--json"], ["doctor"], ["cleanup"]):
            done = semdocker(*verb)
            assert done.returncode in (0, 4), done.stderr
    points = [mount.point.encode("utf-8", "surrogateescape") for mount in mounts]
    assert points == [str(tmp_path).encode(), str(tmp_path).encode() + b"/" + name]
