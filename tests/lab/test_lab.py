"""The lab: private, complete, and gone afterwards, whoever dies first."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.host import cgroups, kernel
from runner.lab import locks, processes, seats, undo
from runner.lab.lab import Lab
from runner.lab.terminal import Terminal
from runner.records.errors import Busy
from tests.conftest import BASE, new_files
from tests.support.command import CHECKOUT, COMMAND
from tests.support.powercut import cut_power
from tests.support.waiting import opened, until

pytestmark = pytest.mark.root


def type_(lab: Lab, command: str) -> str:
    return lab.terminal.run(command, timeout=10, limit=65536, emit=lambda _: None, new_shell=True).output


def wait_until_gone(pids: set[int], seconds: float = 5) -> set[int]:
    deadline = time.monotonic() + seconds
    while left := {pid for pid in pids if (found := kernel.stat(pid)) and found.state not in "ZX"}:
        if time.monotonic() > deadline:
            break
        time.sleep(0.01)
    return left


def test_mounts_stay_inside(running: Lab) -> None:
    type_(running, "mkdir -p /containers/a && mount -t tmpfs inside /containers/a")
    points = {mount.point for mount in kernel.mounts(running.shell.pid)}
    assert {"/containers", "/containers/a"} <= points
    assert not {mount.point for mount in kernel.mounts()} & {"/containers", "/containers/a"}
    assert not BASE.exists()


def test_neither_sees_what_the_other_mounts(seat: int, tmp_path: Path) -> None:
    """Not even where mounts propagate, as under systemd (shared)."""
    script = f"""
import os
from pathlib import Path
from runner.lab import seats
from runner.lab.lab import Lab
from runner.host import kernel
with seats.hold("shared") as lock:
    opened = Lab.open("shared", lock, Path("{BASE}"))
    os.system("mount -t tmpfs later {tmp_path}")
    print("{tmp_path}" in {{mount.point for mount in kernel.mounts(opened.shell.pid)}})
    opened.terminal.run("mount -t tmpfs leak /mnt", timeout=5, limit=100, emit=len)
    print("/mnt" in {{mount.point for mount in kernel.mounts() if mount.source == "leak"}})
    print(opened.close().clean)
    seats.told("shared")
"""
    shared = "mount --make-rshared / && exec " + f'"{sys.executable}" -c "$SCRIPT"'
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", shared],
        env={**os.environ, "SCRIPT": script},
        capture_output=True,
        text=True,
        check=False,
        cwd=CHECKOUT,
    )
    assert done.stdout.split() == ["False", "False", "True"], done.stderr


@pytest.mark.parametrize(
    "stray",
    ["setsid nohup sleep 4711 >/dev/null 2>&1 &", "(sleep 4711 &)", "unshare -p -m -f sleep 4711 & disown -a"],
)
def test_strays_are_known_and_end_with_the_lab(running: Lab, stray: str) -> None:
    type_(running, stray)
    until(lambda: any(kernel.command(pid) == "sleep 4711" for pid in running.processes()), stray)
    strays = {pid for pid in running.processes() if kernel.command(pid) == "sleep 4711"}
    assert running.close().clean
    assert not wait_until_gone(strays)


HOPPER = "/containers/hopper.sh"  # never the same process for longer than a moment


@pytest.mark.parametrize("guarded", [True, False], ids=["by the guardian", "from the journal"])
def test_what_forks_faster_than_it_can_be_looked_at_ends_with_the_lab(running: Lab, *, guarded: bool) -> None:
    type_(running, f"echo 'echo >> /containers/hops; sh {HOPPER} &' > {HOPPER}")
    type_(running, f"for n in 1 2 3 4 5; do setsid nohup sh {HOPPER} >/dev/null 2>&1 & done")
    hops = Path(f"/proc/{running.shell.pid}/root/containers/hops")
    until(lambda: hops.exists() and hops.stat().st_size > 50, "hops")  # looking for one of them may find none
    if not guarded:
        running.guardian.kill()
    assert running.close().clean
    time.sleep(0.1)  # long enough for one that was missed to have hopped on
    assert not [pid for pid in kernel.pids() if "hopper" in kernel.command(pid)]


def test_a_fork_bomb_ends_with_the_lab(running: Lab) -> None:
    """A hundred of them at most: the machine is to live on."""
    tree = cgroups.read().below(running.notice.group)
    if tree.v2 and tree.version("pids") == "v2":
        (tree.v2 / "cgroup.subtree_control").write_text("+pids")
    bounded = tree.group("pids", "bomb")
    bounded.mkdir()
    (bounded / "pids.max").write_text("100")
    (bounded / "cgroup.procs").write_text(str(running.shell.pid))
    running.terminal.run(":(){ :|:& };:", timeout=1, limit=100_000, emit=lambda _: None)
    until(lambda: len(running.processes()) >= 50, "a bomb at work")
    assert running.close().clean
    assert not bounded.exists()


def test_kill_9_of_the_runner_ends_the_lab(tmp_path: Path) -> None:
    """The guardian notices the closed socket and takes setsid and nohup children too."""
    script = f"""
