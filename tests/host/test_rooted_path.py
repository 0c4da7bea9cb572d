"""Paths below another root: links lead from that root, wherever they stand in the path."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.host.rooted_path import resolve


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    for folder in ("etc", "run", "var", "usr/bin", "proc"):
        (root / folder).mkdir(parents=True)
    (root / "var/run").symlink_to("/run")
    (root / "bin").symlink_to("usr/bin")
    (root / "usr/bin/awk").symlink_to("/etc/alternatives/awk")
    (root / "etc/out").symlink_to("../../../../etc/passwd")
    (root / "etc/loop").symlink_to("/etc/loop")
    (root / "proc/self").symlink_to("/etc")
    return root


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/", ""),
        ("/etc/passwd", "/etc/passwd"),
        ("/var/run/x", "/run/x"),
        ("/bin/awk", "/etc/alternatives/awk"),
        ("/usr/../bin/./sh", "/usr/bin/sh"),
        ("/../../etc", "/etc"),
        ("/etc/out", "/etc/passwd"),
        ("/proc/self/exe", "/proc/self/exe"),
        ("/none/deeper", "/none/deeper"),
    ],
)
def test_a_link_leads_from_the_root_of_the_process(root: Path, path: str, leads_to: str) -> None:
    assert resolve(str(root), path) == str(root) + leads_to


def test_the_last_link_is_followed_only_when_asked(root: Path) -> None:
    assert resolve(str(root), "/bin/awk", follow=False) == f"{root}/usr/bin/awk"
    assert resolve(str(root), "/var/run", follow=False) == f"{root}/var/run"


def test_too_many_links_are_left_to_the_kernel(root: Path) -> None:
    with pytest.raises(OSError, match="symbolic links"):
        Path(resolve(str(root), "/etc/loop")).read_bytes()
