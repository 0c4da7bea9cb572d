"""By which mounts a lab is known, in the text of a table of mounts."""

from __future__ import annotations

import pytest

from runner.host import kernel
from runner.lab.effects import lab_mount

ROOT = "30 1 0:26 / / ro,relatime - overlay machine ro,lowerdir=/a:/b"
LAB = "31 30 0:27 / /containers rw,relatime shared:4 master:1 - tmpfs semdocker-deadbeef0123456789ab rw,size=64k"
NAME = "semdocker-deadbeef0123456789ab"


@pytest.mark.parametrize(
    ("rows", "known"),
    [
        ((ROOT, LAB), {NAME}),
        ((LAB, ROOT), {NAME}),
        ((ROOT, LAB.replace(" shared:4 master:1", "")), {NAME}),
        ((ROOT, LAB.replace("0123456789ab", "")), {"semdocker-deadbeef"}),
        ((ROOT, LAB, LAB.replace("deadbeef", "cafebabe")), {NAME, NAME.replace("deadbeef", "cafebabe")}),
        ((ROOT, LAB.replace("/containers", "/a\x0b\u2028\\040b")), {NAME}),
        ((LAB,), set()),
        ((LAB.replace("/ /containers", "/teste /"),), {NAME}),
        ((ROOT.replace("/ / ro", "/ /elsewhere ro"), LAB), set()),
        ((ROOT.replace("machine", "other"), LAB), set()),
        ((ROOT.replace("overlay", "tmpfs"), LAB), set()),
        ((ROOT, LAB.replace("tmpfs", "ramfs")), set()),
        ((ROOT, LAB.replace("deadbeef", "deadbee")), set()),
        ((ROOT, LAB.replace("0123456789ab", "0123456789abc")), set()),
        ((ROOT, f"32 30 0:28 / /m rw - fuse.x - rw,name=-,- tmpfs {NAME} rw"), set()),
        ((), set()),
    ],
)
def test_a_lab_is_known_by_its_tmpfs_and_by_the_sealed_root(rows: tuple[str, ...], known: set[str]) -> None:
    assert lab_mount.labs("".join(f"{row}\n" for row in rows)) == known


def test_a_mount_without_a_source_has_a_type() -> None:
    assert kernel.MOUNT_KIND.findall("33 30 0:29 / /m rw,relatime - tmpfs  rw\n") == [("/m", "tmpfs")]
