"""The machine before and after: what differs is told, by whoever comes after a run, even when that was killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.host import cgroups
from runner.lab import node_changes, seats, snapshot
from runner.lab.lab import Lab
from tests.conftest import BASE
from tests.support.command import semdocker
from tests.support.waiting import until

pytestmark = pytest.mark.root
SEAT = "snapshot"


@pytest.fixture
def foreign() -> Iterator[Path]:
    """A place for a control group that somebody else makes."""
    group = cgroups.read().bases[0] / "made-by-hand"
    yield group
    if group.exists():
        group.rmdir()


def test_each_difference_is_named_with_its_remedy(foreign: Path) -> None:
    before = snapshot.take(seats.journal_of(SEAT))
    foreign.mkdir()
    found = snapshot.compare(before, snapshot.take(seats.journal_of(SEAT)))
    assert [(leftover.area, leftover.remove) for leftover in found] == [("cgroups", f"rmdir {foreign}")]
    foreign.rmdir()
    assert snapshot.compare(before, snapshot.take(seats.journal_of(SEAT))) == ()


def test_a_loop_device_that_outlives_its_lab_is_told(running: Lab) -> None:
    """Where nothing filters devices, the lab can set one; here it is set from outside, to a file of the lab."""
    if not Path("/sys/block/loop7").exists():
        pytest.skip("no such device here")
    running.terminal.run("truncate -s 1M /containers/disk", timeout=5, limit=1000, emit=lambda _: None)
    disk = f"/proc/{running.shell.pid}/root/containers/disk"
    try:
        subprocess.run(["losetup", "/dev/loop7", disk], check=True)
        rollback = running.close()
        assert [(left.area, left.what) for left in rollback.noticed] == [("loops", "/dev/loop7")]
    finally:
        subprocess.run(["losetup", "-d", "/dev/loop7"], check=False)
        seats.told("default")


def killed_run(meanwhile: Path | None) -> None:
    """Open a lab in a process of its own that is killed; its guardian puts the lab away."""
    pid = os.fork()
    if pid == 0:
        try:
            with seats.hold(SEAT) as lock:
                Lab.open(SEAT, lock, BASE)
                if meanwhile:
                    meanwhile.mkdir()
                os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
    until(lambda: seats.holder(SEAT) is None, "the end of the guardian")


def test_after_a_killed_run_status_and_cleanup_tell_what_differs(foreign: Path) -> None:
    killed_run(meanwhile=foreign)
    told = json.loads(semdocker("--json", "status").stdout)
    assert [[left["what"] for left in seat["changed"]] for seat in told["seats"]] == [[str(foreign)]]
    done = semdocker("cleanup", "--lang", "en")
    assert done.returncode == 0, "it is not ours"
    assert str(foreign) in done.stdout
    assert "rmdir" not in done.stdout, "what may be anybody's is told without a command that deletes it"
    assert foreign.exists()
    assert str(foreign) not in semdocker("cleanup").stdout, "it was told"
    assert "made-by-hand" not in semdocker("status").stdout
    assert not seats.STATE.exists()


def test_after_a_killed_run_the_next_one_tells_what_differs(foreign: Path) -> None:
    killed_run(meanwhile=foreign)
    done = semdocker("run", "hostname", "--seat", SEAT, "--plain", "--lang", "en")
    assert done.returncode == 0
    assert done.stdout.count(str(foreign)) == 1
    assert not seats.STATE.exists()


def test_a_killed_run_after_which_nothing_differs_leaves_nothing() -> None:
    killed_run(meanwhile=None)
    assert not seats.STATE.exists()


def test_a_snapshot_that_was_half_written_counts_for_nothing() -> None:
    journal = seats.journal_of(SEAT)
    journal.begin()
    snapshot.keep(journal, snapshot.take(journal))
    path = journal.path.with_name("snapshot")
    path.write_bytes(path.read_bytes()[:-20])
    assert snapshot.kept(journal) is None
    assert seats.recover(SEAT).clean
    assert not seats.STATE.exists()


def test_what_differs_after_several_labs_of_one_run_is_told_once(seat: int, foreign: Path) -> None:
    first = Lab.open("default", seat, BASE)
    foreign.mkdir()
    assert [left.what for left in first.close().noticed] == [str(foreign)]
    second = Lab.open("default", seat, BASE, before=first.before)
    assert [left.what for left in second.close().noticed] == [str(foreign)], "it is still as it was before the first"
    seats.told("default")


def test_nodes_that_went_or_changed_are_told_with_what_makes_them_again() -> None:
    """A devtmpfs is the machine's /dev wherever it is mounted, and a proc has the machine's modes."""
    before = {"/dev/null": "c 1:3 666 0:0", "/proc/keys": "f 0:0 444 0:0", "/proc/x": "f 0:0 444 0:0"}
    changed, gone = node_changes.compare(before, {"/proc/keys": "f 0:0 777 0:0"}, ())
    assert changed.what == "/proc/keys: f 0:0 777 0:0"
    assert changed.remove == "chown 0:0 /proc/keys && chmod 444 /proc/keys"
    assert gone.what == "/dev/null: absent"
    assert gone.remove == "mknod /dev/null c 1 3 && chown 0:0 /dev/null && chmod 666 /dev/null"


def test_whatever_is_gone_from_dev_is_told_even_if_no_command_brings_it_back() -> None:
    """The socket of a logger, its pipe, a file. Folders and links that udev keeps come and go."""
    before = {
        "/dev/log": "s 0:0 666 0:0",
        "/dev/xconsole": "p 0:0 640 0:4",
        "/dev/foo": "f 0:0 644 0:0",
        "/dev/shm/theirs": "f 0:0 644 0:0",
        "/dev/disk": "d 0:0 755 0:0",
    }
    told = [(left.what, left.remove) for left in node_changes.compare(before, {}, ())]
    assert told == [
        ("/dev/foo: absent (f 0:0 644 0:0)", ""),
        ("/dev/log: absent (s 0:0 666 0:0)", ""),
        ("/dev/xconsole: absent", "mkfifo /dev/xconsole && chown 0:4 /dev/xconsole && chmod 640 /dev/xconsole"),
    ]


def test_what_came_into_dev_is_told_and_what_comes_with_a_device_is_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A stick brings a node, and udev a folder with a link to it; neither is a trace of a lab."""
    monkeypatch.setattr(node_changes, "DEVICES", {"c": tmp_path / "char", "b": tmp_path / "block"})
    monkeypatch.setattr(node_changes, "LINKS", tmp_path / "data")
    (tmp_path / "block/8:16").mkdir(parents=True)
    (tmp_path / "block/8:16/uevent").write_text("MAJOR=8\nMINOR=16\nDEVNAME=sdb\nDEVTYPE=disk\n")
    (tmp_path / "data").mkdir()
    (tmp_path / "data/b8:16").write_text("S:disk/by-label/STICK\nI:1\n")
    before = {"/dev": "d 0:0 755 0:0", "/dev/sda": "b 8:0 660 0:6", "/dev/root": "l 0:0 777 0:0 sda"}
    arrived = {
        "/dev/sdb": "b 8:16 660 0:6",
        "/dev/disk": "d 0:0 755 0:0",
        "/dev/disk/by-label": "d 0:0 755 0:0",
        "/dev/disk/by-label/STICK": "l 0:0 777 0:0 ../../sdb",
        "/dev/root": "l 0:0 777 0:0 sdb",
        "/dev/hugepages": "d 0:0 755 0:0",
        "/dev/shm/theirs": "f 0:0 600 0:0",
        "/proc/fs/new": "d 0:0 555 0:0",
    }
    assert list(node_changes.compare(before, {**before, **arrived}, {"/dev/hugepages"})) == []
    made = {
        "/dev/disk/mine": "f 0:0 644 0:0",
        "/dev/copy": "b 8:16 660 0:6",
        "/dev/heap": "d 0:0 755 0:0",
        "/dev/heap/of": "f 0:0 644 0:0",
        "/dev/tty-like": "f 0:0 644 0:0",
    }
    told = [
        (left.what.split(":")[0], left.remove)
        for left in node_changes.compare(before, {**before, **arrived, **made}, {"/dev/hugepages"})
    ]
    assert told == [
        ("/dev/disk/mine", "rm /dev/disk/mine"),
        ("/dev/heap/of", "rm /dev/heap/of"),
        ("/dev/copy", "rm /dev/copy"),
        ("/dev/heap", "rmdir /dev/heap"),
        ("/dev/tty-like", "rm /dev/tty-like"),
    ]


