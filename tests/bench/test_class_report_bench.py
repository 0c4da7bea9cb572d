"""What `class report` costs for a class of 500, with all its forms. How long it takes never fails it.

pytest --bench -s
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runner.records.course import Course
from tests.support.collected_class import hand_in

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]
STUDENTS, BOUND = 500, 2.0  # seconds
FORMS = ((), ("--json",), ("--csv", "class.csv"), ("--to", "class.html"))


@pytest.mark.parametrize(
    ("lessons", "finished"), [(6, False), (None, False), (None, True)], ids=["base", "whole-course", "finished"]
)
def test_a_class_of_five_hundred(tmp_path: Path, course: Course, lessons: int | None, *, finished: bool) -> None:
    """While they are still at it, each at another place; and at the end, when everybody has done everything."""
    folder = hand_in(tmp_path / "class", course, STUDENTS, lessons=lessons, finished=finished)
    for form in FORMS:
        started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        words = [sys.executable, "-m", "runner", "class", "report", str(folder), *form]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
        taken = time.perf_counter() - started
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert done.returncode == 0, done.stderr
        processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        verdict = "within" if taken <= BOUND else "OVER"
        state = "done by all" if finished else "under way"
        name = " ".join(["class report", *form[:1]])
        print(
            f"\n  {name}, {STUDENTS} students, {lessons or len(course.lessons)} lessons {state}: {taken:.2f} s", end=""
        )
        print(f", {processor:.2f} s of a processor (bound {BOUND:g}: {verdict})", end="", flush=True)
