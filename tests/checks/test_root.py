"""The root directory of a process."""

from __future__ import annotations

import pytest

from runner.lab.lab import Lab
from runner.records.results import Outcome
from tests.support.looking import look, type_

pytestmark = pytest.mark.root


def test_root(running: Lab) -> None:
    type_(running, "mkdir -p /containers/r/{bin,lib,lib64}")
    assert look(running, "root", of="jail", **{"is": "/containers/r"}) is Outcome.FAILED
    for place in ("bin", "lib", "lib64", "usr"):
        type_(running, f"mkdir -p /containers/r/{place}; mount --rbind /{place} /containers/r/{place}")
    type_(running, "chroot /containers/r /bin/bash --norc")
    running.bind("jail", running.terminal)
    assert look(running, "root", of="jail", **{"is": "/containers/r"}) is Outcome.PASSED
    assert look(running, "root", of="jail", **{"is": "/"}) is Outcome.FAILED
