"""Progress of one login on several seats: a file for each, and the plain name for one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.host import login
from runner.learner import progress, progress_file
from runner.learner.progress import NOTHING
from runner.records.progress import Place


def test_every_seat_has_a_file_and_one_s_own_has_the_plain_name(tmp_path: Path) -> None:
    ana = login.Person("ana", 1000, 1000, tmp_path, tmp_path, behind_sudo=True)
    for seat, name in (("default", ""), ("ana", ""), ("maria", "-maria"), ("20231234", "-20231234")):
        assert progress_file.path(ana, seat) == tmp_path / "semdocker" / f"progress{name}.json"


def test_seats_know_nothing_of_each_other_not_even_of_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    here = progress.with_place(NOTHING, Place("rootfs", "tree"))
    assert progress_file.update("maria", lambda _: here) == (here, None)
    assert progress_file.load("default").progress == progress_file.load("joao").progress == NOTHING
    (tmp_path / "semdocker" / "progress-maria.json").write_bytes(b"{")
    note = progress_file.update("maria", lambda _: here).note
    assert note
    assert Path(note.values["kept"]).name.startswith("progress-maria.json.corrupt-20")
    assert progress_file.load("default") == (NOTHING, None)