def test_a_link_that_is_not_to_a_device_is_told_when_it_leads_elsewhere_or_is_gone() -> None:
    before = {"/dev/fd": "l 0:0 777 0:0 /proc/self/fd", "/dev/core": "l 0:0 777 0:0 /proc/kcore"}
    told = list(node_changes.compare(before, {"/dev/core": "l 0:0 777 0:0 /etc/passwd"}, ()))
    assert [left.remove for left in told] == ["ln -sfT -- /proc/kcore /dev/core", "ln -sfT -- /proc/self/fd /dev/fd"]


def test_a_mount_that_is_gone_is_told() -> None:
    empty: dict[str, frozenset[str]] = dict.fromkeys(snapshot.AREAS, frozenset())
    (left,) = snapshot.compare({**empty, "mounts": frozenset({"/mnt/x"})}, empty)
    assert (left.what, left.remove, left.change) == ("/mnt/x", "mount /mnt/x", "gone")


def test_numbers_of_a_setting_are_told_so_that_any_shell_takes_them() -> None:
    empty: dict[str, frozenset[str]] = dict.fromkeys(snapshot.AREAS, frozenset())
    was, now = ({**empty, "values": frozenset({f"kernel.printk{snapshot.PAIR}{first}\t4\t1\t7"})} for first in (4, 1))
    assert [left.remove for left in snapshot.compare(was, now)] == ["sysctl -w 'kernel.printk=4 4 1 7'"]


def test_interfaces_that_came_are_told() -> None:
    """Those of a module with what takes it away; others may be anybody's, and have no command."""
    empty: dict[str, frozenset[str]] = dict.fromkeys(snapshot.AREAS, frozenset())
    came = {**empty, "interfaces": frozenset({"sit0", "gre0", "gretap0", "dum0"})}
    modules, other = snapshot.compare(empty, came)
    assert (modules.what, modules.remove, modules.change) == ("gre0, gretap0, sit0", "modprobe -r ip_gre sit", "came")
    assert (other.what, other.remove, other.change) == ("dum0", "", "")
    assert snapshot.compare(came, came) == ()


def test_a_module_that_every_bridge_obeys_is_told() -> None:
    empty: dict[str, frozenset[str]] = dict.fromkeys(snapshot.AREAS, frozenset())
    (told,) = snapshot.compare(empty, {**empty, "modules": frozenset({"br_netfilter"})})
    assert (told.what, told.remove, told.change) == ("br_netfilter", "rmmod br_netfilter", "came")
