"""Mounts that may not answer are known by the kernel's list of mounts alone, and with them what lies below."""

from __future__ import annotations

from runner.host import served_mounts
from runner.host.kernel import Mount


def mount(point: str, fstype: str) -> Mount:
    return Mount(point, "/", fstype, "source", "0:1", ("rw",), ("rw",))


def test_served_mounts_and_what_lies_below_are_at_risk_and_nothing_else() -> None:
    there = {
        "/": "ext4",
        "/home": "ext4",
        "/home/a/music": "fuse.sshfs",
        "/home/a/music/deep": "tmpfs",
        "/home/a/musical": "tmpfs",
        "/srv": "nfs4",
        "/srv/jail/proc": "proc",
        "/sys/fs/fuse/connections": "fusectl",
        "/mnt/old disk": "fuseblk",
    }
    mounts = [mount(point, fstype) for point, fstype in there.items()]
    at_risk = {"/home/a/music", "/home/a/music/deep", "/srv", "/srv/jail/proc", "/mnt/old disk"}
    assert served_mounts.at_risk(mounts) == at_risk
    assert {one.point for one in served_mounts.sure(mounts)} == there.keys() - at_risk


def test_what_every_program_needs_is_looked_at_whoever_serves_it() -> None:
    """A diskless machine, or one that is a container itself."""
    needed = [mount("/", "fuse.fuse-overlayfs"), mount("/usr", "nfs"), mount("/etc/hosts", "9p"), mount("/opt", "ext4")]
    assert served_mounts.at_risk(needed) == set()