import os, signal
from pathlib import Path
from runner.host import kernel
from runner.lab import seats
from runner.lab.lab import Lab
from runner.lab.terminal import Terminal
from tests.support.waiting import opened, until
with seats.hold("default", wait=60) as lock:
    opened = Lab.open("default", lock, Path("{BASE}"))
    opened.terminal.run("setsid nohup sleep 4712 >/dev/null 2>&1 &", timeout=5, limit=1000, emit=len)
    until(lambda: any(kernel.command(pid) == "sleep 4712" for pid in opened.processes()))
    print(opened.guardian.pid, *opened.processes(), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=CHECKOUT)
    assert done.returncode == -signal.SIGKILL, done.stderr
    pids = {int(word) for word in done.stdout.split()}
    assert len(pids) >= 3
    assert not wait_until_gone(pids)
    assert new_files([]) == set()  # nobody asked for that: the guardian takes lock and notice away, too


def test_kill_9_of_the_guardian_is_survived(running: Lab) -> None:
    type_(running, "setsid nohup sleep 4713 >/dev/null 2>&1 &")
    strays = running.processes()
    os.kill(running.guardian.pid, signal.SIGKILL)
    running.guardian.wait()
    assert running.close().clean
    assert not wait_until_gone(strays)


def test_kill_9_of_both_is_put_right_from_the_journal(seat: int) -> None:
    opened = Lab.open("default", seat, BASE)
    type_(opened, "setsid nohup unshare -m sleep 4714 >/dev/null 2>&1 &")
    strays = opened.processes()
    cut_power(opened)
    assert seats.journal_of("default").exists()
    assert seats.recover("default").clean
    assert not wait_until_gone(strays)


def test_what_is_where_the_lab_goes_is_covered_and_untouched(seat: int, tmp_path: Path) -> None:
    (tmp_path / "thesis").write_text("years of work")
    opened = Lab.open("default", seat, tmp_path)
    assert type_(opened, f"rm -rf {tmp_path}/*; touch {tmp_path}/mine; ls {tmp_path}") == "mine\n"
    assert opened.close().clean
    assert [path.name for path in tmp_path.iterdir()] == ["thesis"]


@pytest.mark.parametrize("make", [lambda path: path.symlink_to("/home"), lambda path: path.write_text("a file")])
def test_a_link_or_a_file_in_the_place_of_the_lab_is_left_alone(
    seat: int, tmp_path: Path, make: Callable[[Path], object]
) -> None:
    place = Path("/semdocker-place")  # private folders hide what is in /tmp
    make(place)
    try:
        opened = Lab.open("default", seat, place)
        assert type_(opened, f"touch {place}/x && ls {place}; ls /home | grep -c x") == "x\n0\n"
        assert opened.close().clean
    finally:
        place.unlink()


def test_an_empty_directory_is_used_and_kept(seat: int, tmp_path: Path) -> None:
    opened = Lab.open("default", seat, tmp_path)
    type_(opened, f"echo inside > {tmp_path}/file")
    assert opened.close().clean
    assert list(tmp_path.iterdir()) == []


def test_one_run_per_seat(seat: int) -> None:
    with pytest.raises(Busy) as busy, seats.hold("default", wait=0.1):
        pass
    assert busy.value.values["holder"] == str(os.getpid())


def test_its_shells_ignore_no_signal(running: Lab) -> None:
    """Python ignores SIGPIPE and SIGXFSZ; who meets a limit of a file's size in the lab must meet it as anywhere."""
    assert type_(running, "grep SigIgn /proc/self/status").split()[1] == "0" * 16


