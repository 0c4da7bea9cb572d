"""A group that is mounted elsewhere, as in a jail, is not taken for its tree. For a throw-away kernel."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from runner.host import cgroups, kernel
from runner.lab import seats
from runner.lab.lab import Lab


def shell(command: str) -> None:
    subprocess.run(["sh", "-c", command], check=True)


def parts() -> tuple[Path, ...]:
    """Return the places that are taken where no whole tree is mounted, as in a container without a cgroup namespace."""
    mounts = [mount for mount in kernel.mounts() if mount.fstype in ("cgroup", "cgroup2")]
    return cgroups._read(tuple(mount._replace(root="/part") for mount in mounts)).bases


def main() -> int:
    before = cgroups.read()
    part = parts() == before.bases
    for number, base in enumerate(before.bases):
        jail = f"/srv/jail{number}"
        shell(f"mkdir -p {base}/jail {jail} {jail}.whole")
        shell(f"mount --bind {base} {jail}.whole; mount --bind {base}/jail {jail}")
    same = cgroups.read() == before
    with seats.hold("default", wait=60) as lock:
        lab = Lab.open("default", lock, Path("/containers"))
        inside = [path for base in before.bases for path in (base / "jail").iterdir() if path.is_dir()]
        rollback = lab.close()
    print("same trees:", same, "parts are taken:", part, "in the jail:", inside, "left:", rollback.leftovers)
    return bool(not same or not part or inside or not rollback.clean)


if __name__ == "__main__":
    sys.exit(main())
