"""Several students on one machine: each with a lab and a journal of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from runner.cli import guarded
from runner.engine.lab_run import silent
from runner.host import kernel
from runner.lab import seats, snapshot
from runner.lab.effects import registry
from runner.lab.lab import Lab
from runner.records.errors import Busy, ExitStatus
from runner.records.options import Options
from runner.verbs import cleanup
from tests.conftest import BASE, files
from tests.support.command import CHECKOUT
from tests.support.forks import died_as_wanted, fork
from tests.support.powercut import cut_power
from tests.support.waiting import until

pytestmark = [pytest.mark.root, pytest.mark.timeout(600)]


def semdocker(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "runner", *arguments],
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def class_of(seats: int, *lessons: str) -> list[tuple[int, str]]:
    """Run lessons in many seats at once; returns exit status and output of each."""
    runs = [semdocker("run", *lessons, "--plain", "--seat", f"s{number}") for number in range(seats)]
    outputs = [run.communicate(timeout=500)[0] for run in runs]
    return [(run.returncode, output) for run, output in zip(runs, outputs, strict=True)]


def test_a_few_seats_at_once_with_groups_and_a_port_each() -> None:
    before = snapshot.take(seats.journal_of("default"))
    for status, output in class_of(4, "hostname", "verification"):
        assert status == 0, output[-3000:]
    assert snapshot.compare(before, snapshot.take(seats.journal_of("default"))) == ()


@pytest.mark.soak
@pytest.mark.parametrize(("size", "lessons"), [(60, ("hostname", "verification")), (30, ("network",))])
def test_a_class(size: int, lessons: tuple[str, ...]) -> None:
    """Each has the same names, addresses and ports; the page that is asked for carries the token of its own run."""
    before = snapshot.take(seats.journal_of("default"))
    results = class_of(size, *lessons)
    print(f"\n  {size} seats at once: {sum(status == 0 for status, _ in results)} passed", flush=True)
    for status, output in results:
        assert status == 0, output[-3000:]
    assert snapshot.compare(before, snapshot.take(seats.journal_of("default"))) == ()


def test_who_looks_for_seats_minds_none_that_ends_at_that_moment() -> None:
    """Folders come and go beside us; what is gone when we look into it has nothing for us."""
    pid = os.fork()
    if pid == 0:
        try:
            while True:
                (seats.STATE / "passing").mkdir(parents=True, exist_ok=True)
                (seats.STATE / "passing").rmdir()
                with suppress(OSError):
                    seats.STATE.rmdir()
        finally:
            os._exit(1)
    try:
        for _ in range(3000):
            assert seats.remembered() == []
            assert seats.journal_of("default").neighbours("host") == []
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        for folder in (seats.STATE / "passing", seats.STATE):
            with suppress(OSError):
                folder.rmdir()


@pytest.mark.parametrize("mine", [False, True])
def test_cleanup_of_a_seat_that_is_taken_at_that_moment(
    mine: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A colleague's run that began after we had looked is left alone, and leaves nothing dirty; ours is told."""
    monkeypatch.setattr(seats, "remembered", lambda: ["taken"])
    monkeypatch.setattr(seats, "holder", lambda _: None)
    monkeypatch.setattr(cleanup, "PATIENCE", 0.1)
    options = Options(seat="taken" if mine else "default", plain=True, lang="en")
    with seats.hold("taken"):
        status = guarded(lambda: cleanup.cleanup(options, only=False))
    said = capsys.readouterr()
    assert (status, "Traceback" in said.err) == (ExitStatus.BUSY if mine else ExitStatus.OK, False)
    told = f"(process {os.getpid()}) is using this seat" if mine else f"(seat taken, process {os.getpid()}). It is not"
    assert told in said.out + said.err


def test_two_seats_do_not_meet(seat: int) -> None:
    """The same files, the same port, the same group: each has its own."""
    with seats.hold("other") as lock:
        first = Lab.open("default", seat, BASE)
        second = Lab.open("other", lock, BASE)
        make = "touch /containers/$$; busybox nc -l -p 8080 & mkdir -p /sys/fs/cgroup/*/one; ls /containers | wc -l"
        seen = [lab.terminal.run(make, timeout=5, limit=1000, emit=silent).output for lab in (first, second)]
        assert [lines.splitlines()[-1] for lines in seen] == ["1", "1"]
        assert "in use" not in "".join(seen)
        until(lambda: all(8080 in kernel.listening(lab.shell.pid) for lab in (first, second)), "both listen")
        assert 8080 not in kernel.listening(os.getpid())
        assert first.close().clean
        assert second.close().clean


def test_a_name_changed_by_one_seat_is_not_taken_for_the_machines_own_by_another(seat: int) -> None:
    import socket

    name = socket.gethostname()
    with seats.hold("other") as lock:
        first = Lab.open("default", seat, BASE)
        first.terminal.run("hostname oops", timeout=5, limit=100, emit=silent)
        second = Lab.open("other", lock, BASE)
        assert first.close().restored == ("hostname",)
        assert second.close().restored == ()
    assert socket.gethostname() == name


