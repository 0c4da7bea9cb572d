"""What somebody did to the lab on purpose: nothing that is not ours is touched, and nothing of ours stays.

What would harm the machine if a mend were lost is looked at only, never acted on.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.host import cgroups, kernel
from runner.host.kernel import Identity
from runner.lab import inventory, processes, seats, snapshot
from runner.lab.effects import cgroup, lab_mount
from runner.lab.lab import Lab
from runner.records.errors import RunnerError
from runner.screen import rollback_page
from tests.conftest import BASE
from tests.support.command import CHECKOUT, semdocker
from tests.support.forks import died_as_wanted, fork
from tests.support.powercut import cut_power
from tests.support.waiting import until

pytestmark = pytest.mark.root


def type_(lab: Lab, command: str) -> str:
    return lab.terminal.run(command, timeout=10, limit=65536, emit=lambda _: None, new_shell=True).output


def running_as(command: str) -> list[Identity]:
    found = (pid for pid in kernel.pids() if kernel.command(pid) == command)
    return [process for process in map(kernel.identity, found) if process]


@pytest.fixture
def pretender(tmp_path: Path) -> Iterator[int]:
    """A process of the machine that sees a mount with the name of a lab."""
    script = 'mount -t tmpfs semdocker-deadbeef "$0" && echo there && exec sleep 60'
    with subprocess.Popen(["unshare", "-m", "sh", "-c", script, str(tmp_path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout and holder.stdout.readline() == b"there\n"
        yield holder.pid
        holder.kill()


def test_a_mount_that_is_named_like_a_lab_proves_nothing(pretender: int, running: Lab) -> None:
    assert any(mount.source == "semdocker-deadbeef" for mount in kernel.mounts(pretender))
    assert lab_mount.sources(pretender) == set()
    assert "semdocker-deadbeef" not in lab_mount.found()
    assert processes.seeing({"semdocker-deadbeef"}) == set()
    assert running.shell.pid in processes.seeing({running.mount}), "and a lab is known by its own"


def test_a_stopped_guardian_is_woken_by_cleanup() -> None:
    script = """
