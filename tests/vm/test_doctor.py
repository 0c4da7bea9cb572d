"""“Fit” implies that `run` passes; “unfit” implies that it says why, that nothing changes, and that the cure cures.

The machines are made one after another under User-Mode Linux (machines.py). Of the many, a few are drawn by the seed,
with one fit lesson each; with `whole` in the environment (`.ci/run all`) every machine runs every lesson.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import sample
from tests.vm.machines import ALL, MACHINES

UML = Path(__file__).with_name("uml.py")
WHOLE = sample.everything
SHARE = 1.0 if WHOLE else 0.12
AT_ONCE = 8  # machines in one boot
EACH = 240 if WHOLE else 90  # seconds, on a slow day

pytestmark = [
    pytest.mark.vm,
    pytest.mark.timeout(AT_ONCE * EACH + 60),
    pytest.mark.skipif(not shutil.which("linux.uml"), reason="no linux.uml: apt-get install user-mode-linux kmod"),
]


def boots() -> list[tuple[bool, list[str]]]:
    """Return the machines of each boot, and whether it is with cgroup v1."""
    all_boots: list[tuple[bool, list[str]]] = []
    for v1 in (False, True):
        names = sample.of([name for name, machine in MACHINES.items() if machine.v1 == v1], SHARE, f"v1={v1}")
        all_boots += [(v1, names[start : start + AT_ONCE]) for start in range(0, len(names), AT_ONCE)]
    return all_boots


def asked(name: str) -> tuple[str, list[str], list[str]]:
    """Return a machine with the lessons that must pass on it, and those that must be refused."""
    unfit = list(MACHINES[name].unfit)
    fit = [lesson for lesson in ALL if lesson not in unfit]
    dice = random.Random(f"{sample.SEED} {name}")
    return (name, fit or list(ALL), unfit) if WHOLE else (name, dice.sample(fit, min(1, len(fit))), unfit[:1])


@pytest.mark.timeout(120)
def test_little_memory_is_said_before_the_machine_is_out_of_it() -> None:
    uml = [sys.executable, str(UML), "--memory=120M", "--timeout=100", "--"]
    doctor = [str(Path(sys.executable).with_name("semdocker")), "--json", "doctor"]
    done = subprocess.run([*uml, *doctor], cwd=UML.parents[2], capture_output=True, text=True, check=False)
    found = json.loads(done.stdout[done.stdout.index("{") :])
    [memory] = [one for one in found["capabilities"] if one["capability"] == "cgroup.memory"]
    assert memory["cause"] == "little-memory"
    assert "< 96M" in memory["observed"]
    assert [one["id"] for one in found["lessons"] if one["fit"]][:4] == ["rootfs", "chroot", "unshare", "hostname"]


ARP = """
import json, subprocess, sys
def doctor():
    asked = subprocess.run([sys.argv[1], "--json", "doctor"], capture_output=True, text=True)
    return next(one for one in json.loads(asked.stdout)["capabilities"] if one["capability"] == "link.veth")
subprocess.run(["sysctl", "-qw", "net.ipv4.conf.all.arp_ignore=8"], check=True)
ill = doctor()
subprocess.run(["bash", "-c", ill["fix"]], check=True, stdout=subprocess.DEVNULL)
print(json.dumps([ill, doctor()]))
"""


@pytest.mark.timeout(150)
def test_a_machine_whose_networks_give_no_answer_is_told_and_cured() -> None:
    uml = [sys.executable, str(UML), "--timeout=120", "--", sys.executable, "-c", ARP]
    command = [*uml, str(Path(sys.executable).with_name("semdocker"))]
    done = subprocess.run(command, cwd=UML.parents[2], capture_output=True, text=True, check=False)
    ill, cured = json.loads(done.stdout)
    assert (ill["observed"].rpartition(": ")[2], ill["cause"]) == ("No route to host", "arp-ignore")
    assert "bandwidth" in ill["lessons"] and cured["outcome"] == "passed"


@pytest.mark.parametrize(("v1", "names"), boots(), ids=lambda value: value if isinstance(value, str) else None)
def test_what_doctor_says_is_so(v1: bool, names: list[str]) -> None:
    uml = [sys.executable, str(UML), *(["--v1"] if v1 else []), f"--timeout={AT_ONCE * EACH}", "--"]
    machines = [sys.executable, str(UML.with_name("machines.py")), json.dumps([asked(name) for name in names])]
    done = subprocess.run([*uml, *machines], cwd=UML.parents[2], capture_output=True, text=True, check=False)
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    for row in rows:
        print(
            f"\n{row['machine']:42} {row.get('doctor', '?'):>5} s  unfit: {' '.join(row.get('unfit', [])) or '-'}",
            *row.get("observed", [])[:2], *(f"cure: {cure}" for cure in row.get("cures", [])[:1]),
            sep="\n    ", end="",
        )  # fmt: skip
    print()
    assert [row["machine"] for row in rows] == names, done.stdout[-3000:] + done.stderr[-3000:]
    assert [row for row in rows if "error" in row] == []
