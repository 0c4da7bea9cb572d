"""`semdocker shell --look`: everything of a lab can be seen, nothing of it changed, and nothing stays."""

from __future__ import annotations

import os
import re
import signal
import time

import pytest

from runner.engine.lab_run import silent
from runner.engine.lesson_run import LessonRun
from runner.host import cgroups, credentials, kernel, kernel_files
from runner.lab import visitors
from runner.lab.own_mounts import DEVICES
from tests.conftest import Begin
from tests.support.lesson import SEAT
from tests.support.person import Person, plain
from tests.support.waiting import until

pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]


class Onlooker(Person):
    """A teacher who looks at a place of the lab."""

    def __init__(self, *words: str) -> None:
        super().__init__("shell", "--look", *words, "--lang", "en", seat=SEAT, size=(120, 40))
        self._asked = 0
        self.wait_for(re.compile(r"\[only looking at [^]]*\] [^\n]*\$ "))

    def says(self, command: str) -> tuple[str, int]:
        """Type a command; return what it printed, and its exit status."""
        self._asked += 1
        self.type(f"echo; {command}; echo status-{self._asked}=$?.")
        ended = re.compile(rf"status-{self._asked}=\d+\.")
        shown = self.wait_for(ended)
        output, _, status = shown.rpartition(f"status-{self._asked}=")
        # What was typed is there once, or twice: by the terminal before the shell reads it, and by the shell.
        return plain(output.rpartition(f"status-{self._asked}=$?.")[2]), int(status[:-1])

    def may_not(self, command: str) -> str:
        said, status = self.says(command)
        assert status != 0, f"{command}: {said}"
        return said

    @property
    def bash(self) -> int:
        """Return the PID of the shell, as the machine sees it."""
        found = [pid for pid in kernel.descendants(self.pid) if kernel.program(pid) == "bash"]
        assert len(found) == 1
        return found[0]


def test_a_place_without_a_shell_of_its_own_is_a_sentence(begin: Begin) -> None:
    """A root of a student's may lack bash, or bash its loader: that is what the course is about."""
    run = begin("hostname", "enter")
    bash = run.lab.terminal_of("host").run(
        "mv /containers/teste/bin/bash /containers/teste/bin/b", timeout=5, limit=100, emit=silent
    )
    assert bash.exit == 0
    teacher = Person("shell", "--look", "--in", "container", "--lang", "en", seat=SEAT, size=(120, 40))
    assert "cannot be entered for looking only: No such file or directory." in teacher.end(4)


def state(run: LessonRun) -> object:
    """What an onlooker must not change."""
    shell = run.lab.shell.pid
    places = [run.lab.is_at(place) for place in run.lab.places]
    files = ("oom_score_adj", "timerslack_ns")
    kept = [kernel_files.text(f"/proc/{shell}/{name}") for name in files]
    return kernel.mounts(shell), places, os.uname().nodename, cgroups.of(shell, cgroups.read()), kept


def test_reading_works(begin: Begin) -> None:
    run = begin("hostname", "rename")
    write = "umask 077; echo secret > /root/mine; echo of-root > /containers/teste/own; mkdir /root/deep"
    run.lab.terminal.run(write, timeout=10, limit=65536, emit=silent)
    teacher = Onlooker()
    assert teacher.says("cat /root/mine")[0] == "secret"
    assert teacher.says("cat /containers/teste/own")[0] == "of-root"
    assert teacher.says("ls -d /root/deep/.")[1] == 0
    assert str(run.lab.shell.pid) in teacher.says("ps -e -o pid=")[0]
    assert teacher.says("hostname")[0] == os.uname().nodename
    assert teacher.says("ls /sys/fs/cgroup")[1] == 0
    assert teacher.says("ip addr show lo")[1] == 0
    assert teacher.says("cat /proc/self/status | grep CapEff")[0].split()[1] == f"{1 << 2:016x}"
    assert teacher.says("head -c 4 /dev/zero | wc -c > /dev/null")[1] == 0
    found = credentials.read(teacher.bash)
    assert found
    assert found.no_new_privs
    assert {number for held in found.sets.values() for number in held} == {2}
    assert teacher.bash in run.lab.processes()
    teacher.type("exit")
    teacher.end()
    assert run.finish().clean


REFUSED = re.compile("Read-only|not permitted|ermission denied|No such process|must be (superuser|root)|Invalid arg")


