"""The journal: on disk before the effect, whole or not counted, and refused when another version wrote it."""

from __future__ import annotations

import errno
import json
import os
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runner.host import shell_environment
from runner.lab import private_folder, seat_names, undo
from runner.lab.journal import Journal
from runner.records.errors import Dirty, Unfit
from tests.support.forks import died_as_wanted, fork


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    found = Journal(tmp_path / "seat" / "journal")
    found.begin()
    return found


def test_entries_come_back_in_order(journal: Journal) -> None:
    journal.intend("lab", "true", mount="semdocker-00000000")
    journal.intend("host", "true", hostname="contêiner \udcff")
    assert [(entry.seq, entry.kind) for entry in journal.entries()] == [(0, "journal"), (1, "lab"), (2, "host")]
    assert journal.entries()[2].data == {"hostname": "contêiner \udcff"}, "whatever bytes a host name has"


def test_only_root_can_read_it(journal: Journal) -> None:
    assert oct(journal.path.stat().st_mode & 0o777) == "0o600"
    assert oct(journal.path.parent.stat().st_mode & 0o777) == "0o700"


def test_a_second_journal_is_refused(journal: Journal) -> None:
    with pytest.raises(FileExistsError):
        journal.begin()


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_torn_tail_is_dropped_and_nothing_else(journal: Journal, cut: int) -> None:
    journal.intend("cgroup", "rmdir", name="semdocker-a")
    whole = journal.path.read_bytes()
    journal.intend("cgroup", "rmdir", name="semdocker-b")
    torn = journal.path.read_bytes()[:-cut]
    journal.path.write_bytes(torn)
    assert [entry.kind for entry in journal.entries()] == ["journal", "cgroup"]
    assert torn.startswith(whole)


def test_a_changed_byte_is_noticed(journal: Journal) -> None:
    journal.intend("cgroup", "rmdir", name="semdocker-ana")
    journal.path.write_text(journal.path.read_text().replace("semdocker-ana", "semdocker-eva"))
    assert [entry.kind for entry in journal.entries()] == ["journal"]


def test_another_version_is_refused_not_guessed(journal: Journal) -> None:
    line = json.loads(journal.path.read_text())
    line["data"]["format"] = 99
    del line["crc"]
    line["crc"] = zlib.crc32(json.dumps(line, sort_keys=True).encode())
    journal.path.write_text(json.dumps(line) + "\n")
    assert journal.is_of_another_version()
    with pytest.raises(Dirty) as refused:
        undo.roll_back(journal)
    assert refused.value.key == "journal-version"


def test_the_record_is_on_disk_before_intend_returns(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda fd: flushed.append(os.fstat(fd).st_size))
    journal.intend("cgroup", "rmdir", name="semdocker")
    assert flushed == [journal.path.stat().st_size]


def test_another_boot_is_told_apart(journal: Journal) -> None:
    entry = journal.entries()[0]
    assert journal.same_boot(entry)
    journal._boot = "another"
    assert not journal.same_boot(entry)


def test_a_journal_that_cannot_be_made_is_told_and_nothing_else_happens(tmp_path: Path) -> None:
    """A file where its folder should be, as bad as a full disk."""
    (tmp_path / "seat").write_text("somebody's")
    with pytest.raises(Unfit) as refused:
        Journal(tmp_path / "seat" / "default" / "journal").begin()
    assert refused.value.key == "journal-failed"
    assert (tmp_path / "seat").read_text() == "somebody's"


def test_seats_that_come_and_go_at_once_do_not_trip_over_each_others_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last one's rollback takes the common folder away, at the very moment when another wants it."""
    monkeypatch.setattr(os, "fsync", lambda _: None)  # waits for a disk: meetings would be rare
    state, inside = tmp_path / "state", tmp_path / "inside"

    def student(name: str) -> None:
        mine = Journal(state / name / "journal")
        for _ in range(1000):
            mine.begin()
            with mine.alone():
                inside.touch(exist_ok=False)
                inside.unlink()
            with mine.alone():
                mine.remove()

    students = [fork(lambda name=f"s{number}": student(name)) for number in range(3)]  # type: ignore[misc]
    assert [pid for pid in students if not died_as_wanted(pid)] == []
    assert not state.exists()


def test_who_lacks_means_to_read_does_not_take_a_journal_for_empty(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else what it claims, a live lab, would be nobody's."""

    def refuse(*_: object) -> bytes:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(private_folder, "read", refuse)
    with pytest.raises(OSError, match="Too many"):
        journal.effects()


NOT_OURS: list[tuple[str, dict[str, object]]] = [
    ("lab", {"mount": "proc"}),
    ("lab", {"mount": 5}),
    ("cgroup", {"name": "other"}),
    ("cgroup", {"name": "semdocker/../other"}),
    ("cgroup", {"name": ["semdocker"]}),
    ("controllers", {"added": "memory"}),
    ("controllers", {"added": ["memory > /etc/passwd"]}),
    ("superblocks", {"options": {"/proc": 1}}),
    ("host", {"hostname": None}),
    ("note", {"path": "/etc/passwd"}),
    ("directory", {"path": "/home"}),
]


@pytest.mark.parametrize(("kind", "data"), NOT_OURS)
def test_an_entry_that_we_could_not_have_written_counts_for_nothing(
    journal: Journal, kind: str, data: dict[str, object]
) -> None:
    entry = {"seq": 1, "boot": journal.entries()[0].boot, "kind": kind, "data": data, "undo": "true"}
    crc = zlib.crc32(json.dumps(entry, sort_keys=True).encode())
    with journal.path.open("a") as file:
        file.write(json.dumps({**entry, "crc": crc}) + "\n")
    assert [entry.kind for entry in journal.entries()] == ["journal"]


@pytest.mark.parametrize(("kind", "data"), NOT_OURS)
def test_what_would_not_be_read_back_is_not_written(journal: Journal, kind: str, data: dict[str, object]) -> None:
    """Else its effect would happen, and nobody would ever undo it."""
    before = journal.path.read_bytes()
    with pytest.raises(Unfit) as refused:
        journal.intend(kind, "true", **data)
    assert refused.value.key == "journal-failed"
    assert journal.path.read_bytes() == before


@given(st.from_regex(seat_names.NAME, fullmatch=True))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
def test_the_group_of_every_seat_is_in_its_journal(journal: Journal, seat: str) -> None:
    name = shell_environment.named_for(seat_names.valid(seat), "semdocker")
    number = journal.intend("cgroup", "true", name=name)
    assert (journal.entries()[-1].seq, journal.entries()[-1].data) == (number, {"name": name})


def test_a_broken_line_lets_no_number_be_given_twice(journal: Journal) -> None:
    journal.intend("cgroup", "true", name="semdocker-ana")
    last = journal.intend("cgroup", "true", name="semdocker-eva")
    journal.path.write_text(journal.path.read_text().replace("semdocker-ana", "semdocker-ane"))
    assert journal.intend("cgroup", "true", name="semdocker-ivo") == last + 1


@pytest.mark.parametrize("line", ["[1]", "5", '"words"', "{}", '{"crc": 1}', "[" * 100_000, "\ufffd\x00"])
def test_a_line_that_is_no_entry_counts_for_nothing(journal: Journal, line: str) -> None:
    with journal.path.open("a") as file:
        file.write(line + "\n")
    assert [entry.kind for entry in journal.entries()] == ["journal"]