import os, signal, sys
from pathlib import Path
from runner.lab import seats
from runner.lab.lab import Lab
with seats.hold("stopped") as lock:
    opened = Lab.open("stopped", lock, Path("/containers"))
    os.kill(opened.guardian.pid, signal.SIGSTOP)
    print(opened.guardian.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    guardian = int(done.stdout)
    told = json.loads(semdocker("status", "--json").stdout)["seats"][0]
    assert (told["seat"], told["holder"]) == ("stopped", guardian), "the one that holds the seat now"
    refused = semdocker("run", "hostname", "--seat", "stopped", "--plain")
    assert refused.returncode == 6 and str(guardian) in refused.stderr
    began = time.monotonic()
    cleaned = semdocker("cleanup", "--yes", "--seat", "stopped")
    assert cleaned.returncode == 0, cleaned.stderr
    assert time.monotonic() - began < 25
    until(lambda: not kernel.identity(guardian), "the guardian's end")
    assert json.loads(semdocker("status", "--json").stdout)["seats"] == []


@pytest.mark.parametrize("name", ["domainname", "hostname"])
def test_a_name_of_any_bytes_is_put_back(running: Lab, name: str) -> None:
    before = Path("/proc/sys/kernel", name).read_bytes()
    try:
        type_(running, rf"printf 'odd\377' > /proc/sys/kernel/{name}")
        assert Path("/proc/sys/kernel", name).read_bytes() == b"odd\xff\n"
        assert running.close().restored == (name,)
        assert Path("/proc/sys/kernel", name).read_bytes() == before
    finally:
        Path("/proc/sys/kernel", name).write_bytes(before)


def test_a_frozen_group_below_ours_is_thawed(running: Lab) -> None:
    """cgroup v1: who is frozen there does not die by SIGKILL before it is thawed (freezer-subsystem.rst)."""
    if not (freezer := cgroups.read().v1.get("freezer")):
        pytest.skip("a frozen group of cgroup v2 can be killed")
    sub = freezer / running.notice.group / "sub"
    type_(running, f"mkdir {freezer}/sub; setsid sh -c 'echo $$ > {freezer}/sub/cgroup.procs; exec sleep 4760' &")
    until(lambda: cgroups.members(sub), "the program in the group")
    type_(running, f"echo FROZEN > {freezer}/sub/freezer.state")
    state = sub / "freezer.state"
    try:
        until(lambda: state.read_text() == "FROZEN\n", "the end of its moving")
        assert running.close().clean
    finally:
        if state.exists():
            state.write_text("THAWED")


def test_a_shell_that_a_frozen_group_stops_is_given_up(running: Lab) -> None:
    """It joins the group before it is a shell, and who waits for it keeps the lab."""
    freeze = "cd /sys/fs/cgroup; echo FROZEN > freezer/freezer.state || echo 1 > shell/cgroup.freeze"
    type_(running, f"(sleep 0.5; {freeze}) > /dev/null 2>&1 &")
    time.sleep(1.5)
    with pytest.raises(RunnerError):
        running.spare_terminal()
    started = time.monotonic()
    rollback = running.close()
    assert rollback.leftovers == ()
    print(f"closed in {time.monotonic() - started:.1f} s")


def test_a_guardian_that_waits_for_such_a_shell_goes_with_its_runner(seat: int) -> None:
    code = f"""
import os, signal, threading, time
from pathlib import Path
from runner.lab import seats
from runner.lab.lab import Lab
with seats.hold("{seat}") as lock:
    lab = Lab.open("{seat}", lock, Path("{BASE}"))
    freeze = "cd /sys/fs/cgroup; echo FROZEN > freezer/freezer.state || echo 1 > shell/cgroup.freeze"
    lab.terminal.run(f"(sleep 0.5; {{freeze}}) > /dev/null 2>&1 &", timeout=5, limit=100, emit=len)
    time.sleep(1.5)
    threading.Thread(target=lab.spare_terminal, daemon=True).start()
    time.sleep(0.5)
    print(lab.guardian.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    died = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    guardian = kernel.identity(int(died.stdout))
    until(lambda: guardian is None or not kernel.alive(guardian), "the end of the guardian")
    assert not seats.remembered() or str(seat) not in seats.remembered()


@pytest.fixture
def ice() -> Iterator[Path]:
    """A group of the machine's freezer, which is none of ours."""
    ice = cgroups.read().v1["freezer"] / "ice"
    ice.mkdir()
    yield ice
    (ice / "freezer.state").write_text("THAWED")
    until(lambda: not cgroups.members(ice), "the end of who was frozen")
    ice.rmdir()


@pytest.mark.skipif(not cgroups.read().v1.get("freezer"), reason="who is frozen in a group of cgroup v2 can be killed")
def test_who_cannot_be_killed_yet_is_not_forgotten(seat: int, ice: Path) -> None:
    """It has left the lab's groups and mounts; only its parent, the guardian, knew that it is ours."""
    opened = Lab.open("default", seat, BASE)
    type_(opened, f"setsid nsenter -t {os.getpid()} -m sleep 4770 &")
    survivor = int(type_(opened, "until pgrep -f '^sleep 4770'; do sleep 0.05; done").split()[0])
    for group in (*cgroups.read().bases, ice):
        (group / "cgroup.procs").write_text(str(survivor))
    (ice / "freezer.state").write_text("FROZEN")
    assert [left.what.split()[0] for left in opened.close().leftovers] == [str(survivor)]
    assert [left.what.split()[0] for left in seats.recover("default").leftovers] == [str(survivor)]
    (ice / "freezer.state").write_text("THAWED")
    assert seats.recover("default").clean
    assert not seats.journal_of("default").exists()


def test_a_guardian_that_was_killed_is_told(seat: int) -> None:
    """What left the lab's groups and mounts it alone knew, so nobody can promise that nothing goes on."""
    opened = Lab.open("default", seat, BASE)
    assert opened.close().guarded
    opened = Lab.open("default", seat, BASE)
    opened.guardian.kill()
    rollback = opened.close()
    assert rollback.clean and not rollback.guarded
    cut_power(Lab.open("default", seat, BASE))
    assert not seats.recover("default").guarded
    assert seats.recover("default").guarded, "nothing was left to do"


def test_a_seat_that_is_a_number_is_a_seat_like_any_other() -> None:
    """Its group is in its journal: a colleague's cleanup takes it for nobody's else, and ends the lab."""
    with seats.hold("7", wait=10) as lock:
        opened = Lab.open("7", lock, BASE)
        try:
            assert "semdocker-7" in seats.claimed()
            done = semdocker("cleanup", SEMDOCKER_SEAT="colleague")
            assert done.returncode == 0, done.stdout + done.stderr
            assert type_(opened, "echo alive") == "alive\n"
        finally:
            rollback = opened.close()
        assert rollback.clean
    assert cgroups.read().directories("semdocker-7") == ()
    assert not seats.STATE.exists()


def test_a_folder_that_somebody_makes_in_the_lab_s_place_is_theirs(running: Lab) -> None:
    """The lab's own is in its mount namespace, so the machine's is nobody's concern here."""
    BASE.mkdir()
    try:
        (BASE / "theirs").write_text("years of work")
        assert not Path(f"/proc/{running.shell.pid}/root/{BASE}/theirs").exists()
        assert running.close().clean
        assert (BASE / "theirs").read_text() == "years of work"
    finally:
        (BASE / "theirs").unlink()
        BASE.rmdir()


@pytest.mark.parametrize("verb", ["run hostname", "learn", "cleanup --yes", "status", "doctor"])
def test_semdocker_in_the_lab_s_own_shell_is_refused(running: Lab, verb: str) -> None:
    if "seen" not in type_(running, f"test -d {CHECKOUT} -a -x {sys.executable} && echo se''en"):
        pytest.skip("the lab has a /tmp and a /root of its own, and we are in one of them")
    shown = type_(running, f"cd {CHECKOUT}; {sys.executable} -m runner {verb} </dev/null; echo status $?")
    if verb != "learn":  # which needs a terminal first
        assert "You are inside a lab" in shown
    assert "status 2" in shown
    assert type_(running, "echo alive") == "alive\n"


@pytest.mark.skipif(not cgroups.read().v1.get("memory"), reason="cgroup v2 refuses to move who is not the lab's")
def test_a_wrong_pid_in_a_group_of_the_lab_harms_nobody(seat: int) -> None:
    """Who was there before the lab is moved out of its group, and lives."""
    with subprocess.Popen(["sleep", "60"]) as stranger:
        time.sleep(0.02)  # the kernel tells start times in hundredths of a second
        opened = Lab.open("default", seat, BASE)
        freezer = "/sys/fs/cgroup/freezer"
        for tree in ("/sys/fs/cgroup/memory", freezer):
            type_(opened, f"mkdir {tree}/x; echo {stranger.pid} > {tree}/x/cgroup.procs")
        type_(opened, f"echo FROZEN > {freezer}/x/freezer.state")
        assert "/x" in Path(f"/proc/{stranger.pid}/cgroup").read_text()
        assert opened.close().clean
        assert stranger.poll() is None
        assert opened.notice.group not in Path(f"/proc/{stranger.pid}/cgroup").read_text()
        stranger.kill()


def test_a_group_that_has_the_name_of_one_that_was_never_made_is_somebody_s() -> None:
    """A run is killed before it makes its group; later somebody makes one of that name, and works in it."""

    def killed() -> None:
        with seats.hold("early"):
            journal = seats.journal_of("early")
            journal.begin()
            snapshot.keep(journal, snapshot.take(journal))
            cgroup.reserve(journal, "semdocker-early")
            os.kill(os.getpid(), signal.SIGKILL)

    assert died_as_wanted(fork(killed))
    theirs = cgroups.read().bases[-1] / "semdocker-early"
    theirs.mkdir()
    try:
        (theirs / "deeper").mkdir()
        with subprocess.Popen(["sleep", "60"]) as stranger:
            (theirs / "cgroup.procs").write_text(str(stranger.pid))
            cleaned = semdocker("cleanup", "--yes", "--seat", "early", "--json")
            told = json.loads(cleaned.stdout)
            assert stranger.poll() is None
            stranger.kill()
        assert (told["clean"], [left["what"] for left in told["noticed"]]) == (True, [str(theirs)])
        assert (theirs / "deeper").is_dir()
    finally:
        until(lambda: not cgroups.members(theirs), "the end of the stranger")
        for group in (theirs / "deeper", theirs):
            if group.exists():
                group.rmdir()


def test_an_empty_group_that_a_killed_run_has_just_made_is_removed() -> None:
    def killed() -> None:
        with seats.hold("early"):
            journal = seats.journal_of("early")
            journal.begin()
            cgroup.reserve(journal, "semdocker-early")
            for base in cgroups.read().bases:
                (base / "semdocker-early").mkdir()
            os.kill(os.getpid(), signal.SIGKILL)

    assert died_as_wanted(fork(killed))
    assert semdocker("cleanup", "--seat", "early").returncode == 0
    assert cgroups.read().directories("semdocker-early") == ()


@pytest.fixture
def unlayered() -> Iterator[Path]:
    """A file system of the machine that cannot lie below the lab's overlay, for it lies above two others."""
    top = Path("/mnt/unlayered")
    top.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "unlayered", str(top)], check=True)
    for name in ("lower", "empty", "second", "up", "work", "deep"):
        (top / name).mkdir()
    (top / "lower/kept").write_text("the machine's")
    layers = {"second": "lowerdir={0}/lower:{0}/empty", "deep": "lowerdir={0}/second,upperdir={0}/up,workdir={0}/work"}
    for name, options in layers.items():
        subprocess.run(["mount", "-t", "overlay", "layers", "-o", options.format(top), str(top / name)], check=True)
    yield top / "deep"
    subprocess.run(["umount", str(top / "deep"), str(top / "second"), str(top)], check=True)
    top.rmdir()


