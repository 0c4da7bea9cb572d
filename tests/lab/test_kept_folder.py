"""The student's own folder: kept on the disk, theirs, and the only thing in the lab that is."""

from __future__ import annotations

import errno
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from runner.host import kernel, kernel_files, login
from runner.lab import kept_folder, machine_mounts, seats
from runner.lab.lab import Lab
from runner.records.errors import RunnerError
from runner.records.results import Rollback
from tests.conftest import BASE
from tests.support import forks

pytestmark = pytest.mark.root
NOBODY = pwd.getpwnam("nobody")
NAME = "mine"
PLACE = "/root/mine"
SOON = f"sleep {6 * machine_mounts.PAUSE}"
Open = Callable[[], Lab]


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where a student behind sudo keeps what they make, on a disk."""
    base = Path(tempfile.mkdtemp(prefix="semdocker-test-"))  # pytest's own folder is closed to others
    os.chown(base, NOBODY.pw_uid, NOBODY.pw_gid)
    monkeypatch.setenv("SUDO_UID", str(NOBODY.pw_uid))
    monkeypatch.setenv("SUDO_GID", str(NOBODY.pw_gid))
    monkeypatch.setenv("XDG_DATA_HOME", str(base))
    yield base
    shutil.rmtree(base)


@pytest.fixture
def shared(data: Path) -> Iterator[Path]:
    """The same on a file system of its own, on which a mount is seen by everybody who sees it."""
    mount = ["mount", "-t", "tmpfs", "-o", f"uid={NOBODY.pw_uid},gid={NOBODY.pw_gid}", "semdocker-test", str(data)]
    subprocess.run(mount, check=True)
    subprocess.run(["mount", "--make-shared", str(data)], check=True)
    yield data
    subprocess.run(["umount", str(data)], check=True)


@pytest.fixture
def student(seat: int) -> Iterator[Open]:
    """Open labs in which the folder is kept, one after another."""
    opened: list[Lab] = []

    def begin() -> Lab:
        with ExitStack() as stack:
            try:
                kept = kept_folder.open_kept(NAME, "default")
            except RunnerError as error:
                if error.key == "folder-owners":
                    pytest.skip("the file system has no idmapped mounts")
                if error.values["reason"] == os.strerror(errno.EOPNOTSUPP):
                    pytest.skip("the file system has no files without a name")
                raise
            for descriptor in kept:
                stack.callback(os.close, descriptor)
            opened.append(Lab.open("default", seat, BASE, folder=NAME, kept=kept))
        return opened[-1]

    yield begin
    for lab in opened:
        if lab._control.fileno() != -1:  # else its test has closed it
            assert lab.close().clean


def type_(lab: Lab, command: str) -> str:
    return lab.terminal.run(command, timeout=10, limit=65536, emit=lambda _: None).output


def spotless(rollback: Rollback) -> bool:
    return rollback.clean and not rollback.noticed and not rollback.restored and not rollback.sealed


def mine(data: Path) -> Path:
    return data / "semdocker" / NAME


def own(file: Path) -> tuple[int, int]:
    status = file.lstat()
    return status.st_uid, status.st_gid


STUDENTS = (NOBODY.pw_uid, NOBODY.pw_gid)


def test_what_is_written_there_is_the_students_and_there_in_the_next_lab(student: Open, data: Path) -> None:
    lab = student()
    assert type_(lab, f"cd {PLACE} && mkdir d && echo 'echo hello' > d/mydocker && chmod 755 d/mydocker") == ""
    assert type_(lab, f"stat -c %u:%g {PLACE} d d/mydocker").split() == ["0:0"] * 3
    (mine(data) / "outside").write_text("made by the student\n")
    os.chown(mine(data) / "outside", *STUDENTS)
    assert type_(lab, "cat outside && echo more >> outside") == "made by the student\n"
    assert spotless(lab.close())
    assert [own(path) for path in (mine(data), *mine(data).rglob("*"))] == [STUDENTS] * 4
    assert (mine(data) / "outside").read_text() == "made by the student\nmore\n"
    again = student()
    assert type_(again, f"{PLACE}/d/mydocker") == "hello\n"
    assert type_(again, f"rm -r {PLACE}/d; ls {PLACE}") == "outside\n"
    assert spotless(again.close())
    assert os.listdir(mine(data)) == ["outside"]


def test_it_is_the_only_thing_that_stays(student: Open, data: Path) -> None:
    lab = student()
    before = sorted(data.rglob("*"))
    type_(lab, f"touch /root/beside {PLACE}/x; ln -s {data} {PLACE}/link; touch {PLACE}/link/through {data}/y")
    assert spotless(lab.close())
    assert sorted(set(data.rglob("*")) - set(before)) == [mine(data) / "link", mine(data) / "x"]


def test_nothing_there_has_power(student: Open, data: Path) -> None:
    lab = student()
    (row,) = [mount for mount in kernel.mounts(lab.shell.pid) if mount.point == PLACE]
    assert {"rw", "nosuid", "nodev"} <= {*row.own}
    assert row.propagation == "private"
    type_(lab, f"cp /bin/true {PLACE}/tool; chmod 4755 {PLACE}/tool; mknod -m 666 {PLACE}/node c 1 3")
    assert "Permission denied" in type_(lab, f": > {PLACE}/node")
    assert "Value too large" in type_(lab, f"chown 1 {PLACE}/tool")
    assert spotless(lab.close())
    assert own(mine(data) / "tool") == STUDENTS, "setuid, but to the student"


def test_what_root_owns_on_the_disk_is_out_of_reach(student: Open, data: Path) -> None:
    """A student could have linked it there, or moved it, before the lab."""
    mine(data).mkdir(parents=True)
    os.chown(mine(data).parent, *STUDENTS)
    os.chown(mine(data), *STUDENTS)
    secret = mine(data) / "secret"
    secret.write_text("root's")
    secret.chmod(0o600)
    lab = student()
    for command in ("cat", "chmod 666", "chown 0", "truncate -s 0"):
        denied = type_(lab, f"{command} {PLACE}/secret")
        assert "Permission denied" in denied or "not permitted" in denied or "too large" in denied, command
    assert spotless(lab.close())
    assert (secret.read_text(), own(secret), secret.stat().st_mode & 0o777) == ("root's", (0, 0), 0o600)


def test_it_and_its_parts_stay_writable_when_something_is_mounted(student: Open, data: Path) -> None:
    """The guardian makes the machine's mounts read-only in the lab; this one is on a disk, too."""
    lab = student()
    type_(lab, f"mkdir {PLACE}/d {PLACE}/t; mount --bind {PLACE}/d {PLACE}/d; mount -t tmpfs t {PLACE}/t; {SOON}")
    assert type_(lab, f"touch {PLACE}/x {PLACE}/d/y {PLACE}/t/z") == ""
    type_(lab, f"unshare -m sh -c 'mount --bind {PLACE}/d /mnt; {SOON}; touch /mnt/w'")
    assert spotless(lab.close())
    assert sorted(str(path.relative_to(mine(data))) for path in mine(data).rglob("*")) == ["d", "d/w", "d/y", "t", "x"]


