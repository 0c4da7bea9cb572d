"""Mounts whose server does not answer: whoever looks at a file there waits without end. A lab never looks."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.command import semdocker

pytestmark = [
    pytest.mark.root,
    pytest.mark.timeout(120),
    pytest.mark.skipif(not Path("/dev/fuse").exists(), reason="this kernel has no FUSE"),
]

# In a mount namespace of its own: two file systems of which nothing is ever answered, before a proc and among devices.
DEAD = """
import os, sys
from pathlib import Path
from runner.host import syscalls
syscalls.mount("srv", "/srv", "tmpfs")
for name, kind in (("dead/proc", "proc"), ("alive", "tmpfs")):
    Path("/srv", name).mkdir(parents=True)
    syscalls.mount(kind, f"/srv/{name}", kind)
Path("/srv/alive/seen").touch()
for point in ("/srv/dead", "/dev/shm"):
    fd = os.open("/dev/fuse", os.O_RDWR)  # it stays open, and nobody reads it
    syscalls.mount("dead", point, "fuse", 0, f"fd={fd},rootmode=40000,user_id=0,group_id=0")
sys.exit(os.spawnvp(os.P_WAIT, sys.argv[1], sys.argv[1:]))
"""
BESIDE_THEM = ("unshare", "-m", "--propagation", "private", sys.executable, "-c", DEAD)
LOOK = """
import sys
from pathlib import Path
from runner.lab import seats
from runner.lab.lab import Lab
with seats.hold("beside") as lock:
    lab = Lab.open("beside", lock, Path("/containers"))
    typed = lab.terminal.run("ls -A /srv /srv/*; df >/dev/null; echo $?", timeout=10, limit=1000, emit=lambda _: None)
    print(typed.output.split(), lab.close().clean)
"""

# Besides, a process has something open there, and a lab's runner and guardian are killed.
CRASH = """
import os, signal, sys
from pathlib import Path
from runner.lab import seats
from runner.lab.lab import Lab
held = os.open("/srv/dead", os.O_PATH)
if os.fork() == 0:
    with seats.hold("beside") as lock:
        lab = Lab.open("beside", lock, Path("/containers"))
        os.kill(lab.guardian.pid, signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)
os.wait()
sys.exit(os.spawnvp(os.P_WAIT, sys.argv[1], sys.argv[1:]))
"""


def test_a_lab_sees_the_others_and_an_empty_folder_in_their_place() -> None:
    script = [*BESIDE_THEM, sys.executable, "-c", LOOK]
    done = subprocess.run(script, capture_output=True, text=True, check=False, timeout=60)
    seen = ["/srv:", "alive", "dead", "/srv/alive:", "seen", "/srv/dead:", "0"]
    assert (done.stdout, done.stderr) == (f"{seen} True\n", "")


def test_doctor_says_at_once_what_this_machine_can_do() -> None:
    began = time.monotonic()
    usual = {**json.loads(semdocker("doctor", "--json").stdout), "date": ""}
    usually = time.monotonic() - began
    began = time.monotonic()
    beside = semdocker("doctor", "--json", before=BESIDE_THEM)
    assert time.monotonic() - began < usually + 10
    assert {**json.loads(beside.stdout), "date": ""} == usual


def test_a_lesson_runs_and_nothing_is_left() -> None:
    done = semdocker("run", "hostname", "--plain", "--seat", "beside", before=BESIDE_THEM)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_a_crash_left_is_told_and_undone_while_somebody_has_a_file_open_there() -> None:
    before = (*BESIDE_THEM, sys.executable, "-c", CRASH, "timeout", "--signal=KILL", "30")
    told = semdocker("status", "--json", before=before)
    assert [seat["seat"] for seat in json.loads(told.stdout)["seats"]] == ["beside"]
    done = semdocker("cleanup", "--seat", "beside", "--json", before=before[-3:])
    assert json.loads(done.stdout)["clean"], done.stdout + done.stderr
    done = semdocker("run", "hostname", "--plain", "--seat", "beside", before=before)
    assert done.returncode == 0, done.stdout + done.stderr
