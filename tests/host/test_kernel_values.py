"""The kernel's values that root can set: which are read, and that a change of one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.engine.lesson_run import LessonRun
from runner.host import kernel_values
from tests.conftest import Begin

CHANGED = Path("/proc/sys/vm/stat_interval")  # seconds between two updates of statistics: harmless


def test_values_have_the_names_and_words_of_sysctl() -> None:
    found = kernel_values.read()
    assert found["vm.stat_interval"] == CHANGED.read_text().strip()
    assert found["vm.swappiness"].isdecimal()
    assert not [name for name in found if name.startswith(("net.", "fs.binfmt_misc"))]
    assert "kernel.ns_last_pid" not in found and "kernel.hostname" not in found
    assert kernel_values.read() == found


@pytest.mark.root
def test_a_value_that_changed_during_a_lesson_is_told_and_left_alone(begin: Begin) -> None:
    """Not by the lab, which cannot: by somebody else on the machine."""
    run: LessonRun = begin("hostname", "host-name")
    before = CHANGED.read_text().strip()
    other = str(int(before) + 1)
    try:
        CHANGED.write_text(other)
        rollback = run.finish()
        assert rollback.clean
        (told,) = rollback.noticed
        assert (told.area, told.what) == ("values", f"vm.stat_interval={other}")
        assert told.remove == f"sysctl -w vm.stat_interval={before}"
    finally:
        CHANGED.write_text(before)
