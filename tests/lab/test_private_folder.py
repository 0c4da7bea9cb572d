"""Our folders: what stands in them or in their place, and is none of ours, is neither read nor removed, nor waited for.

Only root could put it there, so this is about the truth, and about an end in time.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from runner.lab import locks, private_folder, published_state, seats, snapshot, undo
from runner.lab.snapshot import Snapshot
from runner.records.errors import Unfit
from runner.records.results import Rollback

pytestmark = pytest.mark.timeout(20)
ODD = ["fifo", "folder", "link", "socket", "endless"]
BEFORE: Snapshot = {area: frozenset[str]() for area in snapshot.AREAS}


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders of ours elsewhere, and nothing on the machine that is nobody's."""
    monkeypatch.setattr(seats, "STATE", tmp_path / "state")
    for module in (locks, published_state):
        monkeypatch.setattr(module, "RUN", tmp_path / "run")
    monkeypatch.setattr(undo, "reconcile", lambda *_: Rollback())
    (tmp_path / "treasure").write_text("years of work")
    return tmp_path / "state"


def put(thing: str, path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if thing == "fifo":
        os.mkfifo(path)
    elif thing == "folder":
        path.mkdir()
    elif thing == "link":
        path.symlink_to(seats.STATE.with_name("treasure"))
    elif thing == "socket":
        with socket.socket(socket.AF_UNIX) as made:
            folder = os.open(path.parent, os.O_RDONLY)
            made.bind(f"/proc/self/fd/{folder}/{path.name}")  # Its own path may be too long for a socket.
            os.close(folder)
    else:
        with path.open("wb") as file:
            file.truncate(private_folder.LIMIT + 1)


@pytest.mark.parametrize("thing", ODD)
def test_an_odd_journal_is_unreadable_and_nobody_waits_for_it(state: Path, thing: str) -> None:
    journal = seats.journal_of("odd")
    put(thing, journal.path)
    assert journal.exists() and journal.is_unreadable()
    assert journal.effects() == ()
    assert seats.remembered() == ["odd"]
    assert seats.claimed() == set()
    assert seats.journal_of("other").neighbours("lab") == []
    with pytest.raises(Unfit):
        journal.intend("survivor", "true", pid=1, start=1)
    with pytest.raises(FileExistsError):
        journal.begin()
    assert (state.parent / "treasure").read_text() == "years of work"


@pytest.mark.parametrize("thing", ODD)
def test_an_odd_snapshot_counts_for_nothing(state: Path, thing: str) -> None:
    journal = seats.journal_of("odd")
    journal.begin()
    path = journal.path.with_name("snapshot")
    put(thing, path)
    assert snapshot.kept(journal) is None
    if thing == "folder":
        assert [left.remove for left in snapshot.in_the_way(journal)] == [private_folder.aside(path)]
        with pytest.raises(Unfit):
            snapshot.keep(journal, BEFORE)
        snapshot.forget(journal)
        assert path.is_dir()
    else:
        assert snapshot.in_the_way(journal) == ()
        snapshot.keep(journal, BEFORE)
        assert snapshot.kept(journal) == BEFORE
    assert (state.parent / "treasure").read_text() == "years of work"


@pytest.mark.parametrize("content", ["[]", "{}", '{"boot": 1}', '{"boot": "", "areas": []}', "[" * 100_000])
def test_a_snapshot_of_anybody_s_counts_for_nothing(state: Path, content: str) -> None:
    journal = seats.journal_of("odd")
    journal.begin()
    journal.path.with_name("snapshot").write_text(content)
    assert snapshot.kept(journal) is None


@pytest.mark.parametrize("whose", ["link", "link within", "somebody else's"])
def test_a_folder_that_is_not_ours_keeps_what_is_in_it(
    state: Path, monkeypatch: pytest.MonkeyPatch, whose: str
) -> None:
    theirs = state.parent / "theirs"
    for made in (theirs / "sub", theirs / "sub" / "empty"):
        made.mkdir(parents=True)
    for name in ("journal", "snapshot"):
        (theirs / "sub" / name).write_text("years of work")
    before = sorted(theirs.rglob("*"))
    if whose == "link":
        state.symlink_to(theirs)
    elif whose == "link within":
        state.mkdir()
        (state / "sub").symlink_to(theirs / "sub")
    else:
        theirs.rename(state)
        before = sorted(state.rglob("*"))
        another = os.geteuid() + 1
        monkeypatch.setattr(os, "geteuid", lambda: another)
    assert seats.remembered() == []
    journal = seats.journal_of("sub")
    assert not journal.exists() and not journal.is_unreadable()
    seats.told("sub")
    seats.reconcile()
    for act in (lambda: snapshot.keep(journal, BEFORE), lambda: journal.intend("survivor", "true", pid=1, start=1)):
        with pytest.raises(Unfit):
            act()
    if whose != "link within":
        with pytest.raises(Unfit), journal.alone():
            pass
    assert sorted((state if whose.startswith("somebody") else theirs).rglob("*")) == before


@pytest.mark.parametrize("kind", locks.KINDS)
@pytest.mark.parametrize("thing", ["fifo", "folder", "link", "socket"])
def test_what_stands_in_the_place_of_our_files_is_removed_or_told(state: Path, kind: str, thing: str) -> None:
    path = locks.RUN / f"b{kind}"
    put(thing, path)
    assert locks.files("b") == (path,), "status tells of it"
    left = seats.reconcile().leftovers
    if thing == "folder":
        assert [(one.what, one.remove) for one in left] == [(str(path), private_folder.aside(path))]
    else:
        assert left == () and not locks.RUN.exists()
    assert (state.parent / "treasure").read_text() == "years of work"


def test_the_files_of_who_holds_a_seat_are_spared(state: Path) -> None:
    with seats.hold("live"):
        put("fifo", locks.RUN / "live.json")
        assert seats.published("live") is None
        seats.reconcile()
        assert seats.holder("live")
        assert locks.files("live") == (locks.RUN / "live.lock",)


def test_a_linked_folder_in_run_keeps_what_is_in_it(state: Path) -> None:
    theirs = state.parent / "theirs"
    theirs.mkdir()
    (theirs / "b.lock").write_text("years of work")
    locks.RUN.symlink_to(theirs)
    assert (locks.names(), locks.files("b"), locks.holder("b")) == ((), (), None)
    published_state.withdraw("b")
    assert seats.reconcile() == Rollback()
    assert (theirs / "b.lock").read_text() == "years of work"
