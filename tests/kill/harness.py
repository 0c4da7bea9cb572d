"""Kill a lesson at its N-th boundary and see whether the machine comes back: the tests' own executioner.

A boundary is the moment before or after a journal record, the start of the lab, the opening of one more terminal, the
end of the lab, and a command; and the moment between its typing and its Enter.
The victim is a forked child that runs the lesson with the real engine; nothing in the runner knows of this.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from runner.course import load
from runner.course.render import Values
from runner.engine.exercise_run import ExerciseRun
from runner.engine.lab_run import silent
from runner.engine.lesson_run import LessonRun
from runner.host import package_files
from runner.lab import inventory, processes, seats, snapshot, trial
from runner.lab.command import Command
from runner.lab.journal import Journal
from runner.lab.lab import Lab
from runner.records.course import Course
from runner.records.results import Leftover
from tests.conftest import files
from tests.support.command import CHECKOUT, COMMAND

SEAT = "default"
LIMIT = 40  # calls of one kind that are struck, one a run
Act = Callable[[Lab | None], None]


def kill_runner(_: Lab | None) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill_both(victim: Lab | None) -> None:
    """Guardian first, as in a power cut: only the journal is left."""
    if victim is not None:
        victim.guardian.kill()
    os.kill(os.getpid(), signal.SIGKILL)


def fail(number: int) -> Act:
    def act(_: Lab | None) -> None:
        raise OSError(number, os.strerror(number))

    return act


def surprise(_: Lab | None) -> None:
    raise RuntimeError("a fault of our own")


WAYS: dict[str, Act] = {
    "kill -9 of runner and guardian": kill_both,
    "kill -9 of the runner": kill_runner,
    "an exception": surprise,
    "ENOSPC": fail(errno.ENOSPC),
    "EIO": fail(errno.EIO),
}


class Boundaries:
    """Counts the boundaries a lesson passes, and strikes at one of them."""

    def __init__(self, at: int, act: Act) -> None:
        self.passed = 0
        self._at = at
        self._act = act
        self.lab: Lab | None = None

    def cross(self) -> None:
        self.passed += 1
        if self.passed == self._at:
            self._act(self.lab)

    def before(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **options: Any) -> Any:
            self.cross()
            return function(*arguments, **options)

        return wrapped

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **options: Any) -> Any:
            self.cross()
            result = function(*arguments, **options)
            self.cross()
            return result

        return wrapped

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Put the boundaries into this process; the victim is a fork, so nobody takes them out again."""
        started = Lab._start

        def start(*arguments: Any, **options: Any) -> Lab:
            self.cross()
            self.lab = started(*arguments, **options)
            self.cross()
            return self.lab

        Journal._append = self.around(Journal._append)  # type: ignore[method-assign]
        Command.type = self.before(Command.type)  # type: ignore[method-assign]
        Command.follow = self.around(Command.follow)  # type: ignore[method-assign]
        Lab._start = start  # type: ignore[method-assign]
        Lab._open_terminal = self.around(Lab._open_terminal)  # type: ignore[method-assign]
        Lab.close = self.around(Lab.close)  # type: ignore[method-assign]
        yield


def perform(course: Course, lesson: str, values: Values) -> None:
    """The whole lesson as `run` does it, or an exercise with its solution: `finish` whatever happens."""
    exercise = next((one for one in load.exercises(package_files.lessons(), course) if one.id == lesson), None)
    with seats.hold(SEAT, wait=30) as lock:
        if exercise:
            practise(ExerciseRun(course, exercise, values, SEAT, lock))
            return
        run = LessonRun(course, course.lesson(lesson), values, SEAT, lock)
        try:
            run.start()
            for step in run.lesson.steps:
                run.perform(step, silent)
        finally:
            run.finish()


def practise(attempt: ExerciseRun) -> None:
    try:
        attempt.start()
        for command in attempt.commands(attempt.exercise.fix):
            attempt.solve(command, silent)
        attempt.look_at_facts()
    finally:
        attempt.finish()


def strike(
    course: Course, lesson: str, values: Values, *, at: int, act: Act, alter: Callable[[], None] | None = None
) -> int:
    """Run the lesson in a fork, struck at boundary `at`. Returns how many boundaries it passed, 0 if it was killed.

    `alter` changes the victim's code first (a mutant).
    """
    told, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(told)
        boundaries = Boundaries(at, act)
        try:
            if alter:
                alter()
            with boundaries.watched():
                perform(course, lesson, values)
        except (OSError, RuntimeError):
            pass
        except BaseException:
            traceback.print_exc()
        finally:
            os.write(tell, str(boundaries.passed).encode())
            sys.stderr.flush()
            os._exit(0)
    os.close(tell)
    os.waitpid(pid, 0)
    with os.fdopen(told) as pipe:
        return int(pipe.read() or 0)


def leftovers(before: snapshot.Snapshot) -> tuple[Leftover, ...]:
    """What `cleanup` could not put back, or did not see. Nothing of ours was there before."""
    for seat in seats.remembered():
        if seat.startswith(trial.SEAT):
            with seats.hold(seat, wait=30):
                seats.recover(seat)
    with seats.hold(SEAT, wait=30):  # a guardian may be at work
        marks = {entry.data["mount"] for entry in seats.journal_of(SEAT).effects() if entry.kind == "lab"}
        rollback = seats.recover(SEAT)
        found = snapshot.compare(before, snapshot.take(seats.journal_of(SEAT)))
        unclaimed = inventory.take().unclaimed  # nothing may carry our marks that no seat's journal tells of
        strays = tuple(Leftover("processes", line, "") for line in unclaimed.processes)
        strays += tuple(Leftover("processes", str(pid), "") for pid in processes.seeing(marks))
    reconciled = seats.reconcile().leftovers  # by now only locks of the dead are to be found
    strays += tuple(Leftover("files", name, "") for name in files())
    return rollback.leftovers + found + strays + reconciled


def run_struck(verb: Sequence[str], calls: str, number: int, effect: str, trace: Path) -> int:
    """Run a verb under strace's injection at each process's `number`-th call; how many processes were struck dead."""
    strace = ["strace", "-f", "-qq", "-o", str(trace), "-e", f"trace={calls}"]
    inject = ["-e", f"inject={calls}:{effect}:when={number}"]
    subprocess.run(
        [*strace, *inject, *COMMAND, *verb],
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )
    return trace.read_text().count("+++ killed by SIGSYS")
