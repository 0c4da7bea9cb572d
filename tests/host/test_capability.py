"""Capabilities are probed for real, without a trace on the host."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runner.course import load
from runner.host import capability, capability_fixes, cgroups, kernel, package_files, shell_environment


@pytest.fixture(autouse=True)
def fresh() -> None:
    capability.probe.cache_clear()


def test_every_probe_answers_and_changes_nothing() -> None:
    mounts, groups = kernel.mounts(), kernel.namespace(os.getpid(), "mnt")
    answers = {name: capability.probe(name) for name in capability.NAMES}
    assert all(answer is None or answer for answer in answers.values())
    assert kernel.mounts() == mounts
    assert kernel.namespace(os.getpid(), "mnt") == groups
    assert kernel.descendants(os.getpid()) == []


@pytest.mark.root
@pytest.mark.parametrize("name", [name for name in capability.NAMES if not name.startswith("cgroup.")])
def test_root_has_them(name: str) -> None:
    assert capability.probe(name) is None


def test_what_the_kernel_answers_is_what_was_observed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("runner.host.syscalls.unshare", refuse)
    assert capability.probe("namespace.mount") == "Operation not permitted"
    assert capability.probe("mount.sysfs") == "Operation not permitted"
    assert capability.probe("mknod") == "Operation not permitted"
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    lacks = capability.missing(["namespace.mount", "root"])
    assert [lack.capability for lack in lacks] == ["namespace.mount", "root"]
    assert lacks[1].observed == "uid 1000"
    assert lacks[1].fix == "sudo semdocker run"


def test_a_broken_probe_is_told_and_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("runner.host.syscalls.unshare", crash)
    assert capability.probe("namespace.uts")


def test_a_controller_must_be_offered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").write_text("hugetlb\n")  # a hybrid machine
    monkeypatch.setattr(cgroups, "read", lambda: cgroups.Hierarchies(tmp_path, {}))
    assert "hugetlb" in str(capability.probe("cgroup.memory"))
    (tmp_path / "cgroup.controllers").write_text("cpu memory\n")
    capability.probe.cache_clear()
    assert capability.probe("cgroup.memory") is None
    assert capability.probe("cgroup.pids") is not None
    monkeypatch.setattr(cgroups, "read", lambda: cgroups.Hierarchies(tmp_path, {"pids": tmp_path}))
    capability.probe.cache_clear()
    assert capability.probe("cgroup.pids") is None


def test_no_hierarchy_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cgroups, "read", lambda: cgroups.Hierarchies(None, {}))
    assert "absent" in str(capability.probe("cgroup.cpu"))


def test_programs_are_looked_for_where_the_lab_looks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert capability.probe("tool.sh") is None
    assert capability.probe("tool.no-such-program") == "absent"
    fake = tmp_path / "busybox"
    fake.write_text("#!/bin/sh\necho ash\n")
    fake.chmod(0o755)
    monkeypatch.setattr(shell_environment, "PATH", str(tmp_path))
    capability.probe.cache_clear()
    assert capability.probe("tool.busybox") == f"{fake}: no httpd"
    fake.unlink()
    fake.symlink_to("/bin/bash")
    capability.probe.cache_clear()
    assert capability.probe("tool.busybox") == f"{fake}: not static"


@pytest.mark.parametrize(
    ("family", "name", "expected"),
    [
        ("debian", "tool.ps", "apt-get install -y procps"),
        ("fedora", "tool.ps", "dnf install -y procps-ng"),
        ("debian", "tool.strace", "apt-get install -y strace"),
        ("", "tool.busybox", "debian: apt-get install -y busybox-static | fedora: dnf install -y busybox"),
        ("fedora", "cgroup.memory", "grubby --update-kernel=ALL --args=cgroup_enable=memory && reboot"),
        ("debian", "namespace.net", ""),
    ],
)
def test_remedies(monkeypatch: pytest.MonkeyPatch, family: str, name: str, expected: str) -> None:
    monkeypatch.setattr(capability_fixes, "_family", lambda: family)
    assert capability_fixes.command(name) == expected


def test_who_is_not_root_gets_no_verdict_on_what_only_root_can_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("shutil.which", lambda name, path=None: f"/usr/bin/{name}")
    assert capability.answer("root").outcome == "passed"
    assert capability.answer("mknod").outcome == "could_not_check"
    assert capability.answer("tool.sh").outcome == "passed"
    monkeypatch.setattr("shutil.which", lambda name, path=None: None)
    assert capability.answer("root").outcome == "failed"


def test_the_list_is_closed() -> None:
    assert capability.known("mount.tmpfs")
    assert capability.known("tool.ps")
    assert not capability.known("tool.")
    assert not capability.known("mount.ext4")
    assert not capability.known("tool.PS")


def test_the_lessons_ask_only_for_what_is_known() -> None:
    for lesson in load.course(package_files.lessons()).lessons:
        assert all(map(capability.known, lesson.requires))
