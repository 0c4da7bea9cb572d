"""What `doctor` says of this machine is tried for real, leaves nothing, and is what `run` obeys."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from runner.engine import fitness
from runner.engine.seat import Seat
from runner.host import capability, cgroups, kernel, kernel_files
from runner.lab import locks, seats, trial
from runner.records.course import Course
from runner.records.errors import ExitStatus, Unfit
from runner.records.options import Options
from runner.records.results import Missing, Outcome, Rollback
from runner.verbs.run import run
from tests.conftest import the_course


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    trial.begin.cache_clear()
    trial.run.cache_clear()
    yield
    trial.begin.cache_clear()
    trial.run.cache_clear()


def lacks(name: str) -> Missing | None:
    return fitness.answers([name])[0].lacks


@pytest.mark.root
def test_this_machine_is_fit_and_stays_as_it_is() -> None:
    groups = cgroups.read().bases and [sorted(os.listdir(base)) for base in cgroups.read().bases]
    mounts = kernel.mounts()
    answers = fitness.answers(["lab", *capability.TRIED, "cgroup.cpu", "cgroup.memory", "cgroup.pids", "locale"])
    assert [answer for answer in answers if answer.outcome is not Outcome.PASSED] == []
    assert kernel.mounts() == mounts
    assert [sorted(os.listdir(base)) for base in cgroups.read().bases] == groups
    assert seats.remembered() == []


@pytest.mark.root
def test_what_loads_modules_is_tried_only_where_it_is_needed(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def run(commands: trial.Commands, *_: object) -> trial.Trial:
        tried.extend(name for name, _ in commands)
        return trial.Trial(None, {})

    monkeypatch.setattr(trial, "run", run)
    fitness.missing(course, course.lesson("rootfs"))
    assert tried and not [name for name in tried if name.startswith(("link.", "tc.", "nft."))]
    tried.clear()
    fitness.missing(course, course.lesson("network"))
    assert {"link.veth", "nft.nat"} <= set(tried) and "link.ifb" not in tried


@pytest.mark.root
def test_what_a_trial_brings_to_the_machine_is_told() -> None:
    """As the module of `ifb` brings two interfaces."""
    commands = (("link.ifb", "ip link add try-told type ifb && ip link set try-told netns 1"),)
    seen = trial.run(commands, fitness.BASE, "dumb")
    subprocess.run(["ip", "link", "del", "try-told"], check=True)
    assert [one["what"] for one in seen.noticed] == ["try-told"]


@pytest.mark.root
def test_a_kernel_without_a_limit_is_unfit_for_it_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As one without CONFIG_CFS_BANDWIDTH: the group is there, and the file of its limit is not."""
    version = cgroups.read().version("cpu") or ""
    table = {**cgroups.TABLE[version], "limit": {**cgroups.TABLE[version]["limit"], "cpu": ("cpu.no_bandwidth",)}}
    monkeypatch.setattr(cgroups, "TABLE", {**cgroups.TABLE, version: table})
    found = lacks("cgroup.cpu")
    assert found
    assert "cpu.no_bandwidth: Permission denied" in found.observed
    assert lacks("cgroup.memory") is None
    with Seat(the_course(), Options(lang="en"), Witness()) as seat:
        assert [one.capability for one in seat.missing(the_course().lesson("cgroups"))] == ["cgroup.cpu"]
        assert seat.missing(the_course().lesson("rootfs")) == ()


@pytest.mark.root
@pytest.mark.skipif(shutil.which("nft") is None, reason="needs nftables")
def test_the_line_that_a_program_calls_its_error_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """After it nft shows what it was asked, and points at a part of it with carets."""
    monkeypatch.setitem(capability.TRIED, "nft.nat", "nft add chain ip nowhere out")
    found = lacks("nft.nat")
    assert found
    assert found.observed.startswith("Error: ")
    assert "No such file or directory" in found.observed


class Witness:
    def recovered(self, rollback: Rollback) -> None: ...

    def waiting(self, key: str) -> AbstractContextManager[None]:
        return nullcontext()


