"""Every lesson proven on other kernels and other Debians: cgroup v2 and v1 under UML, Debian 12 and 13 under QEMU.

pytest --marathon -s       # some hours each: the last lesson alone takes most of one
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

UML = Path(__file__).with_name("uml.py")
BUDGET = 5 * 3600  # sixteen lessons twice, with all their sabotages
IMAGE = 180  # the first run builds it

pytestmark = pytest.mark.marathon


@pytest.mark.timeout(BUDGET + 30)
@pytest.mark.skipif(not shutil.which("linux.uml"), reason="no linux.uml: apt-get install user-mode-linux kmod")
@pytest.mark.parametrize("mode", [(), ("--v1",)], ids=["v2", "v1"])
def test_every_lesson_is_proven(mode: tuple[str, ...]) -> None:
    semdocker = Path(sys.executable).with_name("semdocker")  # the package as it is installed beside this Python
    uml = [sys.executable, str(UML), *mode, f"--timeout={BUDGET}", "--"]
    proof = subprocess.run(
        [*uml, str(semdocker), "prove", "--lang", "en", "--plain"], capture_output=True, text=True, check=False
    )
    assert proof.returncode == 0, proof.stdout[-6000:] + proof.stderr[-3000:]
    print(proof.stdout[proof.stdout.rindex("Summary") :])


@pytest.mark.timeout(BUDGET + IMAGE + 30)
@pytest.mark.parametrize("suite", ["bookworm", "trixie"])
def test_every_lesson_is_proven_on_debian(
    suite: str, debian: Callable[..., subprocess.CompletedProcess[str]], wheel: Path
) -> None:
    script = "sudo semdocker prove --json --lang en >proof.json; status=$?; echo; echo @; cat proof.json; exit $status"
    done = debian(script, f"--suite={suite}", "--install", wheel, f"--timeout={BUDGET}")
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    document = json.loads(done.stdout.rpartition("\n@\n")[2])
    assert document["proven"]
    seconds = sum(one["seconds"] for one in document["rounds"])
    print(f"{suite}: {len(document['rounds'])} rounds in {seconds:.0f} s")
