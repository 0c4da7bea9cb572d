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


def test_top(running: Lab) -> None:
    type_(running, "mkdir -p /containers/r && mount --rbind / /containers/r && mount --make-rslave /containers/r")
    type_(running, "unshare -m -R /containers/r sleep 100001 &")
    while not running.bind_command("changed", "sleep 100001"):
        pass
    assert look(running, "root", of="changed", **{"is": "/containers/r"}) is Outcome.PASSED
    assert look(running, "root", of="changed", **{"is": "/containers/r"}, top=True) is Outcome.FAILED
    assert look(running, "root", of="changed", **{"is": "/containers/r"}, top=False) is Outcome.PASSED
    pivots = "cd /containers/r && pivot_root . mnt && umount -l mnt && exec sleep 100002"
    type_(running, f"unshare -m sh -c '{pivots}' &")
    while not running.bind_command("pivoted", "sleep 100002"):
        pass
    assert look(running, "root", of="pivoted", **{"is": "/containers/r"}, top=True) is Outcome.PASSED
    assert look(running, "root", of="pivoted", **{"is": "/containers/r"}, top=False) is Outcome.FAILED


def test_top_alone_is_a_root_of_its_own_wherever_that_is(running: Lab) -> None:
    type_(running, "mkdir -p /containers/s && mount -t tmpfs s /containers/s && mkdir /containers/s/old")
    for place in ("bin", "lib", "lib64", "usr"):
        type_(running, f"mkdir /containers/s/{place}; mount --rbind /{place} /containers/s/{place}")
    for name, way in (
        ("above", "exec sleep 100003"),
        ("changed", "exec chroot /containers/s sleep 100004"),
        ("pivoted", "cd /containers/s && pivot_root . old && exec sleep 100005"),
    ):
        type_(running, f"unshare -m sh -c '{way}' &")
        while not running.bind_command(name, f"sleep {way.split()[-1]}"):
            pass
    assert look(running, "root", of="above", top=True) is Outcome.FAILED  # it has the host's
    assert look(running, "root", of="changed", top=True) is Outcome.FAILED
    assert look(running, "root", of="pivoted", top=True) is Outcome.PASSED
    assert look(running, "root", of="host", top=True) is Outcome.FAILED
