"""Who a process is: its user and groups from both sides, its capabilities by name, and what it may never get."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from runner.checks import registry
from runner.checks.registry import KINDS
from runner.course import check_shapes, yaml_reader
from runner.course.yaml_nodes import Faults
from runner.host import credentials
from runner.lab.lab import Lab
from runner.records.course import Check
from runner.records.results import Finding, Outcome
from tests.support.looking import look, type_

numbers = count(100101)  # each process sleeps for a time of its own, by which it is found


def starts(lab: Lab, how: str, name: str = "it") -> int:
    """Start a process by a command before its own, and give it a name. Return its PID."""
    command = f"sleep {next(numbers)}"
    type_(lab, f"{how} {command} &")
    while not lab.bind_command(name, command):
        pass
    return lab.places[name].pid


def found(lab: Lab, /, **params: Any) -> Finding:
    (finding,) = registry.evaluate(Check("credentials", params), registry.Scene(lab.places)).findings
    return finding


def said(finding: Finding) -> tuple[str, str]:
    return finding.expected, finding.observed


@pytest.fixture
def lab(running: Lab) -> Iterator[Lab]:
    yield running
    type_(running, "kill $(jobs -p); wait")


@pytest.mark.root
def test_user_and_groups(lab: Lab) -> None:
    starts(lab, "setpriv --reuid=1234 --regid=2345 --groups=7,5")
    mine: dict[str, Any] = {"of": "it"}
    assert look(lab, "credentials", **mine, uid="1234", gid="2345", groups=["5", "7"]) is Outcome.PASSED
    assert look(lab, "credentials", **mine, uid="1234 1234 1234 1234", uid_inside="1234") is Outcome.PASSED
    assert look(lab, "credentials", **mine, uid="0") is Outcome.FAILED
    assert look(lab, "credentials", **mine, groups=["5"]) is Outcome.FAILED
    assert said(found(lab, **mine, groups=[])) == ("none", "5 7")
    assert look(lab, "credentials", of="host", uid="0", groups=[]) is Outcome.PASSED


@pytest.mark.root
def test_a_user_who_can_go_back_has_not_changed(lab: Lab) -> None:
    """Who keeps the saved number 0 becomes root again with one seteuid(2)."""
    starts(lab, "setpriv --euid=1234")
    assert said(found(lab, of="it", uid="1234")) == ("1234", "0 1234 1234 1234")
    assert look(lab, "credentials", of="it", uid="0 1234 1234 1234") is Outcome.PASSED


@pytest.mark.root
def test_capabilities_by_name_and_set(lab: Lab) -> None:
    starts(lab, "setpriv --bounding-set=-sys_chroot,-mknod --inh-caps=-all")
    lost = {"lacks": ["CAP_SYS_CHROOT", "CAP_MKNOD"], "has": ["CAP_KILL"]}
    assert look(lab, "credentials", of="it", bounding=lost, effective=lost, permitted=lost) is Outcome.PASSED
    assert look(lab, "credentials", of="it", inheritable="none", ambient="none") is Outcome.PASSED
    assert look(lab, "credentials", of="host", effective=lost) is Outcome.FAILED
    assert said(found(lab, of="host", effective=lost)) == (
        "+CAP_KILL −CAP_SYS_CHROOT −CAP_MKNOD",
        "+CAP_SYS_CHROOT +CAP_MKNOD",
    )
    assert look(lab, "credentials", of="it", effective={"has": ["CAP_MKNOD"]}) is Outcome.FAILED
    assert said(found(lab, of="it", ambient=["CAP_KILL"])) == ("CAP_KILL", "−CAP_KILL")
    expected, observed = said(found(lab, of="it", bounding="none"))
    assert expected == "no capability"
    assert observed.startswith("+CAP_CHOWN +CAP_DAC_OVERRIDE ")
    assert observed.endswith(")"), "so many names are counted"


@pytest.mark.root
def test_exactly_these_capabilities(lab: Lab) -> None:
    two = "+chown,+kill"
    starts(lab, f"setpriv --reuid=1234 --clear-groups --inh-caps=-all,{two} --ambient-caps=-all,{two}")
    names = ["CAP_CHOWN", "CAP_KILL"]
    assert look(lab, "credentials", of="it", ambient=names, effective=names, inheritable=names) is Outcome.PASSED
    assert said(found(lab, of="it", effective=["CAP_KILL", "CAP_MKNOD"])) == (
        "CAP_KILL CAP_MKNOD",
        "+CAP_CHOWN −CAP_MKNOD",
    )
    assert look(lab, "credentials", of="it", effective="none") is Outcome.FAILED
    assert look(lab, "credentials", of="it", effective="all") is Outcome.FAILED


@pytest.mark.root
def test_what_it_may_never_get(lab: Lab) -> None:
    starts(lab, "setpriv --no-new-privs")
    assert look(lab, "credentials", of="it", no_new_privs=True, seccomp="none") is Outcome.PASSED
    assert look(lab, "credentials", of="it", no_new_privs=False) is Outcome.FAILED
    assert look(lab, "credentials", of="host", no_new_privs=True) is Outcome.FAILED
    assert said(found(lab, of="it", seccomp="filter")) == ("filter", "none")


@pytest.mark.root
def test_a_filter_of_system_calls(lab: Lab) -> None:
    """PR_SET_SECCOMP (22), SECCOMP_MODE_FILTER (2): one instruction, which allows everything."""
    load = (
        "use strict; my $code = pack('SCCL', 6, 0, 0, 0x7fff0000); my $p = pack('Sx6P', 1, $code);"
        "syscall(157, 38, 1, 0, 0, 0) == 0 and syscall(157, 22, 2, $p) == 0 or die $!; exec @ARGV"
    )
    starts(lab, f'perl -e "{load}"'.replace("$", "\\$"))
    assert look(lab, "credentials", of="it", seccomp="filter", no_new_privs=True) is Outcome.PASSED
    assert look(lab, "credentials", of="it", seccomp="none") is Outcome.FAILED


@pytest.mark.root
def test_both_sides_of_a_user_namespace(lab: Lab) -> None:
    pid = starts(lab, "unshare -U")
    assert look(lab, "credentials", of="it", uid_map=[], gid_map=[], uid="0", uid_inside="65534") is Outcome.PASSED
    type_(lab, f"echo '0 0 1' > /proc/{pid}/gid_map; env printf '7 0 1\\n100 5000 10\\n' > /proc/{pid}/uid_map")
    assert look(lab, "credentials", of="it", uid="0", uid_inside="7", gid_inside="0") is Outcome.PASSED
    assert look(lab, "credentials", of="it", uid_map=["100 5000 10", "7 0 1"], gid_map=["0 0 1"]) is Outcome.PASSED
    assert said(found(lab, of="it", uid_map=["0 0 1"])) == ("0 0 1", "100 5000 10; 7 0 1")
    assert look(lab, "credentials", of="it", uid_inside="0") is Outcome.FAILED
    assert look(lab, "credentials", of="host", uid_map=["0 0 4294967295"], uid_inside="0") is Outcome.PASSED
    assert [credentials.inside(pid, "uid", number) for number in (0, 5009, 5010)] == [7, 109, 65534]


@pytest.mark.root
def test_root_of_a_user_namespace_has_every_capability(lab: Lab) -> None:
    """Those that the lab took away, too: they count only in that namespace."""
    starts(lab, "unshare -U -r")
    assert look(lab, "credentials", of="it", effective="all", bounding="all", uid_inside="0") is Outcome.PASSED
    assert look(lab, "credentials", of="host", effective="all") is Outcome.FAILED


@pytest.mark.root
def test_nobody_is_never_right(lab: Lab) -> None:
    """Neither who never was, nor who has ended: the kernel still tells of a zombie what it was."""
    pid = starts(lab, "setpriv --no-new-privs")
    everything = {"uid": "0", "groups": [], "effective": {"has": ["CAP_KILL"]}, "no_new_privs": True, "uid_map": []}
    findings = registry.evaluate(Check("credentials", {"of": "nobody", **everything}), registry.Scene(lab.places))
    assert [(one.outcome, one.observed) for one in findings.findings] == [(Outcome.FAILED, "absent")]
    type_(lab, f"kill {pid}; wait {pid}")
    assert look(lab, "credentials", of="it", no_new_privs=True) is Outcome.FAILED


def test_every_capability_has_a_name() -> None:
    names = [credentials.name(number) for number in range(credentials.MOST)]
    assert [credentials.number(name) for name in names] == list(range(credentials.MOST))
    assert (names[0], names[21], names[40], names[41]) == (
        "CAP_CHOWN",
        "CAP_SYS_ADMIN",
        "CAP_CHECKPOINT_RESTORE",
        "CAP_41",
    )


@pytest.mark.parametrize(
    ("written", "faults"),
    [
        ("{of: it, uid: 1000, gid: '0 0 0 0', groups: [1, 2], effective: none}", []),
        ("{of: it, uid: '{{ uid }}', uid_map: [0 100000 65536], bounding: {lacks: [CAP_MKNOD]}}", []),
        ("{of: it, effective: [CAP_CHOWN, CAP_41], groups: [], seccomp: filter}", []),
        ("{of: it}", ["missing-one-of"]),
        ("{uid: 0}", ["missing-key"]),
        ("{of: it, uid: root, gid: 0 0}", ["form-who", "form-who"]),
        ("{of: it, groups: [wheel], uid_map: ['0 1000']}", ["form-number", "form-map"]),
        ("{of: it, effective: [sys_admin, CAP_SYS_ADMIM, CAP_64]}", ["form-capability"] * 3),
        ("{of: it, effective: some, bounding: {}, ambient: []}", ["want-choice", "missing-one-of", "too-few"]),
        ("{of: it, seccomp: 'off', no_new_privs: 1}", ["want-choice", "want-flag"]),
    ],
)
def test_what_may_be_written(written: str, faults: list[str], tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(written)
    told = Faults(str(file), {"uid": "1000"})
    node = yaml_reader.read(file, told)
    assert node is not None
    check_shapes.validated(node, KINDS["credentials"].PARAMS, told)
    assert [fault.key for fault in told.found] == faults
