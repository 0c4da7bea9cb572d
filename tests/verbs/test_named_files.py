"""Files that the caller names are written with the caller's rights, whichever verb writes them."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import CHECKOUT, COMMAND, run

pytestmark = [pytest.mark.root, pytest.mark.timeout(120)]

WRITERS = (
    "run rootfs --report {}.json",
    "run rootfs --report {}.xml",
    "report --html {}.json",
    "export hostname --no-run --to {}.html",
)
NOBODY = pwd.getpwnam("nobody")
SUDO = {"SUDO_UID": str(NOBODY.pw_uid), "SUDO_GID": str(NOBODY.pw_gid), "SUDO_USER": "nobody"}


@pytest.fixture
def base() -> Iterator[Path]:
    """A folder that everybody can enter, with a home of `nobody` and a folder of root's own."""
    folder = Path(tempfile.mkdtemp(prefix="semdocker-test-"))
    folder.chmod(0o755)
    for name, mode in (("home", 0o755), ("own", 0o700)):
        (folder / name).mkdir(mode=mode)
    os.chown(folder / "home", NOBODY.pw_uid, NOBODY.pw_gid)
    yield folder
    shutil.rmtree(folder)


def write(writer: str, path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    words = writer.format(path.with_suffix("")).split()
    return run([*COMMAND, *words], CHECKOUT, {"XDG_STATE_HOME": str(path.parent / "state"), **variables})


def names(folder: Path) -> set[str]:
    return {name for _, folders, files in os.walk(folder) for name in (*folders, *files)}


@pytest.mark.parametrize("writer", WRITERS)
def test_behind_sudo_it_is_the_person_s_file(base: Path, writer: str) -> None:
    suffix = Path(writer).suffix
    path = base / "home" / f"out{suffix}"
    for _ in range(2):  # and theirs to write again
        done = write(writer, path, **SUDO)
        assert done.returncode == 0, done.stderr
        assert path.stat().st_uid == NOBODY.pw_uid and path.stat().st_size


@pytest.mark.parametrize("writer", WRITERS)
def test_a_link_leads_nowhere_that_the_person_may_not_write(base: Path, writer: str) -> None:
    suffix = Path(writer).suffix
    (base / "home" / "s").symlink_to(base / "own")
    treasure = base / "own" / f"conf{suffix}"
    treasure.write_text("years of work")
    before = names(base) | {"state"}
    done = write(writer, base / "home" / "s" / f"conf{suffix}", **SUDO)
    assert (done.returncode, "cannot be written: Permission denied" in done.stderr) == (1, True), done.stderr
    assert treasure.read_text() == "years of work" and treasure.stat().st_uid == 0
    assert names(base) <= before


@pytest.mark.parametrize("writer", WRITERS)
def test_a_file_of_somebody_else_is_refused(base: Path, writer: str) -> None:
    """In a folder of theirs, too, where they could have moved it away."""
    suffix = Path(writer).suffix
    roots = base / "home" / f"decoy{suffix}"
    roots.write_text("root's")
    done = write(writer, roots, **SUDO)
    assert (done.returncode, "cannot be written: Operation not permitted" in done.stderr) == (1, True), done.stderr
    assert (roots.read_text(), roots.stat().st_uid) == ("root's", 0)


@pytest.mark.parametrize("uid", ["abc", "-1", "99999999999", "0", ""])
def test_a_person_whom_nobody_knows_is_the_one_who_runs_it(base: Path, uid: str) -> None:
    path = base / "own" / "out.json"
    done = write("run rootfs --report {}.json", path, SUDO_UID=uid, SUDO_GID=uid)
    assert done.returncode == 0, done.stderr
    assert path.stat().st_uid == 0
    assert names(base / "own") <= {"out.json", "state"}


def test_what_is_no_file_is_never_replaced(base: Path) -> None:
    os.mkfifo(base / "own" / "pipe")
    done = write("report --html {}", base / "own" / "pipe")
    assert (done.returncode, "cannot be written: File exists" in done.stderr) == (1, True), done.stderr
    assert (base / "own" / "pipe").is_fifo()


def test_a_new_lesson_is_the_person_s(base: Path) -> None:
    def new(into: Path) -> subprocess.CompletedProcess[str]:
        return run([*COMMAND, "new", "mine", "--into", str(into)], CHECKOUT, SUDO)

    done = new(base / "home" / "course")
    assert done.returncode == 0, done.stderr
    assert {path.stat().st_uid for path in (base / "home" / "course").rglob("*")} == {NOBODY.pw_uid}
    (base / "home" / "s").symlink_to(base / "own")
    assert new(base / "home" / "s").returncode == 1
    assert names(base / "own") == set()
