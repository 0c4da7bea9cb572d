"""What it costs to watch a full class: sixty live labs. It prints; how long something takes never fails it.

pytest --bench -s
"""

from __future__ import annotations

import os
import time
from contextlib import ExitStack

import pytest

from runner.course.render import Values
from runner.engine import machine_values
from runner.engine.lesson_run import LessonRun
from runner.host import kernel_files
from runner.lab import seats
from runner.records.course import Course
from tests.support.person import Person

pytestmark = [pytest.mark.root, pytest.mark.bench, pytest.mark.timeout(900)]
SEATS = int(os.environ.get("SEMDOCKER_SEATS", "60"))
SECONDS = 20.0
BOUND = 5.0  # percent of one CPU


def seconds_on_cpu(pid: int) -> float:
    fields = kernel_files.text(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_watching_sixty_seats(course: Course) -> None:
    with ExitStack() as stack:
        runs = []
        for number in range(SEATS):
            seat = f"bench-{number:02}"
            lock = stack.enter_context(seats.hold(seat))
            values: Values = machine_values.for_seat(course, {})
            run = LessonRun(course, course.lesson("hostname"), values, seat, lock)
            stack.callback(run.finish)
            run.start()
            runs.append(run)
        teacher = Person("class", "--watch", "--lang", "en", size=(100, SEATS + 10))
        teacher.sees(f"Class: {SEATS} labs")
        time.sleep(1)
        before, began = seconds_on_cpu(teacher.pid), time.monotonic()
        while time.monotonic() < began + SECONDS:
            run = runs[int(time.monotonic()) % SEATS]
            run.ask_help(asks=not run.asks_help)  # a lively class: somebody asks, or has been helped, each second
            teacher.read(1.0)
            time.sleep(max(0.0, 1 - (time.monotonic() - began) % 1))
        share = 100 * (seconds_on_cpu(teacher.pid) - before) / (time.monotonic() - began)
        teacher.send("q")
        teacher.end()
    verdict = "within" if share <= BOUND else "OVER"
    print(f"\n  {SEATS} live seats, watched: {share:.1f} % of one CPU (bound {BOUND:g}: {verdict})", flush=True)
