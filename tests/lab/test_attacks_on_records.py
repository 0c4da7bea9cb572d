"""What somebody did on purpose to what we keep on the machine: locks in /run, journals and folders in /var/lib.

What is not ours in their place is not used, not followed, and stays; what is there is told.
"""

from __future__ import annotations

import fcntl
import json
import os
import random
import signal
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest

from runner.host import cgroups, kernel
from runner.lab import locks, private_folder, seats
from runner.lab.effects import ownership
from runner.lab.lab import Lab
from tests.conftest import BASE
from tests.support import sample
from tests.support.command import CHECKOUT, semdocker

pytestmark = pytest.mark.root


def type_(lab: Lab, command: str) -> str:
    return lab.terminal.run(command, timeout=10, limit=65536, emit=lambda _: None, new_shell=True).output


def test_cleanup_spares_a_lab_that_opens_at_that_moment() -> None:
    """Its journal is asked for after the look, too. Each reconciliation meets labs that open and close."""
    pid = os.fork()
    if pid == 0:
        try:
            while True:
                seats.reconcile()
        finally:
            os._exit(0)
    try:
        for _ in range(25):
            with seats.hold("default", wait=10) as lock:
                lab = Lab.open("default", lock, BASE)
                assert type_(lab, "echo alive") == "alive\n"
                assert lab.close().clean
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        assert seats.reconcile().clean


HIDDEN = """
import subprocess, sys
from runner.lab import seats
from runner.lab.lab import Lab
from tests.conftest import BASE
place, mount = sys.argv[1], sys.argv[2:]
with seats.hold("hidden", wait=10) as lock:
    lab = Lab.open("hidden", lock, BASE)
    subprocess.run([*mount, place], check=True)
    (left,) = lab.close().leftovers
    assert (left.area, left.what) == ("journal", str(lab.journal.path)), left
    print(left.remove)
    subprocess.run(["bash", "-c", left.remove], check=True)
    assert seats.recover("hidden").clean and not lab.journal.exists()
"""


COVERED = """
import subprocess, sys
from runner.lab import seats
from runner.lab.lab import Lab
from tests.conftest import BASE
place, inside = sys.argv[1:]
with seats.hold("hidden", wait=10) as lock:
    lab = Lab.open("hidden", lock, BASE)
    lab.terminal.run(inside, timeout=20, limit=9999, emit=lambda _: None)
    for one in place.split():
        subprocess.run(["mount", "-t", "tmpfs", "t", one], check=True)
    left = lab.close().leftovers
    assert left and lab.journal.exists(), left
    assert {one.remove for one in left} <= {f"umount {one}" for one in place.split()}, left
    for one in place.split():
        subprocess.run(["umount", one], check=True)
    assert seats.recover("hidden").clean and not lab.journal.exists()
"""


