"""Mounts: what is mounted where and how, and what is not mounted."""

from __future__ import annotations

import pytest

from runner.lab.lab import Lab
from runner.records.results import Outcome
from tests.support.looking import look, type_

pytestmark = pytest.mark.root


def test_mount(running: Lab) -> None:
    type_(running, "mkdir /containers/m && mount -t tmpfs -o ro,nosuid mine /containers/m")
    found = {"point": "/containers/m"}
    assert look(running, "mount", **found, fstype="tmpfs", source="mine", options=["ro", "nosuid"]) is Outcome.PASSED
    assert look(running, "mount", **found, fstype="proc") is Outcome.FAILED
    assert look(running, "mount", **found, options=["rw", "noexec"]) is Outcome.FAILED
    assert look(running, "mount", **found, exists=False) is Outcome.FAILED
    type_(running, "umount /containers/m")
    assert look(running, "mount", **found, exists=False) is Outcome.PASSED
    assert look(running, "mount", **found, fstype="tmpfs") is Outcome.FAILED
