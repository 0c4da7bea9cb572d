"""A lab is left alone by a chroot or a container on its machine that has not its journal, or not its lock, and put back
by the machine once nobody keeps it. For a throw-away kernel (test_seal.py).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from runner.host import cgroups, kernel, kernel_files
from runner.lab import seats
from runner.lab.lab import Lab
from runner.records.results import CommandResult

HERE = Path(__file__).parents[2]  # a chroot has another working directory
OURS = ["env", f"PYTHONPATH={HERE}", sys.executable, "-m", "runner"]
JAIL = "/srv/jail"
PREPARE = f"""mkdir -p {JAIL} && mount --bind / {JAIL} && mount --make-private {JAIL}
mount -t tmpfs own {JAIL}/run
for folder in proc sys dev; do mount --rbind /$folder {JAIL}/$folder; done"""
CONTAINER = "mount -t tmpfs own /run; mount -t tmpfs own /var/lib; mount -t proc own /proc; exec "


def ran(*command: str) -> str:
    """Run a command without a terminal; return its status and what it said, in one row."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    return f"{done.returncode} {' '.join((done.stdout + done.stderr).split())}"


def typed(lab: Lab, command: str) -> CommandResult:
    return lab.terminal.run(command, timeout=30, limit=1000, emit=lambda _: None)


def in_jail(*words: str) -> str:
    return ran("chroot", JAIL, *OURS, *words, "--lang", "en")


def in_container(*words: str) -> str:
    command = CONTAINER + " ".join([*OURS, *words, "--lang", "en"])
    return ran("unshare", "-mpfui", "--propagation", "private", "bash", "-c", command)


def expect(what: str, told: str, *parts: str) -> int:
    """Print what was told; return how much is wrong with it."""
    wrong = not all(part in told for part in parts)
    print("WRONG" if wrong else "right", what, told[:400], flush=True)
    return int(wrong)


def left_alone() -> int:
    """A live lab, and everybody else on the machine."""
    with seats.hold("default", wait=60) as lock:
        lab = Lab.open("default", lock, Path("/containers"))
        subprocess.run(["sh", "-c", PREPARE], check=True)
        beside = "was left alone"
        wrong = expect("shared journal", in_jail("cleanup"), "6 ", "using this seat")
        wrong += expect("shared journal, insisting", in_jail("cleanup", "--yes"), "6 ", "using this seat")
        wrong += expect("shared journal, status", in_jail("status"), "0 ", "a run is going on")
        subprocess.run(["mount", "-t", "tmpfs", "own", f"{JAIL}/var/lib"], check=True)
        wrong += expect("chroot", in_jail("status"), "0 ", beside)
        wrong += expect("chroot", in_jail("cleanup"), "0 ", beside)
        wrong += expect("chroot, insisting", in_jail("cleanup", "--yes"), "0 ", beside)
        wrong += expect("chroot", in_container("run", "hostname", "--plain"), "was not opened here")
        wrong += expect("container", in_container("status"), "0 ", beside)
        wrong += expect("container", in_container("cleanup", "--yes"), "0 ", beside)
        wrong += not kernel.alive(lab.shell)
        done = typed(lab, "(true) && true")
        wrong += done.exit != 0
        print("the lab answers:", done.exit, done.output, flush=True)
        rollback = lab.close()
        wrong += bool(rollback.leftovers)
        print("left:", rollback.leftovers, flush=True)
        seats.told("default")
    return wrong


def controllers() -> int:
    """What the lab of another world uses of the v2 tree stays on, though another one has switched it on."""
    top, here, there = cgroups.read().v2, seats.STATE, Path("/srv/there")
    if top is None or cgroups.read().course_version == "v1":
        return 0
    with seats.hold("there", wait=60) as their_lock, seats.hold("default", wait=60) as lock:
        seats.STATE = there
        theirs = Lab.open("there", their_lock, Path("/containers"))
        seats.STATE = here
        lab = Lab.open("default", lock, Path("/containers"))
        made = typed(lab, "echo +pids > /sys/fs/cgroup/cgroup.subtree_control")
        theirs.close()
        on = kernel_files.words(top / "cgroup.subtree_control")
        lab.close()
        seats.told("default")
    print("still on:", on, made, flush=True)
    return made.exit != 0 or not {"cpu", "pids"} <= set(on)


def killed() -> None:
    """Open a lab with a program in it; runner and guardian die at once."""
    child = os.fork()
    if child == 0:
        with seats.hold("default", wait=60) as lock:
            lab = Lab.open("default", lock, Path("/containers"))
            typed(lab, "setsid sleep 4321 &")
            os.kill(lab.guardian.pid, signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)


def rest() -> tuple[object, ...]:
    """Return what is left of labs."""
    sleeping = [pid for pid in kernel.pids() if kernel.command(pid) == "sleep 4321"]
    return *sleeping, *cgroups.read().directories("semdocker")


def doctors() -> int:
    """Where no lab can be opened, doctor says why."""
    wrong = 0
    confined = {
        "in a chroot": ("chroot", JAIL),
        "CAP_SYS_ADMIN is missing": ("setpriv", "--securebits", "+noroot"),
        "in a user namespace": ("unshare", "-U", "-r"),
    }
    for cause, how in confined.items():
        wrong += expect("doctor", ran(*how, *OURS, "doctor", "--plain", "--lang", "en"), "4 ", cause)
    return wrong


def put_back() -> int:
    """Labs that nobody keeps any more."""
    killed()
    wrong = expect("a dead lab, from a container", in_container("cleanup"), "was left alone") + (not rest())
    wrong += expect("a dead lab", ran(*OURS, "cleanup", "--lang", "en"), "0 ") + bool(rest())
    killed()
    seats.journal_of("default").remove()
    wrong += expect("without a journal", ran(*OURS, "status", "--lang", "en"), "0 ", "Of no seat any more")
    wrong += expect("without a journal", ran(*OURS, "cleanup", "--lang", "en"), "0 ") + bool(rest())
    killed()
    wrong += expect("a dead lab, from a chroot", in_jail("cleanup"), "0 ") + bool(rest())
    wrong += expect("its journal", ran(*OURS, "cleanup", "--lang", "en"), "0 ")
    return wrong + expect("nothing", ran(*OURS, "status", "--lang", "en"), "0 Nothing of ours")


if __name__ == "__main__":
    sys.exit(bool(left_alone() + controllers() + doctors() + put_back()))