def test_what_cannot_lie_below_an_overlay_is_out_of_reach(seat: int, unlayered: Path) -> None:
    """It was there read-only, and a remount gave it to whoever asked: a vfat at /boot/efi, for one."""
    file = unlayered / "kept"
    subprocess.run(["mount", "--bind", str(file), "/mnt/unlayered/lower/kept"], check=True)
    opened = Lab.open("default", seat, BASE)
    type_(opened, f"mount -o remount,rw {unlayered}; mount -o remount,bind,rw {unlayered}; rm -rf {unlayered}/*")
    type_(opened, "mount -o remount,bind,rw /mnt/unlayered/lower/kept; echo mine > /mnt/unlayered/lower/kept")
    assert opened.close().clean
    subprocess.run(["umount", "/mnt/unlayered/lower/kept"], check=True)
    assert file.read_text() == "the machine's"


def test_full_private_folders_leave_memory_to_the_machine(running: Lab) -> None:
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    inside = Path(f"/proc/{running.shell.pid}/root")
    sizes = [os.statvfs(inside / name) for name in ("tmp", "var/tmp", "run", "root", "dev/shm")]
    assert sum(size.f_blocks * size.f_frsize for size in sizes) < memory * 0.3


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("depth", "name"), [(1100, "d"), (20, "d" * 250)], ids=["deep", "longer than PATH_MAX"])
def test_a_tree_of_groups_of_any_depth_goes_with_who_is_in_it(seat: int, depth: int, name: str) -> None:
    opened = Lab.open("default", seat, BASE)
    top = cgroups.read().group("pids", "")
    down = f"[(os.mkdir('{name}'), os.chdir('{name}')) for _ in range({depth})]"
    sleep = "open('cgroup.procs', 'w').write(str(os.getpid())); os.execvp('sleep', ['sleep', '4242'])"
    opened.terminal.run(
        f'setsid python3 -c "import os; os.chdir({str(top)!r}); {down}; {sleep}" &',
        timeout=10,
        limit=65536,
        emit=lambda _: None,
        new_shell=True,
    )
    until(lambda: running_as("sleep 4242"), "the program in the deepest group", patience=60)
    sleeper = running_as("sleep 4242")[0]
    assert sleeper.pid in opened.processes()
    began = time.monotonic()
    assert opened.close().clean
    assert time.monotonic() - began < 15
    assert not kernel.alive(sleeper)
    assert cgroups.read().directories(opened.notice.group) == ()


