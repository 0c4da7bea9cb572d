"""The machine's own network interfaces: which are news when they come."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.host import interfaces


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of our own in the place of /sys/class/net."""
    monkeypatch.setattr(interfaces, "FOLDER", tmp_path / "net")
    (tmp_path / "net").mkdir()
    return tmp_path


def add(machine: Path, name: str, own: int, other: int) -> None:
    device = machine / "devices" / name
    device.mkdir(parents=True)
    (device / "ifindex").write_text(f"{own}\n")
    (device / "iflink").write_text(f"{other}\n")
    (machine / "net" / name).symlink_to(device)


def test_a_half_whose_other_half_is_a_container_s_is_no_news(machine: Path) -> None:
    add(machine, "eth0", 2, 2)
    add(machine, "vethc0ffee", 7, 2)  # the number 2 is that of an interface in the container
    assert interfaces.read() == {"eth0"}


def test_a_pair_that_is_here_as_a_whole_is_seen(machine: Path) -> None:
    """`ip link add veth0 netns 1 type veth peer name veth1 netns 1`: nothing takes it away by itself."""
    add(machine, "veth0", 7, 8)
    add(machine, "veth1", 8, 7)
    assert interfaces.read() == {"veth0", "veth1"}


def test_what_is_only_called_like_a_half_is_seen(machine: Path) -> None:
    add(machine, "vethernet", 7, 7)
    (machine / "net" / "bonding_masters").touch()
    assert interfaces.read() == {"vethernet"}
