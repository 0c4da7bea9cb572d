"""Anything in any order: two seats, steps forward and back, slips, crashes, recoveries. Nothing stays.

One thing may: what was written where the lab had been unmounted. It must be named, kept, and gone by the command told.
"""

from __future__ import annotations

import subprocess
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from runner.engine import machine_values
from runner.engine.lab_run import silent
from runner.engine.lesson_run import LessonRun
from runner.host import kernel
from runner.lab import seats, snapshot
from runner.lab.pseudo_terminal import Ended
from runner.records.errors import RunnerError, Unfit
from runner.records.results import Outcome, Rollback
from tests.conftest import BASE, the_course
from tests.support.powercut import cut_power

SEATS = ("default", "second")
LESSONS = ("hostname", "chroot", "verification")
UNMOUNTS = "umount -l /containers"  # from then on what is written there is on the disk, and not ours
SLIPS = (
    "exit",
    "kill -9 $$",
    "exec true",
    UNMOUNTS,
    "hostname oops",
    "setsid nohup sleep 4770 >/dev/null 2>&1 &",
    "mkdir -p /containers/x/y && mount -t tmpfs x /containers/x/y",
    "cd /; rm -rf --one-file-system /containers/teste",
    "head -c 300M /dev/zero > /containers/full",
    "unshare -m bash --norc",
)


class Course(RuleBasedStateMachine):
    """Two seats; each has a lesson going on, or crashed leftovers, or nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.course = the_course()
        self.runs: dict[str, LessonRun] = {}
        self.slipped: set[str] = set()
        self.stack = ExitStack()
        self.bare = False  # since a lab was unmounted, the disk may have been written to
        self.kept = Path(self.stack.enter_context(TemporaryDirectory(dir="/var/tmp")))

    @initialize()
    def look_first(self) -> None:
        self.before = snapshot.take(seats.journal_of("nobody"))
        self.locks = {seat: self.stack.enter_context(seats.hold(seat, wait=30)) for seat in SEATS}

    @rule(seat=st.sampled_from(SEATS), lesson=st.sampled_from(LESSONS))
    def open(self, seat: str, lesson: str) -> None:
        if seat in self.runs or seats.journal_of(seat).exists():
            return
        values = machine_values.for_seat(self.course, {})
        run = LessonRun(self.course, self.course.lesson(lesson), values, seat, self.locks[seat])
        try:
            run.start()
        except Unfit as refused:
            assert self.bare and refused.key == "path-taken"
            assert run.finish().leftovers == ()
            return
        self.runs[seat] = run

    @precondition(lambda self: self.runs)
    @rule(seat=st.sampled_from(SEATS))
    def step(self, seat: str) -> None:
        run = self.runs.get(seat)
        if run is None or len(run.done) == len(run.lesson.steps):
            return
        outcome = run.perform(run.lesson.steps[len(run.done)], silent).outcome
        assert outcome is Outcome.PASSED or seat in self.slipped

    @precondition(lambda self: self.runs)
    @rule(seat=st.sampled_from(SEATS))
    def step_back(self, seat: str) -> None:
        run = self.runs.get(seat)
        if run is None or not run.done:
            return
        try:
            run.step_back()
        except (RunnerError, Ended):
            assert seat in self.slipped

    @precondition(lambda self: self.runs)
    @rule(seat=st.sampled_from(SEATS), command=st.sampled_from(SLIPS))
    def slip(self, seat: str, command: str) -> None:
        if seat in self.runs:
            self.slipped.add(seat)
            self.bare = self.bare or command == UNMOUNTS
            self.runs[seat].lab.terminal.run(command, timeout=3, limit=10000, emit=silent, new_shell=True)

    @precondition(lambda self: self.runs)
    @rule(seat=st.sampled_from(SEATS))
    def crash(self, seat: str) -> None:
        """Runner and guardian die at once: only the journal is left."""
        run = self.runs.pop(seat, None)
        if run is None:
            return
        cut_power(run.lab)
        self.slipped.discard(seat)

    @rule(seat=st.sampled_from(SEATS))
    def recover(self, seat: str) -> None:
        if seat not in self.runs:
            self.settle(seat, seats.recover(seat))

    def settle(self, seat: str, rollback: Rollback) -> None:
        """Nothing is left, or what was written to the disk: then the command that is told works, and loses none."""
        if rollback.leftovers:
            (left,) = rollback.leftovers
            assert self.bare and left.area == "files", left
            inside = [entry.name for entry in BASE.iterdir()]
            assert inside and all(name in left.what for name in inside)
            told = left.remove.replace(" /var/tmp ", f" {mkdtemp(dir=self.kept)} ")
            subprocess.run(["bash", "-c", told], check=True, stdin=subprocess.DEVNULL)
        assert seats.recover(seat).clean

    @precondition(lambda self: self.runs)
    @rule(seat=st.sampled_from(SEATS))
    def finish(self, seat: str) -> None:
        run = self.runs.pop(seat, None)
        if run:
            self.slipped.discard(seat)
            self.settle(seat, run.finish())

    @invariant()
    def the_host_has_none_of_our_mounts(self) -> None:
        assert not [mount for mount in kernel.mounts() if mount.source.startswith("semdocker")]

    def teardown(self) -> None:
        try:
            for seat, run in self.runs.items():
                self.settle(seat, run.finish())
            for seat in SEATS:
                self.settle(seat, seats.recover(seat))
        finally:
            self.stack.close()
        after = snapshot.take(seats.journal_of("nobody"))
        assert snapshot.compare(self.before, after) == ()


@pytest.mark.root
@pytest.mark.kill
@pytest.mark.timeout(1200)
def test_anything_in_any_order() -> None:
    assert machine_values.BASH.exists()
    from hypothesis.stateful import run_state_machine_as_test

    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    chosen = settings(max_examples=60, stateful_step_count=20, deadline=None, suppress_health_check=checks)
    run_state_machine_as_test(Course, settings=chosen)