def test_who_has_changed_its_root_is_the_lab_s_by_its_mount_namespace(running: Lab) -> None:
    """It sees no mount of the lab, and in a machine without control groups nothing else tells whose it is."""
    type_(running, "mkdir -p /containers/r/bin && cp $(command -v busybox) /containers/r/bin/")
    type_(running, "chroot /containers/r /bin/busybox setsid /bin/busybox sleep 4780 &")
    type_(running, "unshare -m chroot /containers/r /bin/busybox setsid /bin/busybox sleep 4780 &")
    until(lambda: len(running_as("/bin/busybox sleep 4780")) == 2, "both programs")
    chrooted = {process.pid for process in running_as("/bin/busybox sleep 4780")}
    assert not any(mount.source == running.mount for pid in chrooted for mount in kernel.mounts(pid))
    assert chrooted <= processes.seeing({running.mount})
    assert not chrooted & processes.seeing({"semdocker-deadbeef"})
    assert os.getpid() not in processes.seeing({running.mount})


def test_a_run_in_another_time_namespace_is_put_back_from_outside() -> None:
    """There the kernel tells another time since the boot, and other start times of the same processes."""
    script = """
import os, signal
from pathlib import Path
from runner.lab import seats
from runner.lab.lab import Lab
with seats.hold("timed") as lock:
    opened = Lab.open("timed", lock, Path("/containers"))
    run = lambda words: opened.terminal.run(words, timeout=10, limit=4096, emit=lambda _: None, new_shell=True)
    run(f"setsid nsenter -t {os.getppid()} -m sleep 4790 & until pgrep -xf 'sleep 4790'; do sleep 0.1; done")
    opened.guardian.kill()
    opened.guardian.wait()
    os.kill(os.getpid(), signal.SIGKILL)
"""
    later = ["unshare", "--time", "--boottime", "1000000", "--fork", sys.executable, "-c", script]
    subprocess.run(later, cwd=CHECKOUT, check=False)
    assert running_as("sleep 4790")
    assert semdocker("cleanup", "--yes", "--seat", "timed").returncode == 0
    assert not running_as("sleep 4790")


