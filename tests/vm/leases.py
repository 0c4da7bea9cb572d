"""Whoever has a lease on every file of the lab's groups does not hold up its end. For a throw-away kernel."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import time
from pathlib import Path

SEEN = Path("/opt/holder.py")  # from the lab, too, which has a /tmp of its own
LEASE = 300  # seconds for which each file may hold up whoever opens it: far more than a lab's end takes
TREE = "/sys/fs/cgroup"  # with all hierarchies of v1 below it
WAYS = (os.O_RDONLY, fcntl.F_WRLCK), (os.O_WRONLY, fcntl.F_RDLCK)


def hold() -> None:
    """Take a lease on each file of the lab's groups, in the lab, and never give it back."""
    signal.signal(signal.SIGIO, signal.SIG_IGN)
    files = [path for path in Path(TREE).rglob("*") if path.is_file()]
    held = [file for file in files if any(leased(file, *way) for way in WAYS)]
    print("held", len(held), "of", len(files), flush=True)
    signal.pause()


def leased(file: Path, flags: int, lease: int) -> bool:
    try:
        fcntl.fcntl(os.open(file, flags), fcntl.F_SETLEASE, lease)
    except OSError:
        return False
    return True


def main() -> int:
    from runner.lab import seats
    from runner.lab.lab import Lab

    Path("/proc/sys/fs/lease-break-time").write_text(str(LEASE))
    SEEN.write_text(Path(__file__).read_text())
    with seats.hold("default", wait=60) as lock:
        lab = Lab.open("default", lock, Path("/containers"))
        command = f"(setsid python3 {SEEN} hold </dev/null >/tmp/held &); until grep held /tmp/held; do sleep 0.1; done"
        told = lab.terminal.run(command, timeout=60, limit=65536, emit=lambda _: None).output
        started = time.monotonic()
        rollback = lab.close()
        seconds = time.monotonic() - started
    print(told, "ended in", round(seconds, 1), "s; left:", rollback.leftovers)
    return bool(seconds > LEASE / 2 or not rollback.clean or "held 0 " in told or "held" not in told)


if __name__ == "__main__":
    if "hold" in sys.argv:
        hold()
    sys.exit(main())
