"""Every driver on what a learner has: Debian with systemd, user vagrant, a login session, sudo.

pytest --vm -k debian           the whole course by `run`; of learn, practice and demo a sample, by SEMDOCKER_SEED
pytest --marathon -k debian     every lesson and every exercise by all of them, and other people's shells and programs
"""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.course import load
from runner.host import package_files
from tests.conftest import the_course
from tests.support import sample

BUDGET = 600  # one machine; three minutes on two idle cores
WHOLE = 3600
IMAGE = 180  # the first run builds it

MACHINES = {
    "bookworm-v2": ("cgroup2fs", ["--suite=bookworm"]),
    "trixie-v2": ("cgroup2fs", ["--suite=trixie", "--extra"]),
    "bookworm-v1": ("tmpfs", ["--suite=bookworm", "--v1"]),
}

# What comes before must be there again afterwards.
BEFORE = r"""
switched_on() { cat /sys/fs/cgroup/cgroup.subtree_control 2>/dev/null || true; }
ours() { sudo ls -d /containers /{run,var/lib}/semdocker /sys/fs/cgroup/{,*/}{semdocker,container} 2>/dev/null; }
grep -q session- /proc/self/cgroup || { echo "not in a login session" >&2; exit 1; }
[ "$(stat -fc %T /sys/fs/cgroup)" = $TREE ] || { echo "booted with another cgroup version" >&2; exit 1; }
set -e
mounts() { cut -d' ' -f5 /proc/self/mountinfo | sort; }
before=$(switched_on; mounts; hostname)
"""
COURSE = r"""
sudo semdocker doctor --lang pt --plain
start=$SECONDS
sudo semdocker run --lang pt --plain
echo "course: $((SECONDS - start)) s, up for $(cut -d. -f1 /proc/uptime) s"
"""
AFTER = r"""
sudo semdocker cleanup --lang en --plain
semdocker status --json | python3 -c 'import json, sys; print("status:", json.dumps(json.load(sys.stdin)))'
now=$(switched_on; mounts; hostname)
[ "$now" = "$before" ] || { echo "controllers, mounts and name were: $before; now: $now" >&2; exit 1; }
left=$(ours) || true
[ -z "$left" ] || { echo "left behind: $left" >&2; exit 1; }
"""


# From here on `ls`, `cat`, `sleep` and the like are those in Rust, which Ubuntu has.
UUTILS = r"""
sudo sh -c 'for tool in $(coreutils --list | tr -d ,); do
  [ ! -e /usr/bin/$tool ] || [ $tool = "[" ] || ln -sf coreutils /usr/bin/$tool
done'
[ "$(readlink /usr/bin/sleep)" = coreutils ]
"""
LANGUAGES = ("en", "pt")
LED = ("learn", "demo", "rehearse")  # the drivers of lessons, one for each machine
ROOT = Path(__file__).parents[2]

# Our tests' own libraries, beside the wheel.
TESTS = [f"--install={package}" for package in ("pytest", "pytest-timeout", "pexpect", "pyte")]
DRIVERS = """
export SEMDOCKER=/usr/local/bin/semdocker SEMDOCKER_PATIENCE=120
/opt/semdocker/bin/python3 -m tests.vm.drivers {words}
"""
OTHERS = """
export SEMDOCKER_PATIENCE=90
sudo -E /opt/semdocker/bin/python3 -m pytest -p no:cacheprovider -q -s {tests}
"""

Debian = Callable[..., subprocess.CompletedProcess[str]]
on_each_machine = pytest.mark.parametrize("name", MACHINES)


@pytest.mark.vm
@pytest.mark.timeout(BUDGET + IMAGE + 30)
@on_each_machine
def test_the_course_by_run_and_a_sample_by_the_other_drivers(name: str, debian: Debian, wheel: Path) -> None:
    """An exercise on each machine, and a lesson by another driver on each; on one with the programs of Ubuntu."""
    print(f"\nSEMDOCKER_SEED={sample.SEED}")
    driver = dict(zip(MACHINES, random.Random(sample.SEED).sample(LED, len(LED)), strict=True))[name]
    dice = random.Random(f"{sample.SEED} {name}")
    words = f"{dice.choice(LANGUAGES)} {driver} {dice.choice(lessons())} practice {dice.choice(exercises())}"
    others = UUTILS if name.startswith("trixie") else ""
    drive(debian, wheel, name, f"{COURSE}{others}{DRIVERS.format(words=words)}", BUDGET)


@pytest.mark.marathon
@pytest.mark.timeout(BUDGET + IMAGE + 30)
def test_the_whole_course_passes_with_coreutils_in_rust(debian: Debian, wheel: Path) -> None:
    drive(debian, wheel, "trixie-v2", f"{UUTILS}{COURSE}", BUDGET)


@pytest.mark.marathon
@pytest.mark.timeout(WHOLE + IMAGE + 30)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("driver", ["practice", *LED])
@on_each_machine
def test_the_whole_course_by_a_driver(name: str, driver: str, language: str, debian: Debian, wheel: Path) -> None:
    led = exercises() if driver == "practice" else lessons()
    drive(debian, wheel, name, DRIVERS.format(words=" ".join((language, driver, *led))), WHOLE)


def drive(debian: Debian, wheel: Path, name: str, script: str, budget: int) -> None:
    """Run a script on a machine, and compare the machine with how it was."""
    tree, machine = MACHINES[name]
    whole = f"TREE={tree}{BEFORE}{script}{AFTER}"
    done = debian(whole, *machine, "--install", wheel, *TESTS, "--src", ROOT, f"--timeout={budget}")
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    lines = done.stdout.splitlines()
    found = json.loads(next(line for line in lines if line.startswith("status: ")).removeprefix("status: "))
    assert found["seats"] == []
    assert not any(found["unclaimed"].values()), found
    told = [line for line in lines if line.startswith(("course: ", "driver: "))]
    print("\n".join((f"{name}: {done.stderr.splitlines()[-1]}", *told)))


def lessons() -> list[str]:
    return [lesson.id for lesson in the_course().lessons]


def exercises() -> list[str]:
    return [one.id for one in load.exercises(package_files.lessons(), the_course())]


@pytest.mark.marathon
@pytest.mark.timeout(BUDGET + IMAGE + 30)
@pytest.mark.parametrize("suite", ["bookworm", "trixie"])
def test_other_shells_and_terminals(suite: str, debian: Debian, wheel: Path) -> None:
    """sudo with a terminal of its own, su, other people's shells, tmux: followed, or refused at once."""
    script = OTHERS.format(tests="tests/journeys/test_other_shells.py")
    options = ["--extra", "--install", wheel, *TESTS, "--src", ROOT, f"--timeout={BUDGET}"]
    done = debian(script, f"--suite={suite}", *options)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    print(done.stdout)