def test_the_file_system_below_it_stays_as_it_is(shared: Path, student: Open) -> None:
    """A `remount` without `bind` reaches the file system everywhere, and a shared mount everybody else's."""
    lab = student()
    (before,) = [mount for mount in kernel.mounts() if mount.point == str(shared)]
    assert "busy" in type_(lab, f"mount --options-mode ignore -o remount,ro {PLACE}")
    type_(lab, f"mkdir {PLACE}/d; mount -t tmpfs t {PLACE}/d")
    assert [mount for mount in kernel.mounts() if mount.point.startswith(str(shared))] == [before]
    assert spotless(lab.close())
    assert mine(shared).joinpath("d").is_dir()


def _link(place: Path, elsewhere: Path) -> None:
    place.symlink_to(elsewhere)


def _pipe(place: Path, _: Path) -> None:
    os.mkfifo(place)


def _file(place: Path, _: Path) -> None:
    place.touch()


def _roots(place: Path, _: Path) -> None:
    place.mkdir()


@pytest.mark.parametrize("outer", [False, True])
@pytest.mark.parametrize("put", [_link, _pipe, _file, _roots])
def test_what_is_not_the_students_folder_is_refused(
    data: Path, put: Callable[[Path, Path], None], *, outer: bool
) -> None:
    elsewhere = data / "elsewhere"
    elsewhere.mkdir()
    os.chown(elsewhere, *STUDENTS)
    place = mine(data).parent if outer else mine(data)
    place.parent.mkdir(exist_ok=True)
    os.chown(place.parent, *STUDENTS)
    put(place, elsewhere)
    before = [own(path) for path in sorted(data.rglob("*"))]
    with pytest.raises(RunnerError) as refused:
        kept_folder.open_kept(NAME, "default")
    assert refused.value.key == "folder-not-kept"
    reason = "Operation not permitted" if put is _roots else "Not a directory"
    assert refused.value.values == {"path": str(mine(data)), "reason": reason}
    assert [own(path) for path in sorted(data.rglob("*"))] == before
    assert not os.listdir(elsewhere)


@pytest.mark.parametrize("depth", ["box", "box/inner"])
def test_a_folder_in_which_something_is_mounted_is_refused(data: Path, depth: str) -> None:
    """The lab would see an empty directory; to remove it would unmount what the machine has there (rmdir(2))."""
    point = mine(data) / depth
    point.mkdir(parents=True)
    for folder in (point, *point.parents):
        if folder.is_relative_to(data):
            os.chown(folder, *STUDENTS)
    beside = data / "semdocker" / f"{NAME}.beside"
    beside.mkdir()
    for there in (point, beside):
        subprocess.run(["mount", "-t", "tmpfs", "semdocker-test", str(there)], check=True)
    try:
        with pytest.raises(RunnerError) as refused:
            kept_folder.open_kept(NAME, "default")
        assert refused.value.key == "folder-mounts"
        assert refused.value.values == {"path": str(mine(data)), "point": str(point)}
    finally:
        for there in (point, beside):
            subprocess.run(["umount", str(there)], check=True)


