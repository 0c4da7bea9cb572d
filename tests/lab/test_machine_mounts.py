"""What is the machine's and gets mounted in the lab is read-only there. Disks are tried in tests/vm."""

from __future__ import annotations

import os
import threading

import pytest

from runner.host import kernel, syscalls
from runner.lab import guardian, machine_mounts, seats
from runner.lab.lab import Lab
from runner.lab.machine_mounts import Watch
from tests.support.waiting import opened

pytestmark = pytest.mark.root
CONTAINER = "unshare -p -m -u -i -f --kill-child --mount-proc /bin/bash --norc"
SOON = f"sleep {6 * machine_mounts.PAUSE}"


def type_(lab: Lab, command: str) -> str:
    return lab.terminal.run(command, timeout=10, limit=65536, emit=lambda _: None, new_shell=True).output


@pytest.mark.parametrize("world", ["", CONTAINER, f"{CONTAINER}\nchroot / /bin/bash --norc"])
def test_the_machines_dev_is_read_only_and_without_devices(running: Lab, world: str) -> None:
    for line in filter(None, world.split("\n")):
        type_(running, line)
    for command in ("mount -t devtmpfs d /mnt", "mount -o remount,bind,rw,dev /mnt"):
        assert type_(running, f"{command}; {SOON}") == ""
        assert "Read-only file system" in type_(running, "touch /mnt/file"), command
        assert "Permission denied" in type_(running, ": > /mnt/null"), command
    for line in filter(None, world.split("\n")):
        type_(running, f"exit # {line}")
    rollback = running.close()
    assert rollback.sealed == ("devtmpfs /mnt",)
    assert rollback.clean and not rollback.noticed and not rollback.restored


def test_in_the_labs_own_shell_it_is_so_long_before_a_look_at_containers(running: Lab) -> None:
    rows = []
    for number in range(10):
        type_(running, f"mkdir /tmp/{number} && mount -t devtmpfs d /tmp/{number}; sleep {machine_mounts.PAUSE / 5}")
        rows.append(type_(running, f"grep ' /tmp/{number} ' /proc/self/mountinfo"))
    assert sum(" ro,nodev," in row for row in rows) >= 5, rows


def test_the_labs_shells_have_the_niceness_of_who_opened_it(running: Lab) -> None:
    assert type_(running, "nice").strip() == str(os.getpriority(os.PRIO_PROCESS, 0))
    assert os.getpriority(os.PRIO_PROCESS, running.guardian.pid) == guardian.FIRST


def test_what_is_the_labs_stays_as_it_is(running: Lab) -> None:
    type_(
        running,
        "mkdir /tmp/t /tmp/o /tmp/w /tmp/c; mount -t tmpfs t /tmp/t; mkdir /tmp/t/u /tmp/t/w; mknod /tmp/t/n c 1 3",
    )
    type_(running, "mount -t overlay -o lowerdir=/tmp/c,upperdir=/tmp/t/u,workdir=/tmp/t/w o /tmp/o")
    type_(running, f"mount --bind /tmp/c /tmp/w; {SOON}")
    assert type_(running, "touch /tmp/t/x /tmp/o/x /tmp/w/x && : > /tmp/t/n") == ""
    assert running.close().sealed == ()


def test_the_mounts_of_the_machine_are_not_touched(running: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even when one of its processes is in a group of the lab's: it has not the lab's root."""
    asked: list[str] = []
    monkeypatch.setattr(syscalls, "set_readonly", asked.append)
    monkeypatch.setattr(machine_mounts, "_of_the_machine", lambda mounts, _: mounts)
    watch = Watch(os.getpid(), running.mount, (), running.journal)
    watch._seal_own()
    watch.close()
    assert asked == []
    watch._seal(running.shell.pid)
    assert asked, "of the lab's own, for one"


def test_what_cannot_be_sealed_does_not_keep_the_guardian_busy(running: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each trial changes the list of mounts, and so would wake it again."""
    trials: list[str] = []

    def in_vain(point: str) -> None:
        trials.append(point)
        syscalls._set_attributes("/tmp", 0, 0)

    monkeypatch.setattr(syscalls, "set_readonly", in_vain)
    monkeypatch.setattr(machine_mounts, "_of_the_machine", lambda mounts, _: mounts[:1])
    told, tell = os.pipe()
    watch = Watch(running.shell.pid, running.mount, (), running.journal)
    type_(running, "mount -t tmpfs t /mnt")
    timer = threading.Timer(6 * machine_mounts.PAUSE, os.write, (tell, b"x"))
    timer.start()
    watch.wait(told)
    timer.join()
    assert 3 <= len(trials) <= 30
    watch.close()
    os.close(told)
    os.close(tell)


def test_a_guardian_that_gets_no_thread_goes_on(running: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fork bomb may have taken them all, and the lab must still be put back."""
    tried: list[threading.Thread] = []

    def refused(thread: threading.Thread) -> None:
        tried.append(thread)
        raise RuntimeError("can't start new thread")

    told, tell = os.pipe()
    watch = Watch(running.shell.pid, running.mount, (), running.journal)
    type_(running, "mount -t tmpfs t /mnt")
    timer = threading.Timer(3 * machine_mounts.PAUSE, os.write, (tell, b"x"))
    timer.start()
    monkeypatch.setattr(threading.Thread, "start", refused)
    assert watch.wait(told) == [told]
    watch.close()
    assert len(tried) > 1
    monkeypatch.undo()
    timer.join()
    os.close(told)
    os.close(tell)


def test_a_container_that_ends_keeps_nothing(running: Lab) -> None:
    type_(running, f"{CONTAINER} -c '{SOON}' & sleep {machine_mounts.PAUSE}")
    inside = {kernel.namespace(pid, "mnt") for pid in running.processes()} - {
        kernel.namespace(running.shell.pid, "mnt")
    }
    assert len(inside) == 1
    held = opened(running.guardian.pid)
    assert not any(str(number) in link for number in inside for link in held)
    assert not any("mountinfo" in link and f"/{running.shell.pid}/" not in link for link in held)


def test_the_proof_that_the_lab_had_dev_before_it_is_in_the_journal(running: Lab) -> None:
    kinds = [entry.kind for entry in running.journal.effects()]
    assert "devtmpfs" not in kinds
    type_(running, f"mount -t devtmpfs d /mnt; mount -t devtmpfs d /media; {SOON}")
    kinds = [entry.kind for entry in seats.journal_of(running.journal.seat).effects()]
    assert kinds.count("devtmpfs") == 1
