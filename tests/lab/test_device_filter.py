"""The lab opens no device but its own, whoever made the node. Where the kernel has neither way, the README says so."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from runner.host import cgroups
from runner.lab import device_filter
from runner.lab.lab import Lab

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(
        not cgroups.read().v2 and "devices" not in cgroups.read().v1, reason="neither cgroup v2 nor its `devices` of v1"
    ),
]
DENIED = "Operation not permitted"
CONTAINER = "unshare -p -m -u -i -C -f --kill-child --mount-proc /bin/bash --norc"
NODES = {"loop-control": "c 10 237", "kmsg": "c 1 11"}


def type_(lab: Lab, command: str) -> str:
    return lab.terminal.run(command, timeout=10, limit=65536, emit=lambda _: None, new_shell=True).output


@pytest.fixture(params=["both", "v2", "v1"])
def filtered(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With both ways, and each by itself."""
    if request.param == "v1":
        monkeypatch.setattr("runner.lab.bpf.attach", lambda *_: None)
    if request.param == "v2":
        monkeypatch.setattr("runner.lab.device_filter._confine", lambda _: None)
    if request.param == "v1" and "devices" not in cgroups.read().v1:
        pytest.skip("no `devices` of v1 here")
    if request.param == "v2" and not cgroups.read().v2:
        pytest.skip("no cgroup v2 here")


@pytest.mark.parametrize("world", ["", CONTAINER])
def test_a_device_that_is_not_the_labs_can_be_made_and_not_opened(filtered: None, running: Lab, world: str) -> None:
    if world:
        type_(running, world)
    for name, numbers in NODES.items():
        assert type_(running, f"mknod /tmp/{name} {numbers}") == ""
        assert DENIED in type_(running, f"dd if=/tmp/{name} of=/tmp/copy count=1"), name
        assert DENIED in type_(running, f": >> /tmp/{name}"), name
    assert type_(running, "ls /tmp").split() == ["kmsg", "loop-control"]
    if world:
        type_(running, "exit")


@pytest.mark.parametrize("world", ["", CONTAINER])
def test_the_node_of_a_disk_cannot_be_made(filtered: None, running: Lab, world: str) -> None:
    """With one a disk that is in use is mounted by whoever asks, since Linux 6.6, and no filter is asked again."""
    if world:
        type_(running, world)
    for number in (7, 8, 254, 259):
        assert DENIED in type_(running, f"mknod /tmp/disk b {number} 0"), number
    assert type_(running, "mkfifo /tmp/pipe; mknod /tmp/null c 1 3; ls /tmp").split() == ["null", "pipe"]
    if world:
        type_(running, "exit")


# Says how many programs of both kinds hang on the root of the v2 tree that is seen (BPF_PROG_QUERY, bpf(2)).
QUERY = """
import ctypes, os, platform, struct, sys
call = {"x86_64": 321, "aarch64": 280}[platform.machine()]
found = []
for kind in (6, 18):
    wanted = struct.pack("<IIIIQI", os.open(sys.argv[1], os.O_RDONLY), kind, 0, 0, 0, 0).ljust(128, bytes(1))
    answer = ctypes.create_string_buffer(wanted, 128)
    assert ctypes.CDLL(None).syscall(call, 16, answer, 128) == 0
    found.append(struct.unpack_from("<I", answer, 24)[0])
print(found)
"""


@pytest.mark.skipif(not cgroups.read().v2, reason="no cgroup v2 here")
def test_the_filters_hang_where_nobody_in_the_lab_can_take_them_off(running: Lab, tmp_path: Path) -> None:
    script = tmp_path / "query.py"
    script.write_text(QUERY)
    tree = cgroups.read().v2
    assert tree
    words = [sys.executable, str(script), str(tree / running.notice.group.partition("/")[0])]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout == "[1, 1]\n"
    type_(running, f"cat > /tmp/query.py <<'END'\n{QUERY}END")
    assert type_(running, f"python3 /tmp/query.py {tree}") == "[0, 0]\n"


BUNDLE = r"""mkdir -p /tmp/b/rootfs/bin && cd /tmp/b && cp $(command -v busybox) rootfs/bin/sh && runc spec &&
sed -i 's/"terminal": true/"terminal": false/; s/"sh"/"sh", "-c", "echo inside"/' config.json &&
sed -i 's/"allow": false/"allow": true/' config.json"""


