"""A cleanup that is itself struck dead, and the next one, and the next, until one gets through.

The N-th cleanup dies at its N-th call: `before` it is made, or `after` it and before anything else.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from runner.course.render import Values
from runner.lab import seats, snapshot
from runner.records.course import Course
from tests.conftest import files
from tests.kill.harness import LIMIT, kill_both, leftovers, run_struck, strike

pytestmark = [
    pytest.mark.root,
    pytest.mark.kill,
    pytest.mark.timeout(600),
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed"),
]
LATE = 60  # boundaries into the lesson: the groups are there


@pytest.mark.parametrize("moment", ["signal=SYS", "error=EINTR:signal=SYS"], ids=["after", "before"])
@pytest.mark.parametrize("call", ["flock", "rmdir", "unlinkat", "fsync"])
def test_cleanups_struck_one_after_the_other(
    course: Course, values: Values, call: str, moment: str, tmp_path: Path
) -> None:
    before = snapshot.take(seats.journal_of("default"))
    assert strike(course, "cgroups", values, at=LATE, act=kill_both) == 0
    assert seats.journal_of("default").exists()
    deaths = 0
    while run_struck(["cleanup"], call, deaths + 1, moment, tmp_path / "trace"):
        deaths += 1
        assert deaths < LIMIT
    print(f"\n  {deaths} cleanups struck dead at {call}(2), one after the other; leftovers: 0", flush=True)
    assert deaths > 0
    assert files() == []
    assert leftovers(before) == ()
