"""A container for checks to look at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from runner.lab.lab import Lab
from tests.support.looking import type_


@pytest.fixture
def container(running: Lab) -> Iterator[Lab]:
    """A shell in new PID, mount, UTS and IPC namespaces, named `container`."""
    type_(running, "unshare -p -m -u -i -f --kill-child --mount-proc /bin/bash --norc")
    running.bind("container", running.terminal)
    yield running