def test_nothing_can_be_changed(begin: Begin) -> None:
    run = begin("hostname", "rename")
    shell = run.lab.shell.pid
    run.lab.terminal.run(
        "cd /containers; mkdir -m 777 wide; touch open; chmod 666 open; mknod -m 666 tty c 136 0; mkfifo -m 600 pipe",
        timeout=10,
        limit=65536,
        emit=silent,
    )
    before = state(run)
    terminal = kernel_files.target(f"/proc/{shell}/fd/0")
    assert terminal.startswith("/dev/pts/")
    teacher = Onlooker()
    for folder in ("/", "/containers", "/containers/wide", "/tmp", "/root", "/run", "/dev/shm", "/dev"):
        assert "Read-only" in teacher.may_not(f"touch {folder}/x"), folder
    for command in (
        "echo x > /containers/open",
        "rm -f /containers/open",
        "chmod 600 /containers/open",
        "mount -t tmpfs none /tmp",
        "mount -o remount,rw /",
        "mount --bind /tmp /containers",
        "umount /containers",
        "hostname other",
        f"kill -0 {shell}",
        f"kill -9 {shell}",
        f"echo {shell} > /sys/fs/cgroup/cgroup.procs || echo {shell} > /sys/fs/cgroup/memory/cgroup.procs",
        "echo x > /proc/sys/kernel/hostname",
        "echo 1 > /proc/sys/net/ipv4/ip_forward",
        f"echo 500 > /proc/{shell}/oom_score_adj",
        f"ls /proc/{shell}/root/",
        f"ls -l /proc/{shell}/fd",
        f"cat /proc/{shell}/mem",
        f"nsenter -t {shell} -m true",
        "cat /containers/tty",
        f"cat {terminal}",
        f"echo x > {terminal}",
        "echo x > /containers/pipe",
        "ip link set lo down",
        "chroot /containers/teste /bin/true",
        "setpriv --reuid=0 true",
        f"renice -n 5 -p {shell}",
    ):
        said = teacher.may_not(command)
        assert REFUSED.search(said), f"{command}: {said}"
    assert kernel.alive(run.lab.shell)
    assert state(run) == before
    teacher.type("exit")
    teacher.end()
    assert run.finish().clean


def test_a_user_namespace_of_its_own_gives_it_nothing(begin: Begin) -> None:
    run = begin("hostname", "rename")
    teacher = Onlooker()
    for command in (
        "mount -o remount,rw /containers",
        "touch /containers/x",
        f"nsenter -t {run.lab.shell.pid} -m true",
    ):
        teacher.may_not(f"unshare -U -r -m sh -c '{command}'")
    teacher.type("exit")
    teacher.end()
    assert run.finish().clean


def test_sockets_of_the_students_processes_are_refused(begin: Begin) -> None:
    run = begin("hostname", "rename")
    serve = "import socket,time; s=socket.socket(socket.AF_UNIX); s.bind('/tmp/s'); s.listen(); time.sleep(300)"
    run.lab.terminal.run(f'python3 -c "{serve}" & sleep 1', timeout=20, limit=65536, emit=silent)
    teacher = Onlooker()
    ask = "import socket; s=socket.socket(socket.AF_UNIX); s.connect('/tmp/s')"
    assert "Permission denied" in teacher.may_not(f'python3 -c "{ask}"')
    teacher.type("exit")
    teacher.end()
    assert run.finish().clean


def test_the_container_is_seen_from_inside_and_its_processes_are_not_disturbed(begin: Begin) -> None:
    run = begin("hostname", "rename")
    container = run.lab.places["container"].pid
    inside = set(kernel.in_pid_namespace(container))
    teacher = Onlooker("--in", "container")
    assert teacher.says("hostname || cat /proc/sys/kernel/hostname")[0].split()[-1] == "container-host"
    assert kernel.root(teacher.bash) is not None
    assert teacher.says("cd / && echo *")[0].split() == sorted(kernel.root_entries(container))
    assert "Read-only" in teacher.may_not("echo x > /x")
    assert set(kernel.in_pid_namespace(container)) == inside
    teacher.type("exit")
    teacher.end()
    assert run.finish().clean


@pytest.mark.parametrize("whom", ["looker", "watcher", "shell"])
def test_a_killed_onlooker_leaves_nothing(begin: Begin, whom: str) -> None:
    run = begin("hostname", "rename")
    teacher = Onlooker()
    teacher.type("sleep 300 & sleep 301 & sleep 302")
    until(lambda: sum("sleep 30" in kernel.command(pid) for pid in kernel.descendants(teacher.pid)) == 3)
    family = [found for pid in (*kernel.descendants(teacher.pid),) if (found := kernel.identity(pid))]
    assert [name for _, name in visitors.present(SEAT)] == ["root"]
    (watcher,) = kernel.children(teacher.pid)
    os.kill({"looker": teacher.pid, "watcher": watcher, "shell": teacher.bash}[whom], signal.SIGKILL)
    until(lambda: not any(map(kernel.alive, family)), "all of it to end")
    teacher.end(-signal.SIGKILL if whom == "looker" else 0)
    assert visitors.present(SEAT) == []
    assert run.finish().clean


@pytest.mark.parametrize("stopped", [False, True])
def test_the_rollback_ends_it_and_never_waits_for_it(begin: Begin, stopped: bool) -> None:
    run = begin("hostname", "rename")
    teacher = Onlooker("--in", "container")
    bash = kernel.identity(teacher.bash)
    assert bash
    if stopped:
        for pid in (teacher.pid, *kernel.descendants(teacher.pid)):
            os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()
    assert run.finish().clean
    print(f"\nrolled back in {time.monotonic() - began:.2f} s", end="")
    assert not kernel.alive(bash)
    assert kernel.stat(bash.pid) is None, "not even a zombie"
    os.kill(teacher.pid, signal.SIGCONT)
    teacher.end()


def test_devices_that_can_do_no_harm_stay_usable(begin: Begin) -> None:
    run = begin("hostname", "rename")
    teacher = Onlooker()
    for name in DEVICES:
        assert teacher.says(f"test -c /dev/{name} && : < /dev/{name}")[1] == 0, name
    teacher.type("exit")
    teacher.end()
    assert run.finish().clean