def test_status_shows_a_live_lab_and_cleanup_asks_before_ending_it(running: Lab) -> None:
    document = json.loads(semdocker("status", "--json").communicate()[0])
    mine = next(found for found in document["seats"] if found["seat"] == "default")
    assert mine["holder"]
    assert any(str(running.shell.pid) in line for line in mine["processes"])
    assert any(line.startswith("/containers") for line in mine["mounts"])
    refused = semdocker("cleanup", "--seat", "default", "--lang", "en")
    assert "--yes" in refused.communicate()[0]
    assert refused.returncode == 6


def test_cleanup_yes_ends_a_live_run_from_another_terminal() -> None:
    run = semdocker("run", "cgroups", "--plain", "--lang", "en", "--seat", "live")
    assert run.stdout is not None
    for line in run.stdout:
        if "Step 4 of" in line:
            break
    cleaned = semdocker("cleanup", "--seat", "live", "--yes")
    cleaned.communicate()
    run.stdout.read()
    run.stdout.close()
    assert cleaned.returncode == 0
    assert run.wait(20) == 143
    assert not seats.journal_of("live").exists()


def test_what_carries_our_marks_is_found_without_a_journal() -> None:
    """The journal is lost, runner and guardian dead: the marks on mounts and groups are enough for what bears them."""

    def dead() -> None:
        with seats.hold("default") as lock:
            opened = Lab.open("default", lock, BASE)
            opened.terminal.run("setsid nohup sleep 4750 >/dev/null 2>&1 &", timeout=5, limit=100, emit=silent)
            cut_power(opened)
            os.kill(os.getpid(), signal.SIGKILL)

    assert died_as_wanted(fork(dead))
    journal = seats.journal_of("default")
    switched_on = [entry for entry in journal.effects() if entry.kind == "controllers"]
    journal.remove()
    document = json.loads(semdocker("status", "--json").communicate()[0])
    assert any("sleep 4750" in line for line in document["unclaimed"]["processes"])
    assert document["unclaimed"]["groups"]
    assert document["elsewhere"] == []
    assert seats.reconcile().clean
    assert seats.recover("default").clean
    for entry in switched_on:  # a controller bears no mark: the journal alone knew of it
        assert registry.undo(entry, journal) == ([], [])


def test_what_somebody_keeps_is_left_alone_though_its_journal_is_not_here(seat: int) -> None:
    opened = Lab.open("default", seat, BASE)
    record = opened.journal.path.read_bytes()
    opened.journal.path.unlink()
    told = json.loads(semdocker("status", "--json").communicate()[0])
    cleaned = seats.reconcile()
    opened.journal.path.write_bytes(record)
    assert told["elsewhere"] == ["semdocker", opened.mount]
    assert cleaned.clean
    assert kernel.alive(opened.shell)
    assert opened.close().clean


def test_what_a_killed_run_holds_no_more_is_told_and_taken_away() -> None:
    """Runner and guardian die at once: nobody is left to take the files in /run away but `cleanup`."""
    script = """
import os, signal
from pathlib import Path
from runner.lab import seats
from runner.lab.lab import Lab
with seats.hold("killed") as lock:
    opened = Lab.open("killed", lock, Path("/containers"))
    opened.guardian.kill()
    os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", script], check=False, cwd=CHECKOUT)
    document = json.loads(semdocker("status", "--json").communicate()[0])
    assert document["seats"][0]["journal"] == "/var/lib/semdocker/killed/journal"
    assert document["seats"][0]["files"] == ["/run/semdocker/killed.json", "/run/semdocker/killed.lock"]
    cleaned = semdocker("cleanup", "--lang", "en")
    cleaned.communicate()
    assert cleaned.returncode == 0
    assert files() == []
    assert "Nothing of ours" in semdocker("status", "--lang", "en").communicate()[0]


def test_cleanup_leaves_what_a_live_run_holds(seat: int) -> None:
    """Between two lessons a run has its seat, and no lab."""
    held = files()
    assert len(held) == 2
    cleaned = semdocker("cleanup", "--lang", "en")
    cleaned.communicate()
    assert cleaned.returncode == 0
    assert files() == held
    mine = json.loads(semdocker("status", "--json").communicate()[0])["seats"][0]
    assert (mine["seat"], mine["holder"], mine["journal"]) == ("default", os.getpid(), "")
    assert mine["files"] == ["/run/semdocker/default.lock"]


def test_a_seat_is_held_by_one(seat: int) -> None:
    with pytest.raises(Busy), seats.hold("default", wait=0.1):
        pass
    assert seats.holder("default") is not None
    assert seats.holder("nobody-here") is None


@pytest.mark.parametrize("name", ["", "../x", "Maria", "a b", "-x", "a" * 40])
def test_a_seats_name_cannot_reach_elsewhere(name: str) -> None:
    run = semdocker("run", "rootfs", "--seat", name)
    run.communicate()
    assert run.returncode == 2


def test_cleanup_of_a_clean_machine_leaves_nothing_and_touches_nothing() -> None:
    """Another program's /var/lib/x/journal, file or folder, is not read; folders that a crash left empty go."""
    with tempfile.TemporaryDirectory(dir="/var/lib") as theirs:
        (Path(theirs) / "journal").mkdir()
        (seats.STATE / "crashed").mkdir(parents=True)
        cleaned = semdocker("cleanup", "--lang", "en")
        cleaned.communicate()
        assert cleaned.returncode == 0
        assert (Path(theirs) / "journal").is_dir()
    assert not (seats.STATE / "crashed").exists()