@pytest.mark.parametrize("place", ["/proc", "trees"])
def test_what_cannot_be_seen_meanwhile_is_not_taken_for_gone(place: str) -> None:
    """Somebody covers the files of the kernel by which the lab's end is seen."""
    trees = " ".join(map(str, cgroups.read().bases))
    script = [sys.executable, "-c", COVERED, trees if place == "trees" else place, "hostname lost; sleep 7779 &"]
    private = ["unshare", "-m", "--propagation", "private", *script]
    done = subprocess.run(private, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not any(kernel.command(pid) == "sleep 7779" for pid in kernel.pids())


SEEN = """
import subprocess
from runner.lab import seats
from runner.lab.lab import Lab
from tests.conftest import BASE
with seats.hold("hidden", wait=10) as lock:
    lab = Lab.open("hidden", lock, BASE)
    subprocess.run(["mount", "--bind", "/var/lib", "/var/lib"], check=True)
    rollback = lab.close()
    assert rollback.clean and not lab.journal.exists(), rollback
    subprocess.run(["umount", "/var/lib"], check=True)
    assert seats.recover("hidden").clean
"""


def test_a_journal_that_is_still_seen_is_undone() -> None:
    """Somebody mounts its directory once more over itself: the file is the same."""
    private = ["unshare", "-m", "--propagation", "private", sys.executable, "-c", SEEN]
    done = subprocess.run(private, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("place", [seats.STATE, seats.STATE / "hidden", seats.STATE.parent])
@pytest.mark.parametrize("mount", ["mount -t tmpfs t", "mount --bind /srv"])
def test_a_journal_that_was_hidden_meanwhile_is_told(place: Path, mount: str) -> None:
    """What it tells of is not undone: a lab that is gone and a journal that is not there are not a clean machine."""
    script = [sys.executable, "-c", HIDDEN, str(place), *mount.split()]
    private = ["unshare", "-m", "--propagation", "private", *script]
    done = subprocess.run(private, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"umount {place}\n"), done.stderr


def test_a_lock_names_its_holder_by_more_than_a_pid(seat: int) -> None:
    """The PID of a holder that died may be anybody's by now: whoever has the lock open is named instead."""
    innocent = subprocess.Popen(["sleep", "60"])
    keeper = subprocess.Popen(["sleep", "60"], pass_fds=[seat])
    try:
        os.pwrite(seat, f"{innocent.pid} 1".ljust(64).encode(), 0)
        assert seats.holder("default") == kernel.identity(keeper.pid)
    finally:
        for process in (innocent, keeper):
            process.kill()
            process.wait()


@pytest.mark.parametrize("name", [b"h;touch /run/pwned", b"h'\"$(id)", b"odd\xff", b"-f"])
def test_a_host_name_never_becomes_a_command(name: bytes) -> None:
    """In a UTS namespace whose name is somebody's joke: the journal keeps the name, and its command for people not."""
    script = """
import json, tempfile
from pathlib import Path
from runner.lab.effects import host_values
from runner.lab.journal import Journal
with tempfile.TemporaryDirectory() as folder:
    journal = Journal(Path(folder, "seats", "one", "journal"))
    journal.begin()
    host_values.note(journal)
    line = journal.path.read_bytes().splitlines()[-1].decode("utf-8", "surrogateescape")
    print(json.dumps([json.loads(line)["undo"], journal.entries()[-1].data["hostname"]]))
"""
    words: list[str | bytes] = [
        "unshare",
        "--uts",
        "sh",
        "-c",
        'printf %s "$0" > /proc/sys/kernel/hostname; exec "$@"',
        name,
    ]
    done = subprocess.run([*words, sys.executable, "-c", script], cwd=CHECKOUT, capture_output=True, check=True)
    undo, kept = json.loads(done.stdout)
    assert undo == "true"
    assert kept.encode("utf-8", "surrogateescape") == name


def put(thing: str, path: Path, treasure: Path) -> None:
    """Put what is no file in its place; a link leads to the treasure."""
    treasure.write_text("years of work")
    if thing == "fifo":
        os.mkfifo(path)
    elif thing == "folder":
        path.mkdir()
    else:
        path.symlink_to(treasure)


@pytest.mark.parametrize("thing", ["fifo", "folder", "link"])
def test_what_lies_in_the_place_of_a_lock_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, thing: str
) -> None:
    monkeypatch.setattr(locks, "RUN", tmp_path / "run")
    (tmp_path / "run").mkdir(mode=0o700)
    lock, treasure = tmp_path / "run/maria.lock", tmp_path / "treasure"
    put(thing, lock, treasure)
    assert locks.holder("maria") is None
    with pytest.raises(Exception) as refused:
        locks.hold("maria", time.monotonic())
    assert getattr(refused.value, "key", "") == "journal-failed"
    locks.sweep()
    assert treasure.read_text() == "years of work"


def test_a_lock_that_is_held_stays_held(seat: int) -> None:
    """Whatever is asked of it: looking takes nothing away."""
    locks.holder("default")
    locks.keepers("default")
    with pytest.raises(BlockingIOError), open("/run/semdocker/default.lock") as lock:  # noqa: PTH123
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.parametrize("folder", ["/run/semdocker", "/var/lib/semdocker"])
@pytest.mark.parametrize("kind", ["link", "somebody-else's"])
def test_a_folder_that_is_not_ours_is_not_used(folder: str, kind: str, tmp_path: Path) -> None:
    """Whoever may write there could put anything in the way of root."""
    made = {"link": f"ln -s {tmp_path} {folder}", "somebody-else's": f"mkdir {folder} && chown 12345 {folder}"}[kind]
    script = (
        f'mount -t tmpfs ours {Path(folder).parent} && {made} && exec "$0" -m runner run hostname --plain --lang en'
    )
    command = ["unshare", "-m", "sh", "-c", script, sys.executable]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=CHECKOUT)
    assert done.returncode == 4, done.stderr
    assert folder in done.stdout + done.stderr and "This should not have happened" not in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [b"\0" * 4096, b"noise\n", random.Random(sample.SEED).randbytes(64)])
