"""Limits of resources that somebody's shell has: raised for a lab, or named where they cannot be."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

ASK = """
import json, resource
from runner.host import limits
told = limits.provide()
print(json.dumps([told, {letter: resource.getrlimit(kind) for letter, (kind, _) in limits.NEEDED.items()}]))
"""
BOUND = ["setpriv", "--bounding-set=-sys_resource", "--inh-caps=-sys_resource"]


def provided(limit: str, *within: str) -> tuple[str, dict[str, list[int]]]:
    shell = ["bash", "-c", f'ulimit {limit} && exec "$0" "$@"', *within, sys.executable, "-c", ASK]
    done = subprocess.run(shell, capture_output=True, text=True, check=True)
    told, limits = json.loads(done.stdout)
    return told, limits


@pytest.mark.parametrize(
    ("limit", "letter", "least"), [("-Sn 64", "n", 1024), ("-Sq 0", "q", 819200), ("-Su 50", "u", 1024)]
)
def test_what_a_shell_gave_away_is_raised(limit: str, letter: str, least: int) -> None:
    told, limits = provided(limit)
    assert told == ""
    soft, hard = limits[letter]
    assert soft >= least or soft == -1
    assert hard == -1 or hard >= soft


@pytest.mark.parametrize("limit", ["-Sf 1000", "-Sv 9000000", "-St 1000"])
def test_what_lessons_have_without_end_is_without_end(limit: str) -> None:
    told, limits = provided(limit)
    assert told == ""
    assert limits[limit[2]] == [-1, -1]


def test_nothing_is_lowered() -> None:
    before = provided("-S -c 0")[1]
    assert all(hard == -1 or soft <= hard for soft, hard in before.values())
    assert before["n"][0] == max(1024, int(subprocess.check_output(["bash", "-c", "ulimit -Sn"])))


@pytest.mark.skipif(os.geteuid() != 0, reason="root loses the right to raise limits here")
def test_what_cannot_be_raised_is_named_with_what_it_is() -> None:
    told, limits = provided("-n 64 -q 0", *BOUND)
    assert told == "ulimit -Hn: 64, ulimit -Hq: 0"
    assert limits["n"] == [64, 64]
