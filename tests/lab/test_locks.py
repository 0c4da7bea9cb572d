"""Names in /run: one holder each, nothing left of a dead one, and nothing of a living one ever taken."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from runner.host import kernel, served_mounts, syscalls
from runner.lab import locks
from runner.records.errors import Busy, Unfit
from tests.support.forks import died_as_wanted, fork
from tests.support.waiting import opened, until


@pytest.fixture(autouse=True)
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of our own in the place of /run/semdocker."""
    folder = tmp_path / "run"
    monkeypatch.setattr(locks, "RUN", folder)
    return folder


def hold(name: str) -> int:
    return locks.hold(name, time.monotonic())


def test_a_name_is_held_by_one_and_tells_who() -> None:
    assert locks.holder("maria") is None
    fd = hold("maria")
    assert locks.holder("maria") == kernel.identity(os.getpid())
    with pytest.raises(Busy) as busy:
        hold("maria")
    assert busy.value.values["holder"] == str(os.getpid())
    locks.release("maria", fd)
    assert locks.holder("maria") is None


def test_nothing_stays_of_a_name_that_is_let_go(run: Path) -> None:
    fd = hold("maria")
    for beside in ("maria.json", "maria.new"):
        (run / beside).touch()
    locks.release("maria", fd)
    assert not run.exists()


def test_of_a_killed_holder_the_files_stay_until_the_next_one(run: Path) -> None:
    assert died_as_wanted(fork(lambda: hold("maria")))
    assert locks.names() == ("maria",)
    assert locks.holder("maria") is None
    locks.release("maria", hold("maria"))
    assert not run.exists()


def test_a_sweep_takes_the_folder_of_one_who_was_killed_in_his_last_act(run: Path) -> None:
    run.mkdir()
    locks.sweep()
    assert not run.exists()


def test_a_sweep_takes_what_nobody_holds_and_nothing_else(run: Path) -> None:
    assert died_as_wanted(fork(lambda: (hold("maria"), hold("8080"))))
    (run / "maria.json").touch()
    (run / "half.new").touch()  # its lock is gone already
    (run / "somebody's notes").touch()
    fd = hold("joao")
    (run / "joao.json").touch()
    locks.sweep()
    assert sorted(path.name for path in run.iterdir()) == ["joao.json", "joao.lock", "somebody's notes"]
    locks.release("joao", fd)
    assert [path.name for path in run.iterdir()] == ["somebody's notes"]


def test_a_holder_whose_files_were_taken_leaves_the_next_ones_alone(run: Path) -> None:
    """Somebody removed the folder by hand while a run was going on."""
    first = hold("maria")
    (run / "maria.lock").unlink()
    second = hold("maria")
    (run / "maria.json").touch()
    locks.release("maria", first)
    assert locks.holder("maria") == kernel.identity(os.getpid())
    assert (run / "maria.json").exists()
    locks.release("maria", second)
    assert not run.exists()


def test_a_lock_outlives_its_holder_in_a_fork_that_has_it_open(run: Path) -> None:
    """So a guardian keeps the seat after its runner was killed, and sweeps it away when it is done."""
    told, tell = os.pipe()

    def runner() -> None:
        fd = hold("maria")
        if os.fork() == 0:
            os.read(told, 1)
            os.close(fd)
            locks.sweep()
            os._exit(0)

    assert died_as_wanted(fork(runner))
    with pytest.raises(Busy):
        hold("maria")
    locks.sweep()
    assert (run / "maria.lock").exists()
    os.write(tell, b".")
    until(lambda: not run.exists(), "the folder gone")
    os.close(told)
    os.close(tell)


def test_who_only_reads_a_lock_does_not_keep_it(run: Path) -> None:
    """Root looks at the file with `tail -f`: that is no holder, and nobody to be killed."""
    fd = hold("maria")
    reader = subprocess.Popen(["tail", "-f", str(run / "maria.lock")], stdout=subprocess.DEVNULL)
    keeper = subprocess.Popen(["sleep", "60"], pass_fds=[fd])
    try:
        until(lambda: str(locks._lock("maria")) in opened(reader.pid), "the reader at work")
        assert locks.keepers("maria") == [keeper.pid]
    finally:
        for process in (reader, keeper):
            process.kill()
            process.wait()
    locks.release("maria", fd)