@pytest.mark.parametrize("where", ["by another path", "in another namespace"])
def test_what_is_mounted_in_a_folder_is_seen_whatever_way_leads_there(data: Path, tmp_path: Path, where: str) -> None:
    point = mine(data) / "box"
    point.mkdir(parents=True)
    for folder in (point, *point.parents):
        if folder.is_relative_to(data):
            os.chown(folder, *STUDENTS)
    alias = tmp_path / "alias"
    alias.mkdir()
    namespace = ["unshare", "--mount", "--propagation", "private"] if where == "in another namespace" else []
    script = 'mount --bind "$0" "$1" && mount -t tmpfs semdocker-test "$1/box" && echo && cat'
    words = [*namespace, "sh", "-c", script, str(mine(data)), str(alias)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as somebody:
        assert somebody.stdout and somebody.stdout.readline()
        try:
            with pytest.raises(RunnerError) as refused:
                kept_folder.open_kept(NAME, "default")
            assert refused.value.key == "folder-mounts"
            assert refused.value.values == {"path": str(mine(data)), "point": str(alias / "box")}
        finally:
            somebody.communicate()
            for there in () if namespace else (alias / "box", alias):
                subprocess.run(["umount", str(there)], check=True)
    for descriptor in kept_folder.open_kept(NAME, "default"):
        os.close(descriptor)


def test_a_home_that_cannot_be_written_is_told(shared: Path) -> None:
    for made in (False, True):
        subprocess.run(["mount", "-o", "remount,ro", str(shared)], check=True)
        with pytest.raises(RunnerError) as refused:
            kept_folder.open_kept(NAME, "default")
        told = refused.value.key, refused.value.values.get("reason")
        cannot = made and told == ("folder-owners", None)  # a tmpfs has no idmapped mounts before Linux 6.3
        assert cannot or told == ("folder-not-kept", "Read-only file system"), made
        subprocess.run(["mount", "-o", "remount,rw", str(shared)], check=True)
        mine(shared).mkdir(parents=True, exist_ok=True)
        os.chown(mine(shared).parent, *STUDENTS)
        os.chown(mine(shared), *STUDENTS)


def test_a_full_disk_is_told(shared: Path) -> None:
    subprocess.run(["mount", "-o", "remount,nr_inodes=1", str(shared)], check=True)
    with pytest.raises(RunnerError) as refused:
        kept_folder.open_kept(NAME, "default")
    assert (refused.value.key, refused.value.values["reason"]) == ("folder-not-kept", "No space left on device")
    subprocess.run(["mount", "-o", "remount,nr_inodes=0", str(shared)], check=False)


def test_without_a_student_it_is_empty_and_ends_with_the_lab(data: Path, seat: int) -> None:
    mine(data).mkdir(parents=True)
    (mine(data) / "x").touch()
    for _ in range(2):
        lab = Lab.open("default", seat, BASE, folder=NAME)
        assert type_(lab, f"ls -A {PLACE}; touch {PLACE}/y") == ""
        assert spotless(lab.close())
    assert os.listdir(mine(data)) == ["x"]


def test_when_all_are_killed_nothing_is_mounted(data: Path, student: Open) -> None:
    with pytest.MonkeyPatch.context():
        probe = student()  # skips where nothing can be kept
        assert probe.close().clean

    def begin() -> None:
        lab = student()
        type_(lab, f"echo kept > {PLACE}/x; cd {PLACE}; sleep 1000 &")
        os.kill(lab.guardian.pid, signal.SIGKILL)

    assert forks.died_as_wanted(forks.fork(begin))
    rollback = seats.recover("default")
    assert rollback.clean and not rollback.noticed
    point = f"{mine(data)} {PLACE} "
    mounts = {pid: kernel_files.rows(f"/proc/{pid}/mountinfo") for pid in kernel.pids()}
    assert not [pid for pid, rows in mounts.items() if any(point in row for row in rows)]
    assert (mine(data) / "x").read_text() == "kept\n"
    shutil.rmtree(mine(data))
    assert not os.path.lexists(mine(data))


def test_who_is_root_needs_no_other_owners(data: Path, monkeypatch: pytest.MonkeyPatch, student: Open) -> None:
    monkeypatch.delenv("SUDO_UID")
    os.chown(data, 0, 0)
    lab = student()
    type_(lab, f"touch {PLACE}/x")
    assert spotless(lab.close())
    assert own(mine(data) / "x") == (0, 0)


def test_another_seat_has_another_folder(data: Path) -> None:
    assert login.person().data == data
    assert kept_folder.path(NAME, "nobody") == kept_folder.path(NAME, "default") == mine(data)
    assert kept_folder.path(NAME, "ana") == mine(data).with_name("mine.ana")