def test_the_machines_keys_do_not_rule_what_is_typed(tmp_path: Path) -> None:
    """Lines of /etc/inputrc that close each quotation mark are common."""
    (tmp_path / "inputrc").write_text('"\\"": "\\"\\"\\C-b"\n"(": "()\\C-b"\n"{": "{}\\C-b"\n')
    words = f"mount --bind {tmp_path}/inputrc /etc/inputrc && exec {' '.join(COMMAND)} run hostname --plain"
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", words], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_hostname_is_put_back_and_reported(running: Lab) -> None:
    """A student who types `hostname` in the wrong shell renames the machine; done here in a namespace of our own."""
    before = os.uname().nodename
    type_(running, "hostname oops-wrong-shell")
    assert os.uname().nodename == "oops-wrong-shell"
    assert running.close().restored == ("hostname",)
    assert os.uname().nodename == before


def test_processes_are_found_by_the_labs_own_mount(running: Lab) -> None:
    assert running.shell.pid in processes.seeing({running.mount})
    assert os.getpid() not in processes.seeing({running.mount})


def test_after_a_reboot_nothing_is_undone(seat: int) -> None:
    """Another boot id: kernel objects of that boot are gone, and what has their names now is not ours."""
    journal = seats.journal_of("default")
    journal.begin()
    journal._boot = "an-earlier-boot"
    group = cgroups.read().bases[0] / "semdocker-of-today"
    group.mkdir()
    journal.intend("lab", "true", mount="semdocker-00000000")
    journal.intend("host", "true", hostname="never-restored")
    journal.intend("cgroup", "true", name=group.name)
    try:
        assert seats.recover("default").clean
        assert group.exists()
    finally:
        group.rmdir()
    assert os.uname().nodename != "never-restored"
    assert not journal.exists()


def test_a_machine_that_slept_goes_on(running: Lab) -> None:
    """Suspended and resumed: everything stopped for a while, nothing lost."""
    everything = [running.guardian.pid, *running.processes()]
    for number in (signal.SIGSTOP, signal.SIGCONT):
        for pid in everything:
            os.kill(pid, number)
        time.sleep(0.5)  # this is how long the machine sleeps
    assert type_(running, "echo awake") == "awake\n"


def test_a_process_in_a_group_of_ours_counts_as_ours(seat: int) -> None:
    """A student who moves a program of another terminal into the course group: it ends with the lab."""
    opened = Lab.open("default", seat, BASE)
    stranger = subprocess.Popen(["sleep", "4780"])
    try:
        group = cgroups.read().below(opened.notice.group).group("pids", "held")
        group.mkdir()
        (group / "cgroup.procs").write_text(str(stranger.pid))
        assert opened.close().clean  # in our group: ours
        assert stranger.wait(5) == -signal.SIGKILL
    finally:
        stranger.kill()
        stranger.wait()


def test_where_the_lab_was_unmounted_nothing_can_be_written(running: Lab) -> None:
    shown = type_(running, "umount -l /containers && echo mine > /containers/thesis")
    assert "Read-only file system" in shown
    assert running.close().clean
    assert not BASE.exists()


def test_a_guardian_that_comes_late_leaves_the_next_runs_journal_alone(seat: int) -> None:
    opened = Lab.open("default", seat, BASE)
    stale = undo.roll_back(opened.journal, None, "semdocker-00000000")
    assert stale.clean
    assert opened.journal.exists()
    assert type_(opened, "echo alive") == "alive\n"
    assert opened.close().clean


def test_where_run_is_full_other_terminals_are_not_told_and_the_lesson_goes_on() -> None:
    """There is room for two locks, and none for a notice."""
    full = 'mount -t tmpfs -o nr_inodes=3 full /run/semdocker && exec "$0" -m runner run hostname --plain'
    locks.RUN.mkdir(mode=0o700)
    try:
        command = ["unshare", "-m", "sh", "-c", full, sys.executable]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=CHECKOUT)
    finally:
        locks.RUN.rmdir()
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr


def test_a_seat_is_not_free_before_its_guardian_has_put_the_lab_away() -> None:
    """The runner fails between its lab and its seat: whoever comes next waits for the guardian."""
    with pytest.raises(RuntimeError), seats.hold("default", wait=60) as lock:
        opened = Lab.open("default", lock, BASE)
        os.kill(opened.guardian.pid, signal.SIGSTOP)
        opened._control.close()
        raise RuntimeError
    with pytest.raises(Busy), seats.hold("default", wait=0.1):
        pass
    os.kill(opened.guardian.pid, signal.SIGCONT)
    with seats.hold("default", wait=20):
        assert not opened.journal.exists()
    opened.guardian.wait()
    os.close(opened.terminal.master)


