"""Whatever a student does to the guardian or to the machine's threads, the lab ends. For a throw-away kernel
(test_seal.py).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from runner.host import cgroups, kernel
from runner.lab import seats
from runner.lab.lab import Lab
from tests.support.waiting import until

OURS = [sys.executable, "-m", "runner"]
THREADS = Path("/proc/sys/kernel/threads-max")
FEW = "400"
CORE = Path("/proc/sys/kernel/core_pattern")
BOMB = "perl -e 'while (1) { defined(fork()) or select(undef, undef, undef, 0.001) }'"
LONG = 15.0  # seconds; a rollback has 5, and a killed guardian's work is done again by the runner


def put_into(lab: Lab, controller: str, value: str, file: str) -> None:
    """Put the guardian into a group below the lab's own, and set a value there."""
    version = cgroups.read().version(controller) or ("v1" if controller in cgroups.read().v1 else "v2")
    tree = f"/sys/fs/cgroup/{controller}" if version == "v1" else "/sys/fs/cgroup"
    type_(lab, f"mkdir {tree}/x; echo {lab.guardian.pid} > {tree}/x/cgroup.procs; echo {value} > {tree}/x/{file}")
    print("in", Path(f"/proc/{lab.guardian.pid}/cgroup").read_text().split(), flush=True)


def type_(lab: Lab, command: str) -> None:
    done = lab.terminal.run(command, timeout=30, limit=1000, emit=lambda _: None)
    print(f"{command}: {done.exit} {done.output}", flush=True)


def bomb(lab: Lab) -> None:
    """Fork until there is no room for one more thread."""
    type_(lab, f"(setsid {BOMB} >/dev/null 2>&1 &)")
    counts = [0, 0, 0, 1]
    while len(set(counts[-4:])) > 1:
        time.sleep(1)
        counts.append(len(bombs()))
    print("bombs:", counts, flush=True)


def forbidden(lab: Lab) -> None:
    """The guardian may start no thread."""
    put_into(lab, "pids", "0", "pids.max")


def frozen(lab: Lab) -> None:
    v1 = "freezer" in cgroups.read().v1
    put_into(lab, "freezer", "FROZEN" if v1 else "1", "freezer.state" if v1 else "cgroup.freeze")


def throttled(lab: Lab) -> None:
    """Those in a group have a hundredth of the time that they would need to die soon."""
    version, group = cgroups.read().version("cpu"), cgroups.read().group("cpu", "x")
    more = "echo 1000000 > {0}/cpu.cfs_period_us; echo 1000 > {0}/cpu.cfs_quota_us"
    limit = (more if version == "v1" else "echo 1000 1000000 > {0}/cpu.max").format(group)
    enabled = "" if version == "v1" else "echo +cpu > /sys/fs/cgroup/cgroup.subtree_control;"
    type_(lab, f"mkdir {group}; {enabled} for i in {{1..40}}; do sleep 4714 & echo $! > {group}/cgroup.procs; done")
    type_(lab, limit)


def crashing(lab: Lab) -> None:
    """The machine has a program for crashes, as apport is one; it writes to the machine's disk."""
    CORE.write_text("|/usr/bin/touch /crashed.%p")
    type_(lab, "sleep 4714 & sleep 0.3; kill -SEGV $!; wait $!")


def bombs() -> list[int]:
    return [pid for pid in kernel.pids() if "fork" in kernel.command(pid)]


def left() -> tuple[object, ...]:
    crashes = Path("/").glob("crashed.*")
    return (*bombs(), *crashes, *seats.remembered(), *cgroups.read().directories("semdocker"))


def leaving(act: Callable[[Lab], None]) -> int:
    """The lab is left while this is so."""
    with seats.hold("default", wait=60) as lock:
        lab = Lab.open("default", lock, Path("/containers"))
        act(lab)
        started = time.monotonic()
        rollback = lab.close()
        took = time.monotonic() - started
        seats.told("default")
    wrong = not rollback.clean or not rollback.guarded or took > LONG or left()
    print("WRONG" if wrong else "right", act.__name__, f"{took:.1f} s", rollback, left(), flush=True)
    return bool(wrong)


def dying(act: Callable[[Lab], None]) -> int:
    """The runner is killed while this is so; then somebody cleans up."""
    child = os.fork()
    if child == 0:
        with seats.hold("default", wait=60) as lock:
            act(Lab.open("default", lock, Path("/containers")))
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    until(lambda: len(list(kernel.pids())) < int(FEW) // 2, "the end of the bomb", patience=60)
    started = time.monotonic()
    done = subprocess.run([*OURS, "cleanup", "--yes", "--lang", "en"], capture_output=True, text=True, check=False)
    took = time.monotonic() - started
    wrong = done.returncode or took > 2 * LONG or left()
    print("WRONG" if wrong else "right", act.__name__, f"{took:.1f} s", done.stdout, done.stderr, left(), flush=True)
    return bool(wrong)


def main() -> int:
    wrong = 0
    for act in (crashing, throttled, frozen, forbidden):
        wrong += leaving(act) + dying(act)
    THREADS.write_text(FEW)
    return wrong + leaving(bomb) + dying(bomb)


if __name__ == "__main__":
    sys.exit(bool(main()))