def test_a_lock_where_nobody_may_answer_is_not_looked_at(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever serves a file system may have stopped: a look at a locked file there would wait without end."""
    fd = hold("maria")
    keeper = subprocess.Popen(["sleep", "60"], pass_fds=[fd])
    kind = next(mount.fstype for mount in kernel.mounts() if mount.device == _device(run))
    try:
        assert locks.keepers("maria") == [keeper.pid]
        monkeypatch.setattr(served_mounts, "SERVED", frozenset((kind,)))
        assert locks.keepers("maria") == []
    finally:
        keeper.kill()
        keeper.wait()
    locks.release("maria", fd)


def _device(place: Path) -> str:
    number = place.stat().st_dev
    return f"{os.major(number)}:{os.minor(number)}"


def test_many_who_hold_let_go_die_and_sweep_are_never_two_at_once(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each holder makes a file that must not be there yet; a killed one leaves only its lock."""
    monkeypatch.setattr(locks, "PAUSE", 0.0)  # as many meetings as can be
    inside = tmp_path / "inside"

    def visit(number: int) -> None:
        for turn in range(100):
            fd = locks.hold("maria", time.monotonic() + 30)
            inside.touch(exist_ok=False)
            inside.unlink()
            if (number + turn) % 3:
                locks.release("maria", fd)
            else:
                os.close(fd)  # as the kernel does for a killed one
            locks.sweep()

    visitors = [fork(lambda number=number: visit(number)) for number in range(6)]  # type: ignore[misc]
    assert [pid for pid in visitors if not died_as_wanted(pid)] == []
    locks.sweep()
    assert not run.exists()


@pytest.mark.root
def test_a_full_disk_is_told_and_leaves_nothing(run: Path) -> None:
    """One page for the folder's only file is not there: the name is not held, and no lock stays."""

    def on_a_full_disk() -> None:
        syscalls.unshare(syscalls.CLONE_NEWNS)
        syscalls.mount("none", "/", "", syscalls.MS_REC | syscalls.MS_PRIVATE)
        run.mkdir()
        syscalls.mount("full", str(run), "tmpfs", 0, "size=4k,nr_inodes=8")
        (run / "filler").write_bytes(b"x" * 4096)
        with pytest.raises(Unfit) as unfit:
            hold("maria")
        assert unfit.value.key == "journal-failed"
        assert [path.name for path in run.iterdir()] == ["filler"]

    assert died_as_wanted(fork(on_a_full_disk))


@pytest.mark.root
def test_where_there_is_no_room_for_the_lock_its_folder_goes_too(run: Path) -> None:
    def in_a_full_run() -> None:
        syscalls.unshare(syscalls.CLONE_NEWNS)
        syscalls.mount("none", "/", "", syscalls.MS_REC | syscalls.MS_PRIVATE)
        syscalls.mount("full", str(run.parent), "tmpfs", 0, "nr_inodes=2")
        with pytest.raises(Unfit):
            hold("maria")
        assert list(run.parent.iterdir()) == []

    assert died_as_wanted(fork(in_a_full_run))


def test_a_mark_leads_to_who_keeps_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process is found by its mark alone; from a PID namespace that does not see it nobody can tell."""
    told, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(tell, locks.mark(hold("maria")).encode())
        time.sleep(60)
        os._exit(0)
    mark = os.read(told, 64).decode()
    try:
        assert locks.keeper(mark) == pid
        assert locks.keeper("") is None
        assert locks.keeper("00000000" + mark[-4:]) is None
        with monkeypatch.context() as elsewhere:
            elsewhere.setattr(kernel, "namespace", lambda *_: 1)
            assert locks.keeper(mark) == 0
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    assert locks.keeper(mark) is None