@pytest.mark.skipif(not (shutil.which("runc") and shutil.which("busybox")), reason="no runc, or no busybox")
@pytest.mark.parametrize("path", ["/", ".", "/x/.."])
def test_an_engine_that_gets_the_labs_root_as_its_group_does_not_replace_the_filter(running: Lab, path: str) -> None:
    """runc replaces the program of the group that it uses, and here all devices are allowed in it."""
    assert type_(running, BUNDLE) == ""
    type_(running, f"""sed -i 's#"linux": {{#"linux": {{ "cgroupsPath": "{path}",#' config.json""")
    print(type_(running, "runc run try < /dev/null"))
    assert DENIED in type_(running, "mknod /tmp/disk b 7 0")
    assert type_(running, "mknod /tmp/kmsg c 1 11") == ""
    assert DENIED in type_(running, ": >> /tmp/kmsg")


def test_a_disk_that_is_allowed_can_be_made(
    filtered: None, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr(device_filter, "DISKS", ((7, 5), (7, 6)))
    lab: Lab = request.getfixturevalue("running")
    assert type_(lab, "mknod /tmp/5 b 7 5; mknod /tmp/6 b 7 6") == ""
    assert DENIED in type_(lab, "mknod /tmp/7 b 7 7")
    assert DENIED not in type_(lab, "dd if=/tmp/6 of=/tmp/copy count=1")
    assert type_(lab, "mknod /tmp/null c 1 3; ls /tmp/null") == "/tmp/null\n"


def test_a_fresh_devtmpfs_brings_none(filtered: None, running: Lab) -> None:
    assert type_(running, "mkdir /tmp/d && mount -t devtmpfs d /tmp/d") == ""
    others = "$(find /tmp/d -type b -o -name kmsg)"
    sealed = "Permission denied"  # by the guardian, if it was as fast
    opened = type_(running, f"for d in {others}; do : < $d && echo open $d; done 2>&1 | grep -v '{DENIED}\\|{sealed}'")
    assert opened == ""
    type_(running, "umount /tmp/d")


def test_its_own_can_be_read_and_written(filtered: None, running: Lab) -> None:
    for name in ("zero", "full", "random", "urandom"):
        assert type_(running, f"head -c 3 /dev/{name} | wc -c") == "3\n", name
    assert type_(running, "echo gone > /dev/null; cat /dev/null") == ""
    assert type_(running, "mknod /tmp/null c 1 3 && echo gone > /tmp/null; cat /tmp/null") == ""
    assert type_(running, "echo here > /dev/tty") == "here\n"
    assert type_(running, "tty").startswith("/dev/pts/")
    assert type_(running, "script -qec tty /dev/null </dev/null").startswith("/dev/pts/")
    assert type_(running, "mkdir /tmp/pts && mount -t devpts -o newinstance,ptmxmode=666 d /tmp/pts") == ""
    assert type_(running, ": < /tmp/pts/ptmx && umount /tmp/pts") == ""


def test_it_reaches_every_shell_and_group_of_the_lab(filtered: None, running: Lab) -> None:
    for base in cgroups.read().bases:
        type_(running, f"mkdir -p {base}/mine && echo $$ > {base}/mine/cgroup.procs")
    spare = running.spare_terminal()
    command = "mknod /tmp/$$ c 1 11; dd if=/tmp/$$ of=/tmp/copy count=1"
    for terminal in (running.terminal, spare):
        shown = terminal.run(command, timeout=10, limit=65536, emit=lambda _: None, new_shell=True).output
        assert DENIED in shown


def test_from_inside_it_is_not_lifted(filtered: None, running: Lab) -> None:
    files = "$(find /sys/fs/cgroup -name devices.allow)"
    for row in ("a", "b 7:0 rwm", "c 1:11 rwm", "a *:* rwm"):
        type_(running, f"for f in {files}; do echo '{row}' > $f; done")
    assert DENIED in type_(running, "mknod /tmp/b b 7 0")
    assert DENIED in type_(running, "mknod /tmp/kmsg c 1 11; dd if=/tmp/kmsg of=/tmp/copy count=1")


def test_the_machine_itself_is_not_filtered(running: Lab, tmp_path: Path) -> None:
    os.mknod(tmp_path / "kmsg", 0o020600, os.makedev(1, 11))
    read = ["dd", f"if={tmp_path}/kmsg", "iflag=nonblock", "count=1", "of=/dev/null"]
    done = subprocess.run(read, capture_output=True, text=True, check=False)
    assert DENIED not in done.stderr


def test_without_groups_there_is_none(tmp_path: Path) -> None:
    device_filter.attach(())
    device_filter.attach((tmp_path,))
    assert not list(tmp_path.iterdir())
