"""The kernel's values that root can set: which are read, and that a change of one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.engine.lesson_run import LessonRun
from runner.host import kernel_values
from tests.conftest import Begin
from tests.support.lesson import type_

CHANGED = Path("/proc/sys/vm/stat_interval")  # seconds between two updates of statistics: harmless


def test_values_have_the_names_and_words_of_sysctl() -> None:
    found = kernel_values.read()
    assert found["vm.stat_interval"] == CHANGED.read_text().strip()
    assert found["vm.swappiness"].isdecimal()
    assert not [name for name in found if name.startswith(("net.", "fs.binfmt_misc"))]
    assert "kernel.ns_last_pid" not in found and "kernel.hostname" not in found
    assert kernel_values.read() == found


@pytest.mark.root
def test_a_value_that_was_set_in_a_container_is_told_and_left_alone(begin: Begin) -> None:
    run: LessonRun = begin("hostname", "host-name")
    before = CHANGED.read_text().strip()
    other = str(int(before) + 1)
    try:
        type_(run, "unshare -p -m -f --mount-proc bash --norc", new_shell=True)
        type_(run, f"echo {other} > {CHANGED}")
        rollback = run.finish()
        assert rollback.clean
        (told,) = rollback.noticed
        assert (told.area, told.what) == ("values", f"vm.stat_interval={other}")
        assert told.remove == f"sysctl -w vm.stat_interval={before}"
    finally:
        CHANGED.write_text(before)