def test_a_journal_that_cannot_be_read_is_told_and_stays(content: bytes) -> None:
    journal = seats.journal_of("noise").path
    journal.parent.mkdir(mode=0o700, parents=True)
    journal.write_bytes(content)
    try:
        for words in (["cleanup"], ["run", "rootfs", "--seat", "noise"]):
            done = semdocker(*words)
            assert done.returncode == 5, done.stdout
            assert f"journal that cannot be read: {journal}, remove it with: rm {journal}" in done.stdout
            assert journal.read_bytes() == content
    finally:
        journal.unlink()
    assert semdocker("cleanup").returncode == 0
    assert not seats.STATE.exists()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("thing", ["fifo", "folder", "link"])
def test_what_is_no_file_in_the_place_of_a_journal_is_told_and_stops_no_other_seat(thing: str, tmp_path: Path) -> None:
    journal = seats.journal_of("a-odd").path
    journal.parent.mkdir(mode=0o700, parents=True)
    put(thing, journal, tmp_path / "treasure")
    other = seats.journal_of("b-begun").path
    other.parent.mkdir(mode=0o700)
    other.write_bytes(b"")
    try:
        told = json.loads(semdocker("status", "--json").stdout)["seats"]
        assert [(seat["seat"], seat["journal"]) for seat in told] == [
            ("a-odd", str(journal)),
            ("b-begun", str(other)),
        ]
        done = semdocker("cleanup")
        assert done.returncode == 5, done.stdout + done.stderr
        remove = private_folder.aside(journal) if thing == "folder" else f"rm {journal}"
        assert f"cannot be read: {journal}, remove it with: {remove}" in " ".join(done.stdout.split())
        assert os.path.lexists(journal) and not other.exists()
    finally:
        journal.rmdir() if thing == "folder" else journal.unlink()
    assert (tmp_path / "treasure").read_text() == "years of work"
    assert semdocker("cleanup").returncode == 0
    assert not seats.STATE.exists()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("thing", ["fifo", "folder", "link"])
def test_what_status_finds_in_the_place_of_our_files_cleanup_removes_or_tells(thing: str, tmp_path: Path) -> None:
    locks.RUN.mkdir(mode=0o700)
    odd = [locks.RUN / f"b{kind}" for kind in (".json", ".lock")]
    for path in odd:
        put(thing, path, tmp_path / "treasure")
    assert json.loads(semdocker("status", "--json").stdout)["unclaimed"]["files"] == [*map(str, odd)]
    done = semdocker("cleanup")
    if thing == "folder":
        assert done.returncode == 5
        for path in odd:
            assert f"{path}, remove it with: {private_folder.aside(path)}" in " ".join(done.stdout.split())
            path.rmdir()
        done = semdocker("cleanup")
    assert done.returncode == 0
    assert (tmp_path / "treasure").read_text() == "years of work"
    assert not locks.RUN.exists()


def test_what_lies_behind_a_link_in_the_place_of_our_folder_stays(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "snapshot").write_text("years of work")
    (tmp_path / "empty").mkdir()
    script = 'mount -t tmpfs ours /var/lib && ln -s "$1" /var/lib/semdocker && exec "$0" -m runner cleanup --seat sub'
    command = ["unshare", "-m", "sh", "-c", script, sys.executable, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=CHECKOUT)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["empty", "snapshot", "sub"]


@pytest.mark.parametrize("content", [b"", b'{"seq": 0, "boot": "9', b'{"se'])
def test_a_journal_that_was_just_begun_is_no_trouble(content: bytes) -> None:
    """The power went before its first line was whole, so nothing had been done."""
    journal = seats.journal_of("begun").path
    journal.parent.mkdir(mode=0o700, parents=True)
    journal.write_bytes(content)
    assert semdocker("cleanup").returncode == 0
    assert not journal.exists()


def test_a_seat_that_cannot_be_put_back_stops_no_other() -> None:
    """A folder whose name is too long for the file of a lock: nobody can hold that seat."""
    odd = seats.STATE / ("a" * 253)
    odd.mkdir(mode=0o700, parents=True)
    (odd / "journal").write_bytes(b"")
    other = seats.journal_of("b-begun").path
    other.parent.mkdir(mode=0o700)
    other.write_bytes(b"")
    try:
        done = semdocker("cleanup", "--json", "--yes")
        assert done.returncode == 5, done.stdout + done.stderr
        assert not other.exists(), "the seat that comes after it"
        told = json.loads(done.stdout)["leftovers"]
        assert [(left["area"], left["remove"]) for left in told] == [("seats", private_folder.aside(odd))]
        assert str(odd) in told[0]["what"] and "File name too long" in told[0]["what"]
    finally:
        (odd / "journal").unlink()
        odd.rmdir()
    assert semdocker("cleanup").returncode == 0
    assert not seats.STATE.exists()


