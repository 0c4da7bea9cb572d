"""The kinds of checks: all of them are used, and our own trouble is no failure of a student."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runner.checks import check_context, deadline, registry
from runner.host import kernel
from runner.lab.lab import Lab
from runner.records.course import Check
from runner.records.results import NO_ANSWER, Outcome
from runner.records.shapes import Text
from tests.conftest import the_course
from tests.support.looking import look
from tests.support.waiting import until

pytestmark = pytest.mark.root


def test_trouble_of_our_own_is_not_the_students_failure(running: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> object:
        raise PermissionError("no access")

    monkeypatch.setattr("runner.host.kernel.mounts", broken)
    assert look(running, "mount", point="/", exists=True) is Outcome.COULD_NOT_CHECK


@pytest.mark.parametrize(
    ("kind", "params", "observed"),
    [
        ("qdisc", {"dev": "lo", "kind": "tbf", "rate": "8 mbit"}, "rate: 8 mbit"),
        ("reach", {"address": "127.0.0.1", "port": "99999", "answers": False}, "port: 99999"),
        ("reach", {"address": "999.1.1.1", "answers": False}, "address: 999.1.1.1"),
        ("socket", {"port": "0", "listening": False}, "port: 0"),
        ("link", {"name": "lo", "lacks": ["10.0.0.0/8", "10.0.0/8"]}, "lacks: 10.0.0/8"),
        ("route", {"to": "10.0.0.256/24", "exists": False}, "to: 10.0.0.256/24"),
    ],
)
def test_what_a_variable_makes_of_a_value_must_fit_too(kind: str, params: dict[str, Any], observed: str) -> None:
    (finding,) = registry.evaluate(Check(kind, params), registry.Scene()).findings
    assert (finding.outcome, finding.observed) == (Outcome.COULD_NOT_CHECK, observed)


PERMISSION = """
import ctypes, sys, time
libc = ctypes.CDLL(None, use_errno=True)
group = libc.fanotify_init(4, 0)  # FAN_CLASS_CONTENT
failed = libc.fanotify_mark(group, 1, ctypes.c_uint64(0x10000), -100, sys.argv[1].encode())  # FAN_OPEN_PERM
print("refused" if failed else "there", flush=True)
time.sleep(60)
"""


@pytest.fixture
def withheld(tmp_path: Path) -> Iterator[tuple[Path, subprocess.Popen[bytes]]]:
    """A file that nobody gets open, because a program does not answer whether they may; and that program."""
    path = tmp_path / "withheld"
    path.write_text("a text")
    with subprocess.Popen([sys.executable, "-c", PERMISSION, str(path)], stdout=subprocess.PIPE) as program:
        assert program.stdout
        if program.stdout.readline() != b"there\n":
            program.kill()
            pytest.skip("no FAN_OPEN_PERM in this kernel")
        yield path, program
        program.kill()


def test_a_file_that_lets_nobody_open_it_does_not_hold_us_up(
    withheld: tuple[Path, subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadline, "LIMIT", 0.5)
    path, program = withheld
    check = Check("file", {"path": str(path), "of": "us", "holds": "a text"})
    us = kernel.identity(os.getpid())
    assert us
    scene = registry.Scene(places={"us": us})
    (finding,) = registry.evaluate(check, scene).findings
    assert (finding.outcome, finding.observed) == (Outcome.COULD_NOT_CHECK, NO_ANSWER)
    monkeypatch.setattr(deadline, "LIMIT", 60)
    assert registry.evaluate(check, scene).outcome is Outcome.COULD_NOT_CHECK, "at once: one that asked it waits still"
    program.kill()
    until(lambda: registry.evaluate(check, scene).outcome is Outcome.PASSED, "the text")


def test_addresses_and_ports() -> None:
    def fits(shape: Text, text: str) -> bool:
        return re.fullmatch(shape.pattern or "", text) is not None

    assert all(fits(check_context.PORT, str(port)) for port in range(1, 65536))
    assert not any(fits(check_context.PORT, port) for port in ("0", "65536", "080", "100000"))
    assert all(fits(check_context.ADDRESS, f"10.0.{byte}.0") is (byte < 256) for byte in range(1000))
    assert all(fits(check_context.NETWORK, text) for text in ("10.7.0.1/24", "fe80::1/64", "::ffff:10.0.0.1/128"))
    assert all(fits(check_context.GATEWAY, text) for text in ("10.7.0.1", "::1", "fe80::1"))
    assert not any(fits(check_context.GATEWAY, text) for text in ("beef", "10.7.1", "1..2"))


def test_all_kinds_are_used_by_the_course() -> None:
    used = {check.kind for lesson in the_course().lessons for step in lesson.steps for check in step.facts}
    assert used == set(registry.KINDS)
