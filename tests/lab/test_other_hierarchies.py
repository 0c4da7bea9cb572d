"""Groups in the hierarchies of v1 that no lesson is about: engines such as runc make groups in all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.author.prove_lesson import Prover, Round
from runner.course import load
from runner.host import cgroups, kernel, package_files
from tests.conftest import seated
from tests.support.authors import MAKE, THERE, write_lesson

pytestmark = pytest.mark.root


def strangers() -> list[Path]:
    """The tops of the hierarchies that the lab has no tree of its own in."""
    return [top for top in cgroups.tops() if top not in cgroups.read().bases]


def test_a_group_that_a_lesson_leaves_there_is_told(tmp_path: Path) -> None:
    tops = {top: options for top in strangers() if (options := _controller(top))}
    if not tops:
        pytest.skip("every hierarchy of this machine is the lab's as well")
    top, controller = next(iter(tops.items()))
    left = top / "semdocker-left"
    tree = f"mount -t cgroup -o {controller} none /tmp/tree"
    run = f"mkdir -p {{{{ root }}}} /tmp/tree && {tree} && mkdir -p /tmp/tree/{left.name}"
    write_lesson(tmp_path, {**MAKE, "run": run, "checks": [THERE], "undo": "replay"}, id="engine")
    course = load.course(package_files.lessons(), extra=[tmp_path])
    try:
        with seated(course) as seat:
            *_, end = Prover(seat).lesson(course.lesson("engine"), 1)
    finally:
        if left.exists():
            left.rmdir()
    assert isinstance(end, Round)
    assert [one.what for one in end.rollback.noticed] == [str(left)]
    assert not end.proven


def _controller(top: Path) -> str:
    """Return the v1 controller of a hierarchy; empty for one that has only a name."""
    mount = next(mount for mount in kernel.mounts() if mount.point == str(top))
    return ",".join(
        word for word in mount.superblock if word in ("devices", "blkio", "cpuset", "net_cls", "perf_event")
    )