def test_without_memory_the_guardian_is_not_the_one_that_is_killed(running: Lab) -> None:
    tried = subprocess.run(["sh", "-c", "echo -1000 > /proc/self/oom_score_adj"], capture_output=True, check=False)
    if tried.returncode:
        pytest.skip("not even root may ask for that here, without CAP_SYS_RESOURCE")
    ours = Path("/proc/self/oom_score_adj").read_text()
    shells = [terminal.shell for terminal in (running.terminal, running.spare_terminal())]
    found = [Path(f"/proc/{pid}/oom_score_adj").read_text() for pid in (running.guardian.pid, *shells)]
    assert found == ["-1000\n", ours, ours]


def test_the_guardian_holds_nothing_of_the_runners(running: Lab) -> None:
    """Above all not the runner's ends of socket and terminal, whose closing is how the two know of each other."""
    ours = str(Path(f"/proc/self/fd/{running._control.fileno()}").readlink())
    theirs = opened(running.guardian.pid)
    assert any(link.startswith("socket:") for link in theirs)
    assert ours not in theirs
    assert not any("ptmx" in link for link in theirs)
    assert (Path(f"/proc/{running.guardian.pid}/comm")).read_text() == "guardian\n"


def test_an_interrupt_while_the_lab_starts_puts_it_away(seat: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guardian's greeting is still unread when it is asked for its report."""

    def interrupted(starting: Lab, _: Terminal) -> None:
        assert select.select([starting._control], [], [], 10)[0]
        raise KeyboardInterrupt

    monkeypatch.setattr(Lab, "_await_shell", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Lab.open("default", seat, BASE)
    assert not seats.journal_of("default").exists()


def on(terminal: Terminal, command: str) -> str:
    return terminal.run(command, timeout=10, limit=65536, emit=lambda _: None, new_shell=True).output


def test_a_second_terminal_has_a_shell_of_its_own_in_the_same_lab(running: Lab) -> None:
    on(running.terminal, "cd /containers; mkdir here; cd here; mine=first; sleep 3600 &")
    second = running.spare_terminal()
    for kind in kernel.NAMESPACES:
        assert kernel.namespace(second.shell, kind) == kernel.namespace(running.shell.pid, kind), kind
    assert on(second, "pwd; echo [$mine]; jobs") == "/containers/here\n[]\n"
    assert "Read-only file system" in on(second, "touch /etc/x")
    capabilities = "grep Cap /proc/self/status; cat /proc/self/cgroup"
    assert on(second, capabilities) == on(running.terminal, capabilities)
    assert on(second, "tty") != on(running.terminal, "tty")
    assert "sleep 3600" in on(running.terminal, "echo $mine; jobs")


def test_a_spare_terminal_is_one_whose_shell_waits(running: Lab) -> None:
    second = running.spare_terminal()
    assert running.spare_terminal() is second
    on(second, "unshare -u bash --norc")
    third = running.spare_terminal()
    assert third not in (running.terminal, second)
    on(second, "exit")
    assert running.spare_terminal() is second
    second.write(b"exit\n")
    until(lambda: not second.waits(), "the end of the second shell")
    assert running.spare_terminal() is third
    assert on(running.terminal, "echo alive") == "alive\n"


def test_every_terminal_has_the_size_of_the_window(running: Lab) -> None:
    second = running.spare_terminal()
    running.resize(100, 30)
    for terminal in (running.terminal, second, *[running.spare_terminal()]):
        assert on(terminal, "stty size") == "30 100\n"
    on(second, "unshare -u bash --norc")
    assert on(running.spare_terminal(), "stty size") == "30 100\n"


def test_what_runs_on_a_second_terminal_ends_with_the_lab(running: Lab) -> None:
    second = running.spare_terminal()
    on(second, "unshare -p -f --mount-proc bash --norc")
    on(second, "setsid sleep 3600 & sleep 3600 &")
    family = set(kernel.descendants(running.guardian.pid))
    assert second.shell in family
    running.guardian.kill()
    running.close()
    assert wait_until_gone(family) == set()


def test_an_interrupt_while_a_terminal_opens_confuses_nothing(running: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):

        def interrupted(starting: Lab, _: Terminal) -> None:
            assert select.select([starting._control], [], [], 10)[0]
            raise KeyboardInterrupt

        patch.setattr(Lab, "_await_shell", interrupted)
        running.spare_terminal()
    third = running.spare_terminal()
    assert on(third, "echo $$") == f"{third.shell}\n"