@pytest.mark.parametrize("seat", [(), ("--seat", "default")], ids=["all seats", "one seat"])
def test_a_journal_that_cannot_be_removed_is_named_by_its_path(seat: tuple[str, ...]) -> None:
    script = """mount -t tmpfs ours /var/lib && mkdir -m 700 /var/lib/semdocker /var/lib/semdocker/default &&
        touch /var/lib/semdocker/default/journal && mount -o remount,ro /var/lib && exec "$@" """
    done = semdocker("cleanup", "--yes", *seat, before=["unshare", "-m", "sh", "-c", script, "sh"])
    assert done.returncode == 5, done.stdout + done.stderr
    said = " ".join((done.stdout + done.stderr).split())
    assert "/var/lib/semdocker/default/journal: Read-only file system" in said
    assert "mount -o remount,rw /var/lib" in said


TURNS = """
import subprocess
from pathlib import Path
from runner.lab import seats
from runner.lab.lab import Lab
with seats.hold("turns") as lock:
    lab = Lab.open("turns", lock, Path("/containers"))
    subprocess.run(["mount", "-o", "remount,ro", "/var/lib"], check=True)
    (told,) = lab.close().leftovers
print(told.area, told.what, told.remove, sep="\\n")
subprocess.run(["sh", "-c", told.remove], check=True)
with seats.hold("turns"):
    print(seats.recover("turns").clean, seats.journal_of("turns").path.parent.exists())
"""


def test_a_disk_that_turns_read_only_in_a_lab_is_told_with_what_cures_it() -> None:
    """As it does after an error (mount(8), errors=remount-ro): all else is put back, and then `cleanup` ends it."""
    script = 'mount -t tmpfs ours /var/lib && exec "$0" -c "$1"'
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script, sys.executable, TURNS],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    area, what, remedy, end = done.stdout.splitlines() or [done.stderr] * 4
    assert area == "journal" and what.endswith(": Read-only file system"), done.stderr
    assert (remedy, end) == ("mount -o remount,rw /var/lib", "True False")


def of_another_version(seat: str) -> Path:
    """Put a journal there as a later semdocker might write it."""
    journal = seats.journal_of(seat)
    journal.begin()
    line = json.loads(journal.path.read_text())
    line["data"]["format"] = 2
    del line["crc"]
    line["crc"] = zlib.crc32(json.dumps(line, sort_keys=True).encode())
    journal.path.write_text(json.dumps(line) + "\n")
    return journal.path


def test_a_journal_of_another_version_stops_only_its_own_seat() -> None:
    journal = of_another_version("anna")
    other = seats.journal_of("b-begun").path
    other.parent.mkdir(mode=0o700)
    other.write_bytes(b"")
    try:
        told = json.loads(semdocker("status", "--json").stdout)["seats"]
        assert [(seat["seat"], seat["other_version"]) for seat in told] == [("anna", True), ("b-begun", False)]
        said = " ".join(semdocker("status").stdout.split())
        assert "Seat anna: left by another version of semdocker; only that version's “cleanup” removes it" in said
        done = semdocker("run", "rootfs", "--seat", "maria")
        assert done.returncode == 0, done.stdout + done.stderr
        refused = semdocker("run", "rootfs", "--seat", "anna")
        assert refused.returncode == 5 and "written by another version" in refused.stdout + refused.stderr
        done = semdocker("cleanup", "--yes")
        assert done.returncode == 5 and "written by another version" in " ".join(done.stdout.split())
        assert journal.exists() and not other.exists()
    finally:
        journal.unlink()
    assert semdocker("cleanup").returncode == 0
    assert not seats.STATE.exists()


def test_what_no_journal_claims_stays_while_one_cannot_be_understood() -> None:
    """It may be that one's: a lab of the other version may be live."""
    journal = of_another_version("anna")
    group = cgroups.read().bases[0] / "semdocker-anna"
    group.mkdir()
    ownership.label(group, "anna")
    try:
        assert ownership.owner(group) == "anna"
        semdocker("cleanup", "--yes")
        assert group.is_dir()
    finally:
        journal.unlink()
        assert semdocker("cleanup").returncode == 0
        assert not group.exists()
