"""What is noted of the file systems that the lab shares with the machine. Remounts are tried in tests/vm/options.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.lab.effects import superblocks
from runner.lab.journal import Journal

pytestmark = pytest.mark.root


def begun(folder: Path, seat: str) -> Journal:
    journal = Journal(folder / "seats" / seat / "journal")
    journal.begin()
    return journal


@pytest.mark.parametrize("same", [True, False])
def test_what_a_neighbour_noted_counts_for_the_same_superblock_alone(tmp_path: Path, same: bool) -> None:
    """The neighbour may sit in a mount namespace that has another terminal file system at that place."""
    mount = next(mount for mount in superblocks._shared() if superblocks._writable(mount) and "ro" not in mount.own)
    device = mount.device if same else "0:99999"
    begun(tmp_path, "one").intend("superblocks", "true", options={mount.point: "mode=7"}, devices={mount.point: device})
    journal = begun(tmp_path, "two")
    superblocks.note(journal)
    (entry,) = [entry for entry in journal.entries() if entry.kind == "superblocks"]
    assert entry.data["options"][mount.point] == ("mode=7" if same else superblocks._options(mount))
    assert entry.data["devices"][mount.point] == mount.device
