"""The whole course on what a learner has: Debian with systemd, user vagrant, a login session, sudo."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

BUDGET = 480  # one machine; two minutes on two idle cores
IMAGE = 180  # the first run builds it

MACHINES = {
    "bookworm-v2": ("cgroup2fs", ["--suite=bookworm"]),
    "trixie-v2": ("cgroup2fs", ["--suite=trixie"]),
    "bookworm-v1": ("tmpfs", ["--suite=bookworm", "--v1"]),
}

# What comes before the course must be there again after it.
SCRIPT = r"""
switched_on() { cat /sys/fs/cgroup/cgroup.subtree_control 2>/dev/null || true; }
ours() { sudo ls -d /containers /{run,var/lib}/semdocker /sys/fs/cgroup/{,*/}{semdocker,container} 2>/dev/null; }
grep -q session- /proc/self/cgroup || { echo "not in a login session" >&2; exit 1; }
[ "$(stat -fc %T /sys/fs/cgroup)" = $TREE ] || { echo "booted with another cgroup version" >&2; exit 1; }
set -e
before=$(switched_on)
sudo semdocker doctor --lang pt --plain
start=$SECONDS
sudo semdocker run --lang pt --plain
echo "course: $((SECONDS - start)) s, up for $(cut -d. -f1 /proc/uptime) s"
semdocker status --json | python3 -c 'import json, sys; print("status:", json.dumps(json.load(sys.stdin)))'
[ "$(switched_on)" = "$before" ] || { echo "controllers: $before, now $(switched_on)" >&2; exit 1; }
left=$(ours) || true
[ -z "$left" ] || { echo "left behind: $left" >&2; exit 1; }
"""


@pytest.mark.vm
@pytest.mark.timeout(BUDGET + IMAGE + 30)
@pytest.mark.parametrize("name", MACHINES)
def test_the_whole_course_passes(
    name: str, debian: Callable[..., subprocess.CompletedProcess[str]], wheel: Path
) -> None:
    tree, options = MACHINES[name]
    done = debian(f"TREE={tree}{SCRIPT}", *options, "--install", wheel, f"--timeout={BUDGET}")
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    lines = dict(line.split(": ", 1) for line in done.stdout.splitlines() if line.startswith(("status: ", "course: ")))
    found = json.loads(lines["status"])
    assert found["seats"] == []
    assert not any(found["unclaimed"].values()), found
    print(f"{name}: course {lines['course']}; {done.stderr.splitlines()[-1]}")
