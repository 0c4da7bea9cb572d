"""The x-ray of real labs: what is inside, beside the machine."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from runner.host import cgroups, kernel
from runner.lab import xray
from runner.lab.lab_network import End, Wire
from runner.lab.xray import Fact, Mounted, Process, XRay
from runner.screen.xray_drawing import drawing
from tests.conftest import Begin
from tests.support.lesson import SEAT, type_
from tests.support.waiting import runs, until

root = pytest.mark.root


def taken() -> XRay:
    found = xray.take(SEAT)
    assert found is not None
    return found


def fact(found: XRay, name: str) -> Fact:
    return next(fact for fact in found.facts if fact.name == name)


@root
def test_the_container_beside_the_host(begin: Begin) -> None:
    run = begin("hostname", "rename")
    type_(run, "mount -t proc proc /proc; mount -t proc proc /proc; sleep 4790 &")
    until(lambda: runs("sleep 4790", run.lab.places["container"].pid), "the program in the background")
    found = taken()
    assert (found.seat, found.lesson, found.place) == (SEAT, "hostname", "container")
    assert fact(found, "hostname") == Fact("hostname", "container-host", os.uname().nodename, "different")
    assert fact(found, "root") == Fact("root", "/containers/teste", "/", "different")
    different = {kind for kind in kernel.NAMESPACES if fact(found, f"namespace.{kind}").compared == "different"}
    assert different == {"pid", "mnt", "uts", "ipc"}
    assert fact(found, "links").compared == "same"
    assert fact(found, "namespace.pid").inside == kernel.namespace(found.pid, "pid")
    assert found.processes[0] == Process(1, found.pid, 0, "/bin/bash")
    (sleeper,) = found.processes[1:]
    assert (sleeper.depth, sleeper.command) == (1, "sleep 4790")
    assert kernel.nested_pids(sleeper.host)[-1] == sleeper.inside
    assert [mount for mount in found.mounts if mount.point == "/proc"] == [Mounted("/proc", "proc", False)]
    mounts = {mount.point: mount for mount in found.mounts}
    assert "/sys" not in mounts, "the host has that one, too"


@root
def test_a_place_that_sees_the_processes_of_the_host_is_among_those_of_the_lab(begin: Begin) -> None:
    """Only what the first terminal runs was listed: a shell of root, for the place of a user without any power."""
    run = begin("user-namespaces", "user")
    run.restart()
    found = taken()
    assert (found.place, found.pid) == ("user", run.lab.places["user"].pid)
    assert "/bin/bash --norc" in {one.command for one in found.processes if one.host == found.pid}


@root
def test_limits_use_and_events(begin: Begin) -> None:
    begin("cgroups", "out-of-memory")
    groups = {group.controller: group for group in taken().groups}
    assert set(groups) == {"cpu", "memory", "pids"}
    assert {group.path for group in groups.values()} == {"/container"}
    assert groups["cpu"].limit == "50000 100000"
    assert (groups["cpu"].events["throttled"] or 0) >= 1
    memory = groups["memory"]
    assert memory.limit == str(64 << 20)
    assert memory.events["oom_kills"] == 1
    assert memory.use and memory.peak and memory.use < memory.peak <= 64 << 20
    assert memory.share is not None
    assert 0 < memory.share < 1
    assert (groups["pids"].limit, groups["pids"].use) == ("20", 2)  # bash, and the unshare that waits for it


@root
def test_a_shell_that_no_step_entered_is_seen_too(begin: Begin) -> None:
    run = begin("rootfs", "tree")
    assert taken().place == "host"
    assert fact(taken(), "namespace.mnt").compared == "different"
    assert [process.host for process in taken().processes] == [run.lab.shell.pid]
    type_(run, "unshare -u /bin/bash --norc", new_shell=True)
    type_(run, "hostname mine")
    found = taken()
    assert (found.place, fact(found, "hostname").inside) == ("terminal", "mine")
    type_(run, "exit")
    assert taken().place == "host"


@root
@pytest.mark.skipif(shutil.which("ip") is None, reason="needs iproute2")
def test_the_wires_between_two_networks(begin: Begin) -> None:
    """Which end belongs to which is told by numbers: both worlds may have an eth0, and the third is in nobody's."""
    run = begin("rootfs", "tree")
    type_(run, "lab=$$; ip link add eth0 type veth peer name back; unshare -n /bin/bash --norc", new_shell=True)
    lab = run.lab.shell.pid
    type_(run, f"ip link add eth0 type veth peer name up netns {lab}; ip address add 10.7.0.2/24 dev eth0")
    type_(run, "ip link set eth0 up; ip route add default via 10.7.0.1; unshare -n sleep 4795 &")
    until(lambda: runs("sleep 4795", lab), "a third network")
    type_(run, "ip link add odd type veth peer name out netns $!")
    found = taken()
    assert found.own_network
    inside = {wire.name: wire for wire in found.network.links}
    assert inside["eth0"] == Wire("eth0", True, "veth", "", ("10.7.0.2/24",), End("up", "host"))
    assert inside["odd"].end == End(None, None)
    assert "lo" in inside
    assert inside["lo"].end is None
    assert found.network.routes == ("default via 10.7.0.1 dev eth0", "10.7.0.0/24 dev eth0")
    outside = {wire.name: wire.end for wire in found.host_network.links}
    assert outside["up"] == End("eth0", "terminal")
    assert (outside["eth0"], outside["back"]) == (End("back", ""), End("eth0", ""))
    assert drawing([found]).count("<polyline") == 1
    assert run.lab.bind_command("third", "sleep 4795")
    assert End("out", "third") in [wire.end for wire in taken().network.links], "a step has a name for it"
    type_(run, "kill $!; wait")
    type_(run, "exit")
    assert {wire.name for wire in taken().network.links} >= {"eth0", "back"}, "the lab's own, beside the machine"


def test_use_is_read_from_the_files_of_either_version(tmp_path: Path) -> None:
    files = {"cpu.stat": "usage_usec 7\nnr_throttled 1\n", "memory.current": "5\n", "pids.current": "3\n"}
    for name, content in {**files, "cpuacct.usage": "2999\n", "memory.usage_in_bytes": "6\n"}.items():
        (tmp_path / name).write_text(content)
    controllers = ("cpu", "memory", "pids")
    assert [cgroups.use(tmp_path, name, "v2") for name in controllers] == [7, 5, 3]
    assert [cgroups.use(tmp_path, name, "v1") for name in controllers] == [2, 6, 3]
    assert cgroups.use(tmp_path, "memory", "v2", "peak") is None
    assert cgroups.use(tmp_path, "cpu", "v2", "peak") is None
    assert cgroups.use(tmp_path / "gone", "cpu", "v2") is None
