"""What /dev lost comes back: only after a sweep, as it was, and through no link.

Each sweep is in a mount namespace of its own, with a tmpfs in the place of the devtmpfs; one of the real /dev is tried
in tests/vm/test_seal.py.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from runner.host import device_nodes
from runner.lab.effects import lost_nodes

BEGIN = """
import os, subprocess
from pathlib import Path
from runner.host import device_nodes, kernel, syscalls
from runner.lab.effects import lost_nodes
before, mounted = device_nodes.read(), {mount.point for mount in kernel.mounts()}
syscalls.unshare(syscalls.CLONE_NEWNS)
syscalls.mount("none", "/", flags=syscalls.MS_REC | syscalls.MS_PRIVATE)
held = lost_nodes.hold()
terminals = os.listdir("/dev/pts")
subprocess.run("for d in pts shm mqueue hugepages pts shm; do umount -l /dev/$d; done", shell=True, stderr=-3)
syscalls.mount("dev", "/dev", "tmpfs")
os.umask(0o077)
"""
DIFFERENT = """
after = device_nodes.read()
print(*(f"{path}: {was} -> {after.get(path)}" for path, was in before.items() if after.get(path) != was), sep="; ")
"""


def told(script: str) -> str:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    return done.stdout.strip()


def test_a_few_entries_that_changed_are_no_sweep() -> None:
    there = device_nodes.read()
    others = {path: was.replace("666", "600") for path, was in there.items() if path in ("/dev/null", "/dev/full")}
    unplugged = {f"/dev/stick{number}": f"b 250:{number} 660 0:6" for number in range(16)}
    links = {f"/dev/disk/by-id/x{number}": "l 0:0 777 0:0 ../../stick1" for number in range(16)}
    moving = {path: "c 4:0 600 7:7" for path in there if device_nodes.moves(path)}
    for changed in ({"/dev/lost": "c 1:3 600 0:0"}, others, moving, unplugged | links):
        assert not lost_nodes.put_back({**there, **changed}, (), {}, device_nodes.TOPS)
    for before in (there, {}):
        assert not lost_nodes.put_back(before, (), {}, device_nodes.TOPS)
    assert device_nodes.read()["/dev/null"] == there["/dev/null"]
    assert not Path("/dev/lost").exists()


@pytest.mark.root
def test_after_a_sweep_everything_is_as_it_was() -> None:
    end = """
assert lost_nodes.put_back(before, mounted, held, device_nodes.TOPS)
assert os.listdir("/dev/pts") == terminals, "it is no other devpts than the machine's"
assert not lost_nodes.put_back(before, mounted, held, device_nodes.TOPS)
"""
    assert told(BEGIN + end + DIFFERENT) == ""


@pytest.mark.root
def test_what_was_mounted_on_a_mount_comes_back_with_it() -> None:
    begin = BEGIN.replace(
        "held = ",
        """os.mkdir("/dev/shm/scratch")
syscalls.mount("scratch", "/dev/shm/scratch", "tmpfs")
Path("/dev/shm/scratch/thesis").write_text("years of work")
held = """,
    ).replace('subprocess.run("', 'subprocess.run("umount /dev/shm/scratch; ')
    # the mount is of this namespace, but its folder is in the machine's own tmpfs
    end = """
assert lost_nodes.put_back(before, mounted, held, device_nodes.TOPS)
print(Path("/dev/shm/scratch/thesis").read_text())
subprocess.run("umount /dev/shm/scratch; rmdir /dev/shm/scratch", shell=True)
"""
    assert told(begin + end) == "years of work"


@pytest.mark.root
def test_only_what_the_lab_had_before_it_is_put_back(tmp_path: Path) -> None:
    """An administrator who changes all of /dev meanwhile knows why."""
    end = """
assert not lost_nodes.put_back(before, mounted, held, ("/proc", "/sys"))
assert not os.path.exists("/dev/null")
"""
    assert not told(BEGIN + end)


@pytest.mark.root
def test_a_sweep_of_modes_and_owners_is_undone_to_its_depth() -> None:
    end = """
assert lost_nodes.put_back(before, mounted, held, device_nodes.TOPS)
subprocess.run("chmod -R 700 /dev; chown -R 1000:5 /dev", shell=True)
os.umask(0)
assert lost_nodes.put_back(before, mounted, held, device_nodes.TOPS)
"""
    script = (BEGIN + end + DIFFERENT).replace("held = lost_nodes.hold()", "held = {}")
    assert told(script) == "", "and without what a guardian held, the usual mounts are there"


@pytest.mark.root
def test_what_stands_in_the_place_of_an_entry_is_not_followed(tmp_path: Path) -> None:
    theirs, secret = tmp_path / "theirs", tmp_path / "secret"
    theirs.mkdir()
    secret.write_text("x")
    secret.chmod(0o600)
    end = f"""
os.symlink("{secret}", "/dev/null")
os.symlink("{theirs}", "/dev/net")
os.symlink("{theirs}", "/dev/input")
os.mkdir("/dev/zero")
assert lost_nodes.put_back(before, mounted, held, device_nodes.TOPS)
"""
    assert told(BEGIN + end + DIFFERENT).startswith("/dev/zero: "), "a folder is nobody's to remove"
    assert list(theirs.iterdir()) == []
    assert secret.stat().st_mode & 0o777 == 0o600


@pytest.mark.root
def test_half_of_a_put_back_goes_on() -> None:
    """Whoever does it may be killed at any place."""
    end = """
steps = iter(range(9))
real = lost_nodes._own
def dies(*parts):
    if next(steps, None) is None:
        raise KeyboardInterrupt
    real(*parts)
lost_nodes._own = dies
try:
    lost_nodes.put_back(before, mounted, held, device_nodes.TOPS)
except KeyboardInterrupt:
    pass
lost_nodes._own = real
assert lost_nodes.put_back(before, mounted, {}, device_nodes.TOPS)
assert os.listdir("/dev/pts") == terminals
"""
    assert told(BEGIN + end + DIFFERENT) == ""
