"""The values of a run: which places the root may have."""

from __future__ import annotations

import pytest

from runner.engine import machine_values
from runner.records.course import Course
from runner.records.errors import UsageError


@pytest.mark.parametrize("root", ["/containers/teste", "/tmp/x", "/srv/a/b", "/home/x", "/users/x", "/libs/x"])
def test_a_root_below_a_folder_that_no_program_needs(course: Course, root: str) -> None:
    assert machine_values.for_seat(course, {"root": root})["root"] == root


@pytest.mark.parametrize("root", ["/x", "/usr/x", "/usr/lib/y", "/etc/x", "/dev/x", "/proc/x", "/sys/x", "/bin/x"])
def test_a_root_that_would_hide_what_programs_need(course: Course, root: str) -> None:
    """The lab covers the folder above it. It used to fail there with a path that nobody had typed."""
    with pytest.raises(UsageError) as error:
        machine_values.for_seat(course, {"root": root})
    assert (error.value.key, error.value.values) == ("root-place", {"path": root})
