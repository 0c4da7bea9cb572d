"""`semdocker shell`: a second terminal in the lab, or in its container, which ends with it."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from runner.engine.lab_run import silent
from runner.host import cgroups, kernel, kernel_files
from runner.lab import xray
from runner.verbs import shell
from tests.conftest import Begin
from tests.support.command import semdocker
from tests.support.forks import died_as_wanted, fork
from tests.support.lesson import SEAT
from tests.support.person import LEAVE, Person
from tests.support.practiser import Practiser, looked
from tests.support.student import SHELL, Student
from tests.support.waiting import until

root = pytest.mark.root


def second_terminal(*words: str) -> Person:
    return Person("shell", *words, "--lang", "en", seat=SEAT, size=(80, 30))


def joined(*words: str) -> tuple[Person, int]:
    """Return a second terminal in the lab, and the PID of its bash on the host."""
    second = second_terminal(*words)
    second.wait_for(re.compile(rf"\[\w+, {SEAT}\] [^\n]*# "))
    second.type("echo at=$$")
    inside = int(second.wait_for(re.compile(r"at=\d+\r")).rpartition("=")[2])
    family = [second.pid, *kernel.descendants(second.pid)]
    return second, next(pid for pid in family if kernel.nested_pids(pid)[-1] == inside)


def bounding(pid: int) -> str:
    """Return the capabilities that a process and all that it starts can ever have."""
    return next(row for row in kernel_files.rows(f"/proc/{pid}/status") if row.startswith("CapBnd"))


@root
def test_a_second_terminal_joins_and_ends_with_the_lab(begin: Begin) -> None:
    run = begin("hostname", "rename")
    second, pid = joined()
    assert kernel.namespace(pid, "mnt") == kernel.namespace(run.lab.shell.pid, "mnt")
    assert bounding(pid) == bounding(run.lab.shell.pid) != bounding(os.getpid())
    second.type("ls /containers/teste && hostname")
    second.wait_for("bin")
    second.wait_for(os.uname().nodename)
    assert pid in run.lab.processes()
    assert run.finish().clean
    second.wait_for("The lab has ended.")
    second.end()
    assert kernel.stat(pid) is None


@root
def test_a_second_terminal_in_the_container(begin: Begin) -> None:
    run = begin("cgroups", "inside")
    container = run.lab.places["container"].pid
    second, pid = joined("--in", "container")
    for kind in kernel.NAMESPACES:
        assert kernel.namespace(pid, kind) == kernel.namespace(container, kind), kind
    assert kernel.root(pid) == kernel.root(container)
    tree = cgroups.read()
    assert cgroups.of(pid, tree) == cgroups.of(container, tree)  # the limits hold for it too
    assert pid in run.lab.processes()
    found = xray.take(SEAT)
    assert found
    assert pid in {process.host for process in found.processes}
    assert run.finish().clean
    second.wait_for("“container” has ended.")
    second.end()
    assert kernel.stat(pid) is None


@root
def test_a_stopped_second_terminal_does_not_hold_up_the_end(begin: Begin) -> None:
    """As by a Ctrl-Z or `kill -STOP`. What dies in the container then is reaped all the same."""
    run = begin("cgroups", "inside")
    second, pid = joined("--in", "container")
    second.type("sleep 300 & (sleep 301 &) ; sleep 302")
    until(lambda: sum("sleep 30" in kernel.command(one) for one in kernel.descendants(second.pid)) >= 2, "the sleeps")
    os.kill(second.pid, signal.SIGSTOP)
    try:
        assert run.finish().clean
        assert kernel.stat(pid) is None, "not even a zombie"
    finally:
        os.kill(second.pid, signal.SIGCONT)
    second.wait_for("“container” has ended.")
    second.end()


@root
def test_where_a_group_refuses_that_of_the_lab_takes_the_second_terminal_in(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In no group of the lab, nothing would limit or find this shell. Here the place's group goes at that moment."""
    run = begin("hostname", "enter")
    host, place, groups = run.lab.shell, run.lab.places["container"], cgroups.of

    def gone(pid: int, tree: cgroups.Hierarchies) -> Mapping[Path, str]:
        return {top: f"{path}/gone" if pid == place.pid else path for top, path in groups(pid, tree).items()}

    def joins() -> None:
        shell._join_groups(place, host)
        assert groups(os.getpid(), cgroups.read()) == groups(host.pid, cgroups.read())

    monkeypatch.setattr(cgroups, "of", gone)
    assert died_as_wanted(fork(joins))


