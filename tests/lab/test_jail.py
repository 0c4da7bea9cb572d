"""A jail in a lab: what a script that means harm reaches, and what the next jail finds of it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.host import cgroups
from runner.lab import jail_keeper
from runner.lab.jail import Jail, Limits
from runner.lab.lab import Lab
from runner.records.errors import RunnerError
from tests.conftest import BASE

pytestmark = pytest.mark.root
PATH = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
SCRIPT = f"{BASE}/script"


@pytest.fixture
def lab(seat: int) -> Iterator[Lab]:
    opened = Lab.open("default", seat, BASE)
    try:
        yield opened
    finally:
        assert opened.close().clean


def said(lab: Lab, script: str, limits: Limits | None = None) -> str:
    """Run a script in a jail of its own, and return what it printed."""
    with Jail(lab, str(BASE), {SCRIPT: script.encode()}, limits or Limits()) as jail:
        running = jail.start(["/bin/bash", SCRIPT], PATH)
        assert running.ends_within(20), running.errors
        return running.output.decode() + running.errors.decode()


def in_each_tree(command: str) -> str:
    """A command for the root of each tree of control groups, as a script sees them."""
    return f"for top in $(findmnt -rno TARGET -t cgroup,cgroup2); do {command}; done 2>/dev/null"


def test_nothing_lies_below_what_a_jail_has_mounted(lab: Lab) -> None:
    """Neither the processes of the machine nor what the lab has for itself, which could be written."""
    folders = ("/proc", "/run", "/tmp", "/var/tmp", "/root", "/dev", str(BASE), "/sys")
    script = f"""import ctypes, os
for folder in {folders}:
    while ctypes.CDLL(None).umount2(folder.encode(), 2) == 0:
        print("taken off", folder)
    print("writable", folder, os.access(folder, os.W_OK))
    print("of the root", folder, os.stat(folder).st_dev == os.stat("/").st_dev)"""
    assert said(lab, f"exec python3 -c {shlex.quote(script)}").splitlines() == [
        f"{word} {folder}{end}"
        for folder in folders
        for word, end in (("taken off", ""), ("writable", " False"), ("of the root", " True"))
    ]


def test_a_jail_sees_itself_and_no_other(lab: Lab) -> None:
    assert said(lab, "all=(/proc/[0-9]*); echo ${#all[*]}; sed -n 's/.*://p' /proc/1/cgroup | sort -u").split() == [
        "2",  # the first process, and the script
        *(["/"] if cgroups.read().v1 else []),
        *(["/shell"] if cgroups.read().v2 else []),
    ]


@pytest.mark.parametrize(
    "spoil",
    [
        "rm -f /dev/null /dev/zero",
        in_each_tree("echo 0 > $top/pids.max; echo 0 > $top/shell/pids.max"),
        in_each_tree("echo FROZEN > $top/freezer.state; echo 1 > $top/shell/cgroup.freeze"),
        in_each_tree("echo 1000 > $top/cpu.cfs_quota_us; echo '1000 1000000' > $top/shell/cpu.max"),
        in_each_tree("echo a > $top/devices.deny"),
        in_each_tree("echo 4096 > $top/memory.limit_in_bytes; echo 4096 > $top/shell/memory.max"),
        in_each_tree("mkdir $top/x; echo FROZEN > $top/x/freezer.state; echo 1 > $top/x/cgroup.freeze; "
                     "sleep 1000 & echo $! > $top/x/cgroup.procs"),
        "ipcmk -M 4096; touch /dev/mqueue/left; ip link add left type dummy",
    ],
    ids=["devices", "processes", "frozen", "slow", "denied", "memory", "frozen below", "objects"],
)  # fmt: skip
def test_the_next_jail_is_as_the_first(lab: Lab, spoil: str) -> None:
    look = """echo > /dev/null && (echo forked) && sleep 0.01 & wait