def test_the_start_of_a_process_is_told_alike_in_every_time_namespace() -> None:
    mine = kernel.identity(os.getpid())
    script = f"from runner.host import kernel; print(kernel.identity({os.getpid()}).start, kernel.now())"
    later = ["unshare", "--time", "--boottime", "1000000", "--fork", sys.executable, "-c", script]
    told = subprocess.run(later, cwd=CHECKOUT, check=True, capture_output=True, text=True).stdout.split()
    assert mine and int(told[0]) == mine.start
    assert abs(int(told[1]) - kernel.now()) < 1000


def test_status_reads_the_mounts_of_many_alike_once(running: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    type_(running, "for i in $(seq 60); do setsid sleep 4800 & done")
    until(lambda: len(running_as("sleep 4800")) == 60, "all of them")
    asked: list[int | str] = []
    look = kernel.mount_kinds

    def counted(pid: int | str = "self") -> dict[str, str]:
        asked.append(pid)
        return look(pid)

    monkeypatch.setattr(kernel, "mount_kinds", counted)
    found = inventory._mounts(process.pid for process in running_as("sleep 4800"))
    assert f"{BASE} (tmpfs)" in found
    assert len(asked) == 2, "ours, and theirs"
    said = semdocker("status").stdout.splitlines()
    assert sum("sleep 4800" in line for line in said) <= rollback_page.MOST
    assert any(re.search(r"process.*and \d+ more", line) for line in said)
    assert len(json.loads(semdocker("status", "--json").stdout)["seats"][0]["processes"]) > 60