@pytest.mark.root
def test_a_refused_lesson_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(capability.TRIED, "namespace.uts", "unshare -u false")
    course = the_course()
    with Seat(course, Options(lang="en"), Witness()) as seat:
        with pytest.raises(Unfit) as refused, seat.lesson(course.lesson("hostname"), lambda _: None):
            pytest.fail("the lab was opened")
        assert refused.value.values["names"] == "namespace.uts"
        assert seats.remembered() == []


@pytest.mark.root
def test_run_refuses_before_the_first_page(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(capability.TRIED, "namespace.uts", "unshare -u false")
    options = Options(lang="en", plain=True, lessons=("hostname", "rootfs"), seat="fitness")
    assert run(options, the_course()) is ExitStatus.UNFIT
    shown = capsys.readouterr().out
    assert "Lesson hostname skipped" in shown
    assert "uts namespaces: exit 1" in shown
    assert shown.count("Goal:") == 1, "the first page of rootfs, which can run, and not that of hostname"
    assert "1 of 2 lessons passed" in shown


def test_a_lesson_needs_what_prepares_it(course: Course) -> None:
    required = fitness.required(course, course.lesson("cgroups"))
    assert "locale" in required, "rootfs prepares it, and copies the locale"
    assert required[: len(capability.LAB)] == capability.LAB


@pytest.mark.root
def test_where_there_is_no_lab_nothing_is_tried(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.touch()
    monkeypatch.setattr(seats, "STATE", blocker)  # no journal can be written
    found = lacks("lab")
    assert found
    assert found.observed.endswith(": Not a directory")
    assert fitness.answers(["namespace.uts"])[0].outcome is Outcome.COULD_NOT_CHECK
    assert locks.names() == ()


SLOW = """
import os, sys, time
from pathlib import Path
from runner.lab import trial
commands = (("namespace.uts", "echo $$ > /proc/self/comm; sleep 60"),)
pid, told = trial.begin(commands, Path("/containers"), "dumb")
print(pid, flush=True)
time.sleep(60)
"""


@pytest.mark.root
@pytest.mark.parametrize("victims", ["both", "doctor"])
def test_kill_9_in_the_middle_leaves_nothing(victims: str) -> None:
    doctor = subprocess.Popen([sys.executable, "-c", SLOW], stdout=subprocess.PIPE, text=True)
    assert doctor.stdout
    with doctor.stdout as said:
        child = int(said.readline())
    deadline = time.monotonic() + 10
    while not seats.remembered() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert seats.remembered() == [f"doctor-{child}"]
    if victims == "both":
        os.kill(child, signal.SIGKILL)
    doctor.kill()
    doctor.wait()
    deadline = time.monotonic() + 60
    while seats.holder(f"doctor-{child}") and time.monotonic() < deadline:  # the trial itself, or its guardian
        time.sleep(0.05)
    assert lacks("lab") is None  # what nobody was left to undo, the next trial does
    assert seats.remembered() == []
    assert locks.names() == ()
    assert [str(base) for base in cgroups.read().bases for name in os.listdir(base) if "doctor" in name] == []


def test_who_is_not_root_gets_no_verdict_on_what_only_root_can_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("shutil.which", lambda name, path=None: f"/usr/bin/{name}")
    outcomes = {answer.capability: answer.outcome for answer in fitness.answers(["root", "mknod", "lab", "tool.perl"])}
    assert outcomes == {"root": "passed", "mknod": "could_not_check", "lab": "could_not_check", "tool.perl": "passed"}
    monkeypatch.setattr("shutil.which", lambda name, path=None: None)
    assert fitness.answers(["root"])[0].outcome == "failed"


def test_what_can_be_read_is_told_to_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    words = kernel_files.words
    monkeypatch.setattr(kernel_files, "words", lambda path: ["2"] if "panic_on_oom" in str(path) else words(path))
    found = lacks("cgroup.memory")
    assert found is None or found.cause in {"panic-on-oom", "read-only"}
    assert found
