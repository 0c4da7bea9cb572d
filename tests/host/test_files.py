"""A file is replaced whole or not at all, and nothing is left beside it."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from runner.host import files


def test_the_content_and_the_mode_are_new_and_nothing_stands_beside(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_text("old")
    files.replace(path, b"new", 0o640)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", 0o640)
    assert os.listdir(tmp_path) == ["f"]


def test_a_link_is_replaced_and_what_it_names_is_not_touched(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("mine")
    (tmp_path / "f").symlink_to(secret)
    files.replace(tmp_path / "f", b"new", 0o600)
    assert secret.read_text() == "mine"
    assert not (tmp_path / "f").is_symlink()


def test_where_it_cannot_take_the_name_nothing_has_changed(tmp_path: Path) -> None:
    (tmp_path / "f" / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="Is a directory"):
        files.replace(tmp_path / "f", b"new", 0o600)
    assert os.listdir(tmp_path) == ["f"]


def test_a_first_name_that_is_taken_is_never_written_through(tmp_path: Path) -> None:
    taken = tmp_path / "f.new"
    taken.write_text("somebody's")
    with pytest.raises(FileExistsError):
        files.replace(tmp_path / "f", b"new", 0o600, through=taken)
    assert taken.read_text() == "somebody's"


WRITES_ON = """
import os, pathlib, signal, sys
from runner.host import files
os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)
files.replace(pathlib.Path(sys.argv[1]), b"new", 0o600)
"""


def test_a_killed_writer_leaves_nothing_beside(tmp_path: Path) -> None:
    """Nobody would find such a file: the folder is where the person likes it to be."""
    (tmp_path / "f").write_text("old")
    done = subprocess.run([sys.executable, "-c", WRITES_ON, str(tmp_path / "f")], check=False)
    assert done.returncode == -signal.SIGKILL
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"f": "old"}


def test_a_file_system_without_nameless_files_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "O_TMPFILE", os.O_DIRECTORY)  # so open(2) fails as it does there: EISDIR
    files.replace(tmp_path / "f", b"new", 0o640)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"f": "new"}


@pytest.mark.parametrize("kind", ["pipe", "link", "folder"])
def test_what_is_no_file_is_not_even_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Opening may already act: a FIFO wakes its writer, a watchdog begins to count."""
    odd = tmp_path / "odd"
    if kind == "pipe":
        os.mkfifo(odd)
    elif kind == "link":
        odd.symlink_to("/dev/tty")
    else:
        odd.mkdir()
    opened = list[object]()
    monkeypatch.setattr(os, "open", lambda path, *_, **__: opened.append(path))
    with pytest.raises(files.NotRead) as refused:
        files.content(odd, 10)
    assert refused.value.kind == ("link" if kind == "link" else "irregular")
    assert opened == []