@root
def test_leaving_the_second_terminal_leaves_the_lab_alone(begin: Begin) -> None:
    run = begin("hostname", "enter")
    second, _ = joined("--in", "container")
    second.type("exit")
    second.end()
    assert run.perform(run.lesson.step("rename"), silent).outcome == "passed"


@root
def test_a_place_where_nobody_is(begin: Begin) -> None:
    begin("hostname", "host-name")
    second = second_terminal("--in", "container")
    second.wait_for("Nobody is in “container” now. There are: host.")
    second.end(2)


def test_a_shell_needs_a_terminal() -> None:
    done = semdocker("shell", "--seat", SEAT)
    assert (done.returncode, done.stderr) == (2, "semdocker: “semdocker shell” needs a terminal.\n")


@root
def test_a_second_terminal_where_a_program_runs(begin: Begin) -> None:
    """A name that a step gave to a program leads to that program's world."""
    run = begin("verification", "serve")
    second, pid = joined("--in", "web")
    assert kernel.namespace(pid, "pid") == kernel.namespace(run.lab.places["container"].pid, "pid")
    second.type("exit")
    second.end(0)


# --- who only looks ---

LOOKS = "[root] is looking at this lab, and can change nothing in it."
GONE = "[root] is not looking any more."


def onlooker(seat: str, *words: str) -> Person:
    teacher = Person("shell", "--look", *words, "--lang", "en", seat=seat)
    teacher.wait_for(re.compile(rf"\[only looking at \w+, {seat}\] [^\n]*\$ "))
    return teacher


@root
def test_a_student_reads_above_the_prompt_who_looks_and_when_that_has_ended() -> None:
    student = Student("hostname")
    teacher = onlooker(student.seat)
    student.wait_for(LOOKS)
    student.sees_prompt()
    teacher.type("exit")
    teacher.end()
    student.wait_for(GONE)
    student.sees_prompt()
    assert "✓" in student.press("\r")
    student.leave()


@root
def test_a_student_with_whole_lines_reads_it_before_the_keys() -> None:
    student = Student("hostname", "--plain")
    teacher = onlooker(student.seat)
    assert LOOKS in student.press("w")
    assert LOOKS not in student.press("w")
    teacher.send("\x04")
    teacher.end()
    assert GONE in student.press("w")
    student.leave()


@root
def test_a_student_with_whole_lines_reads_it_in_the_free_shell_too() -> None:
    student = Student("hostname", "--plain")
    student.key("f")
    student.wait_for(SHELL)
    teacher = onlooker(student.seat)
    student.type("true")
    student.wait_for(LOOKS)
    student.wait_for(SHELL)
    assert "\x1b[33m[root]" not in student.shown
    student.send(LEAVE)
    student.asked()
    teacher.type("exit")
    teacher.end()
    student.leave()


@root
def test_who_looks_at_an_exercise_is_none_of_its_facts() -> None:
    learner = Practiser("own-name")
    learner.shell()
    learner.type("unshare -u chroot /containers/teste /bin/bash")
    learner.type("echo in-$((1+1))")
    learner.wait_for("in-2")
    before = looked()
    teacher = onlooker(learner.seat)
    learner.type("")
    learner.wait_for(LOOKS)
    assert looked() == before
    teacher.type("unshare -U -r -u chroot /containers/teste /bin/bash")
    teacher.type("echo there-$((1+1))")
    teacher.wait_for("there-2")
    assert looked() == before
    learner.type("exit")
    learner.back()
    learner.leave()
    teacher.end()
