"""Slips that would wreck a machine, typed in the lab by root: in a throw-away kernel, and nowhere else."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

UML = Path(__file__).with_name("uml.py")
BUDGET = 600

pytestmark = [
    pytest.mark.vm,
    pytest.mark.timeout(BUDGET + 30),
    pytest.mark.skipif(not shutil.which("linux.uml"), reason="no linux.uml: apt-get install user-mode-linux kmod"),
]


@pytest.mark.parametrize("mode", [(), ("--v1",)], ids=["v2", "v1"])
def test_no_slip_in_the_lab_changes_the_machine(mode: tuple[str, ...]) -> None:
    uml = [sys.executable, str(UML), *mode, f"--timeout={BUDGET}", "--"]
    slips = [sys.executable, "-m", "tests.vm.slips"]
    done = subprocess.run([*uml, *slips], cwd=UML.parents[2], capture_output=True, text=True, check=False)
    print(done.stdout)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
