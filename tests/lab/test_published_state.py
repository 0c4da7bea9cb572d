"""The notice that lets other terminals find a lab."""

from __future__ import annotations

import os

import pytest

from runner.host import kernel
from runner.host.kernel import Identity
from runner.lab import locks, published_state, seats
from runner.lab.published_state import Notice
from tests.conftest import Begin
from tests.support.lesson import SEAT

root = pytest.mark.root


@root
def test_a_live_lab_is_found_from_outside_and_its_file_goes_with_it(begin: Begin) -> None:
    run = begin("hostname", "enter")
    found = seats.published(SEAT)
    assert found is not None
    assert (found.lesson, found.mount, found.shell) == ("hostname", run.lab.mount, run.lab.shell)
    assert list(found.places) == ["host", "container"]  # the shells that were left are not named any more
    assert published_state.path(SEAT).stat().st_mode & 0o777 == 0o600
    assert run.finish().clean
    assert not published_state.path(SEAT).exists()
    assert seats.published(SEAT) is None


@root
def test_a_stale_notice_is_harmless() -> None:
    """Left by a power cut: nobody holds the seat, its processes are gone, or other processes have their PIDs."""
    me = kernel.identity(os.getpid())
    assert me is not None
    reused = Identity(me.pid, me.start + 1)
    with seats.hold(SEAT, wait=60):
        published_state.post(
            SEAT, Notice("unshare", "semdocker-00000000", "semdocker", {"host": me, "container": reused})
        )
        left = published_state.path(SEAT).read_bytes()
        found = seats.published(SEAT)
        assert found is not None
        assert found.places == {"host": me}
        published_state.post(SEAT, Notice("unshare", "semdocker-00000000", "semdocker", {"host": reused}))
        assert seats.published(SEAT) is None
        for broken in (b"", b"[]", b"{", b'{"schema": "semdocker/seat/2"}', b'{"schema": "semdocker/seat/1"}'):
            published_state.path(SEAT).write_bytes(broken)
            assert seats.published(SEAT) is None
    assert not published_state.path(SEAT).exists()
    locks.RUN.mkdir(mode=0o700, exist_ok=True)
    published_state.path(SEAT).write_bytes(left)
    try:
        assert seats.published(SEAT) is None  # nobody holds the seat
    finally:
        with seats.hold(SEAT, wait=60):
            pass
    assert not published_state.path(SEAT).exists()
