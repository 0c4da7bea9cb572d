"""The machine's own entries of /dev, /proc and /sys, as they are and as they are put back."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from runner.host import device_nodes


def test_they_are_told_with_type_numbers_mode_and_owner() -> None:
    found = device_nodes.read()
    assert found["/dev/null"] == "c 1:3 666 0:0"
    assert found["/proc/uptime"] == "f 0:0 444 0:0"
    assert found["/sys/kernel"].startswith("d 0:0 755")
    assert str(os.getpid()) not in {Path(path).name for path in found}


@pytest.mark.root
def test_the_remedy_makes_a_node_again(tmp_path: Path) -> None:
    node = tmp_path / "null"
    was = "c 1:3 620 0:5"
    for now in ("", "c 1:3 777 0:0", "c 1:5 600 0:0"):  # lost, then only changed, then another
        subprocess.run(["sh", "-ec", device_nodes.remedy(str(node), was, now)], check=True)
        status = node.stat()
        assert (os.major(status.st_rdev), os.minor(status.st_rdev)) == (1, 3)
        assert (status.st_mode & 0o7777, status.st_gid) == (0o620, 5)
        node.chmod(0o777)
