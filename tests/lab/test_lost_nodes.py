"""What /dev lost comes back: only after a sweep, and as it was. The sweep itself is tried in tests/vm/test_seal.py."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from runner.host import device_nodes
from runner.lab import lost_nodes

# In a mount namespace of its own, whose /dev is an empty tmpfs: as after `rm -rf` in a fresh devtmpfs.
SWEPT = """
import os, subprocess
from runner.host import device_nodes, syscalls
from runner.lab import lost_nodes
before = device_nodes.read()
syscalls.unshare(syscalls.CLONE_NEWNS)
syscalls.mount("none", "/", flags=syscalls.MS_REC | syscalls.MS_PRIVATE)
held = lost_nodes.hold()
terminals = os.listdir("/dev/pts")
subprocess.run("for d in pts shm mqueue pts shm; do umount -l /dev/$d; done", shell=True, stderr=subprocess.DEVNULL)
syscalls.mount("dev", "/dev", "tmpfs")
os.umask(0o077)
assert lost_nodes.put_back(before, held)
after = device_nodes.read()
print(*(f"{path}: {was} -> {after.get(path)}" for path, was in before.items() if after.get(path) != was), sep="; ")
assert os.listdir("/dev/pts") == terminals, "it is no other devpts than the machine's"
assert os.path.samestat(os.stat("/dev/fd/0"), os.fstat(0))
assert not lost_nodes.put_back(before, held)
"""


def test_one_node_that_changed_is_no_sweep() -> None:
    before = {**device_nodes.read(), "/dev/lost": "c 1:3 600 0:0"}
    assert not lost_nodes.put_back(before, {})
    assert not Path("/dev/lost").exists()
    assert not lost_nodes.put_back({}, {}), "nothing is known"


@pytest.mark.root
def test_after_a_sweep_everything_is_as_it_was() -> None:
    done = subprocess.run([sys.executable, "-c", SWEPT], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("", "")
