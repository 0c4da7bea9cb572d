"""A filter in the kernel for the devices that the lab may open, whoever made the node.

The lab's own /dev has no disk, but a node is two numbers: `mknod`, a fresh devtmpfs and `losetup` bring others. In v2 a
BPF program of type cgroup/device (Linux 4.15) on the lab's group, and where there is none, the controller `devices` of
v1, lets it read and write what is in the lab's /dev, and terminals. Nodes of characters can all be made: a lesson is
about that. Those of disks cannot, for since Linux 6.6 a node is enough to mount a disk that is in use already, and
nobody is asked again (`get_tree_bdev` in fs/super.c finds the file system by the node's numbers, and opens nothing).
Where there is neither, there is no filter. Sources: cgroup-v2.rst ("Device controller"), cgroup-v1/devices.rst,
devices.txt.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from runner.host import kernel_files, syscalls
from runner.lab import bpf
from runner.lab.bpf import FOUR, ONE, RETURNED, THREE, TWO, answer, do
from runner.lab.own_mounts import DEVICES

OWN = (*DEVICES.values(), (5, 2))  # and ptmx
DISKS: tuple[tuple[int, int], ...] = ()  # the block devices that the lab may make, open and mount: none yet
TERMINALS = range(136, 144)  # the majors of what is in /dev/pts
_BLOCK = 1  # BPF_DEVCG_DEV_BLOCK; the other kind is BPF_DEVCG_DEV_CHAR
_OPENS = (2 | 4) << 16  # BPF_DEVCG_ACC_READ, BPF_DEVCG_ACC_WRITE
_WHAT, _MAJOR, _MINOR = 0, 4, 8  # where struct bpf_cgroup_dev_ctx has them


def attach(groups: Iterable[Path]) -> None:
    """Put the filter on the lab's groups, before any process is in them."""
    groups = tuple(groups)
    if bpf.attach(groups, syscalls.BPF_DEVICE, _program()):
        return  # An engine in the lab gives its container's v1 group what a confined parent could not hand on.
    for group in groups:
        if (group / "devices.deny").exists():
            _confine(group)


def _confine(group: Path) -> None:
    """Deny all, then allow. No group below can have more; see `cgroup.make_inner` for why the lab is in one."""
    ours = (*(f"{major}:{minor}" for major, minor in OWN), *(f"{major}:*" for major in TERMINALS))
    disks = (f"b {major}:{minor} rwm" for major, minor in DISKS)
    allowed = ("c *:* m", *(f"c {numbers} rwm" for numbers in ours), *disks)  # `a *:* m` would be all, with rw
    for file, row in (("devices.deny", "a"), *(("devices.allow", row) for row in allowed)):
        with suppress(OSError):  # a machine that is a container itself may not have it to give
            kernel_files.write(group / file, row)


def _program() -> bytes:
    """Return the instructions: for a disk yes if it is of DISKS; else yes when nothing is opened, and for the
    characters of OWN and TERMINALS.
    """
    disks = b"".join((*map(_yes_if_it_is, DISKS), answer(0)))
    return b"".join(
        (
            do(bpf.LOADS[4], TWO, ONE, offset=_WHAT),
            do(bpf.LOADS[4], THREE, ONE, offset=_MAJOR),
            do(bpf.LOADS[4], FOUR, ONE, offset=_MINOR),
            do(bpf.COPY, RETURNED, TWO),
            do(bpf.AND, RETURNED, constant=_OPENS),
            do(bpf.AND, TWO, constant=0xFFFF),
            do(bpf.UNLESS, TWO, offset=len(disks) // 8, constant=_BLOCK),
            disks,
            do(bpf.UNLESS, RETURNED, offset=2),
            answer(1),
            *map(_yes_if_it_is, OWN),
            do(bpf.IF_BELOW, THREE, offset=3, constant=TERMINALS.start),
            do(bpf.IF_ABOVE, THREE, offset=2, constant=TERMINALS.stop - 1),
            answer(1),
            answer(0),
        )
    )


def _yes_if_it_is(device: tuple[int, int]) -> bytes:
    """Four instructions; what does not match jumps behind them."""
    major, minor = device
    return do(bpf.UNLESS, THREE, offset=3, constant=major) + do(bpf.UNLESS, FOUR, offset=2, constant=minor) + answer(1)