ls -A /dev /dev/mqueue | sort; ipcs -m | grep -c 4096; ls /sys/class/net
for top in $(findmnt -rno TARGET -t cgroup,cgroup2); do ls $top; cat $top/{pids.max,freezer.state,cpu.cfs_quota_us}; \
done 2>/dev/null"""
    before = said(lab, look)
    with Jail(lab, str(BASE), {SCRIPT: spoil.encode()}, Limits()) as jail:
        jail.start(["/bin/bash", SCRIPT], PATH).ends_within(1)
    assert said(lab, look) == before
    assert "forked" in before


def test_whatever_a_group_is_called_it_is_told(lab: Lab) -> None:
    with Jail(lab, str(BASE), {SCRIPT: in_each_tree("mkdir -p $top/deeper/shell").encode()}, Limits()) as jail:
        before = jail.groups()
        assert jail.start(["/bin/bash", SCRIPT], PATH).ends_within(10)
        assert set(jail.groups()) - set(before) == {"deeper", "deeper/shell"}


def test_no_group_stays_when_a_jail_has_ended(lab: Lab) -> None:
    tops = cgroups.read().directories(lab.notice.group)
    before = {path for top in tops for path in top.rglob("*") if path.is_dir()}
    said(lab, in_each_tree("mkdir -p $top/a/b/c"))
    assert {path for top in tops for path in top.rglob("*") if path.is_dir()} == before


def test_what_a_jail_may_use_is_out_of_its_reach_and_holds_for_swap(lab: Lab) -> None:
    lift = in_each_tree("echo -1 > $top/memory.memsw.limit_in_bytes; echo -1 > $top/memory.limit_in_bytes")
    with Jail(lab, str(BASE), {SCRIPT: lift.encode()}, Limits(memory=64 << 20)) as jail:
        assert jail.start(["/bin/bash", SCRIPT], PATH).ends_within(10)
        tree = cgroups.read()
        version = tree.version("memory")
        group = tree.group("memory", lab.notice.group)
        assert version
        assert cgroups.limit(group, "memory", version) == str(64 << 20)
        assert cgroups.swap_bounded(group, version)


DEEP = """import os
os.chdir("{}")
for _ in range(1500):
    os.mkdir("d")
    os.chdir("d")
"""


def test_groups_as_deep_as_anybody_likes_are_told_and_go(lab: Lab) -> None:
    deep = DEEP.format(cgroups.read().group("pids", ""))
    with Jail(lab, str(BASE), {SCRIPT: deep.encode()}, Limits()) as jail:
        assert jail.start(["/usr/bin/python3", SCRIPT], PATH).ends_within(60)
        assert len(jail.groups()) >= 1000
        assert list(jail.members()) == [jail.first.pid]
    assert said(lab, "echo next") == "next\n"


STEALS = """import ctypes, os, socket, sys
words = eval(sys.argv[1])
pidfd = os.pidfd_open(1)
for fd in range(3, 64):
    number = ctypes.CDLL(None).syscall(438, pidfd, fd, 0)  # pidfd_getfd(2): what PID 1 has open
    if number >= 0:
        try:
            stolen = socket.socket(fileno=number)
            for word in words:
                stolen.send(word)
        except OSError:
            pass
"""


@pytest.mark.parametrize(
    "words",
    [
        """[b'{"started": NaN}', b'{"ended": {}, "status": []}', b'[' * 50000, bytes(9)]""",
        "[b'', b's', b'e' * 60000, b't' * 60000, b'r']",
        "[b'e' + bytes([255] * 5)] * 3",
    ],
    ids=["JSON", "sizes", "numbers"],
)
def test_what_a_script_says_in_the_name_of_its_jail_is_no_trouble(lab: Lab, words: str) -> None:
    """It is told as a status, or as the jail's end; nothing else is raised."""
    with Jail(lab, str(BASE), {SCRIPT: STEALS.encode()}, Limits()) as jail:
        first = jail.start(["/usr/bin/python3", SCRIPT, words], PATH)
        assert first.ends_within(10)
        with suppress(RunnerError):
            assert jail.start(["/bin/sh", "-c", "exit 7"], PATH).ends_within(10)
        assert first.status == 0, first.errors


@given(st.binary(max_size=12))
def test_a_message_is_two_numbers_or_words_or_nothing(data: bytes) -> None:
    said = jail_keeper.heard(data)
    assert said is None or (abs(said.number) < 1 << 32 and 0 <= said.status < 256 and isinstance(said.words, str))
