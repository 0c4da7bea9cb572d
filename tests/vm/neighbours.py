"""What others set on the machine while a lab is open stays as they set it. For a throw-away kernel (test_seal.py)."""

from __future__ import annotations

import sys
from pathlib import Path

from runner.lab import seats
from runner.lab.lab import Lab

# Each is the machine's own; a lab has its own network, and cannot write the others.
SETTINGS = {
    "/proc/sys/net/ipv4/ip_forward": "1",
    "/proc/sys/net/ipv4/ip_local_port_range": "40000\t50000",
    "/proc/sys/net/core/somaxconn": "77",
    "/proc/sys/vm/swappiness": "7",
    "/proc/sys/kernel/sysrq": "0",
    "/proc/sys/kernel/msgmax": "9000",
    "/proc/sys/fs/file-max": "54321",
}


def main() -> int:
    with seats.hold("default", wait=60) as lock:
        lab = Lab.open("default", lock, Path("/containers"))
        for path, value in SETTINGS.items():
            Path(path).write_text(value)
        rollback = lab.close()
    lost = [path for path, value in SETTINGS.items() if Path(path).read_text().strip() != value]
    print("reverted:", lost, "said to be put back:", rollback.restored, "left:", rollback.leftovers)
    return bool(lost or rollback.restored or not rollback.clean)


if __name__ == "__main__":
    sys.exit(main())
