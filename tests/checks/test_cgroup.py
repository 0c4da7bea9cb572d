"""Limits of control groups: any numbers that mean the same."""

from __future__ import annotations

import pytest

from runner.host import cgroups
from runner.lab.lab import Lab
from runner.records.results import Outcome
from tests.support.looking import look, type_

pytestmark = pytest.mark.root


def limited(quota: int, period: int) -> str:
    tree = cgroups.read()
    group = tree.group("cpu", "half")
    if tree.version("cpu") == "v2":
        return f"mkdir -p {group}; echo '{quota} {period}' > {group}/cpu.max"
    files = f"echo -1 > {group}/cpu.cfs_quota_us; echo {period} > {group}/cpu.cfs_period_us"
    return f"mkdir -p {group}; {files}; echo {quota} > {group}/cpu.cfs_quota_us"


@pytest.mark.parametrize(
    ("quota", "period", "outcome"),
    [
        (50000, 100000, Outcome.PASSED),
        (100000, 200000, Outcome.PASSED),
        (50000, 50000, Outcome.FAILED),
        (100000, 50000, Outcome.FAILED),
    ],
)
def test_half_a_cpu_is_a_half_in_periods_of_any_length(running: Lab, quota: int, period: int, outcome: Outcome) -> None:
    half = {"group": "half", "controller": "cpu", "limit": "50000 100000"}
    assert look(running, "cgroup", **half) is Outcome.FAILED
    type_(running, limited(quota, period))
    assert look(running, "cgroup", **half) is outcome
