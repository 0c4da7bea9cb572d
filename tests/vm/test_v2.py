"""The course under a kernel of our own choosing: pure cgroup v2, and full v1, whatever this machine mounts."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

UML = Path(__file__).with_name("uml.py")
BUDGET = 300
LAB = ("lab/test_lab", "lab/test_device_filter", "lab/test_seats", "lab/test_undo")
RUNS = ("engine/test_lesson_run", "journeys/test_disasters")

pytestmark = [
    pytest.mark.vm,
    pytest.mark.timeout(2 * BUDGET + 30),
    pytest.mark.skipif(not shutil.which("linux.uml"), reason="no linux.uml: apt-get install user-mode-linux kmod"),
]


@pytest.mark.parametrize("mode", [(), ("--v1",)], ids=["v2", "v1"])
def test_the_six_lessons_pass(mode: tuple[str, ...]) -> None:
    semdocker = Path(sys.executable).with_name("semdocker")  # the package as it is installed beside this Python
    uml = [sys.executable, str(UML), *mode, f"--timeout={BUDGET}", "--"]
    course = subprocess.run(
        [*uml, str(semdocker), "run", "base", "--lang", "en", "--plain"], capture_output=True, text=True, check=False
    )
    assert course.returncode == 0, course.stdout[-6000:] + course.stderr[-3000:]


def on_v2(*arguments: str) -> None:
    """Run tests of this suite there."""
    uml = [sys.executable, str(UML), f"--timeout={2 * BUDGET}", "--"]
    tests = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", *arguments]
    done = subprocess.run([*uml, *tests], cwd=UML.parents[2], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]


def test_the_exercises_on_limits_are_proven_on_v2() -> None:
    """Broken, mended and mended wrongly, with the commands for v2."""
    limits = "matrix and (limits or whole or free or wrong or back or double)"
    on_v2("tests/journeys/test_exercises.py", "--proof", "-k", limits)


@pytest.mark.parametrize("part", [LAB, RUNS], ids=["lab", "runs"])
def test_the_lab_goes_without_a_trace_on_v2(part: tuple[str, ...]) -> None:
    """Deaths, slips, disasters, seats; mounts propagate there, as under systemd, and everything is slow."""
    on_v2(*(f"tests/{name}.py" for name in part))
