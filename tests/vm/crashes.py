"""A crash in a jail starts no program of the machine. For a throw-away kernel (test_seal.py)."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from runner.lab import seats
from runner.lab.jail import Jail, Limits
from runner.lab.lab import Lab

CORE = Path("/proc/sys/kernel/core_pattern")
BASE, SCRIPT = "/containers", "/containers/crash"
CRASHES = {
    "crash": "kill -SEGV $$",
    "asks for a core": "ulimit -Hc unlimited; ulimit -Sc unlimited; kill -SEGV $$",
    "in namespaces": "unshare -m -p -f sh -c 'sh -c \"kill -SEGV \\$\\$\"; exit 5'",
    "as another's root": "unshare -U -r sh -c 'ulimit -Hc unlimited; ulimit -Sc unlimited; kill -SEGV $$'",
}


def made() -> list[str]:
    time.sleep(0.5)
    return sorted(path.name for path in Path("/").glob("crashed.*"))


def main() -> int:
    CORE.write_text("|/usr/bin/touch /crashed.%p")
    bad = 0
    with seats.hold("default", wait=60) as lock:
        lab = Lab.open("default", lock, Path(BASE))
        for name, command in CRASHES.items():
            with Jail(lab, BASE, {SCRIPT: command.encode()}, Limits()) as jail:
                running = jail.start(["/bin/bash", SCRIPT], {"PATH": "/usr/bin:/bin"})
                ended = running.ends_within(60)
            left = made()
            print(f"{name}: {running.status} {running.errors!r} left: {left}", flush=True)
            bad += not ended or running.status in (0, None) or bool(left)
        bad += not lab.close().clean
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
