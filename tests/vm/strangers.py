"""What an unprivileged user mounts in namespaces of their own is no lab, and keeps no lab from ending. For a throw-away
kernel (test_seal.py).
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from runner.host import kernel
from runner.lab import seats
from runner.lab.lab import Lab
from tests.support.waiting import until

OURS = [sys.executable, "-m", "runner"]
NOBODY = "setpriv --reuid=65534 --regid=65534 --clear-groups unshare -Urm"
IMITATION = """mkdir -p /tmp/f && mount -t tmpfs own /tmp/f && mkdir -p /tmp/f/a /tmp/f/b /tmp/f/r && cd /tmp/f
for folder in usr lib lib64 bin old lab; do mkdir a/$folder; done
mount -t overlay machine -o lowerdir=/tmp/f/a:/tmp/f/b r && cd r || exit
for folder in usr lib lib64 bin; do mount --rbind /$folder $folder; done
mount -t tmpfs semdocker-deadbeef lab && pivot_root . old && cd / && exec /bin/sleep 4711"""
NAMESPACES, MOUNTS, SOON = 12, 3000, 5.0
MANY = f"""import ctypes
for _ in range({MOUNTS}):
    ctypes.CDLL(None).mount(b'own', b'/tmp/u', b'tmpfs', 0, None)"""
CROWD = f"""mkdir -p /tmp/u && mount -t tmpfs own /tmp/u
python3 -c "{MANY}"
for i in $(seq {NAMESPACES}); do unshare -m sleep 4712 & done; exec sleep 4713"""


def nobody(script: str) -> None:
    subprocess.Popen([*NOBODY.split(), "bash", "-c", script], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def running(command: str) -> list[int]:
    return [pid for pid in kernel.pids() if kernel.command(pid) == command]


def ran(*words: str) -> str:
    done = subprocess.run([*OURS, *words, "--lang", "en"], capture_output=True, text=True, check=False)
    return f"{done.returncode} {done.stdout}{done.stderr}".strip()


def imitated() -> bool:
    nobody(IMITATION)
    until(lambda: running("/bin/sleep 4711"), "the imitation", patience=30)
    told = ran("status"), ran("cleanup", "--yes")
    there = running("/bin/sleep 4711")
    print("imitation:", told, "it runs:", there, flush=True)
    return told[0] != "0 Nothing of ours is on this machine." or not told[1].startswith("0 ") or not there


def crowded() -> bool:
    """There are many mounts elsewhere; and what is unprivileged in the lab ends with it."""
    nobody(CROWD)
    until(lambda: len(running("sleep 4712")) == NAMESPACES, "the crowd", patience=120)
    with seats.hold("default", wait=60) as lock:
        lab = Lab.open("default", lock, Path("/containers"))
        lab.terminal.run(f"(setsid {NOBODY} sleep 4714 &)", timeout=30, limit=1000, emit=lambda _: None)
        until(lambda: running("sleep 4714"), "the lab's own", patience=30)
        started = time.monotonic()
        rollback = lab.close()
        took = time.monotonic() - started
    print("crowd:", f"{took:.1f} s", rollback, running("sleep 4714"), len(running("sleep 4712")), flush=True)
    wrong = took > SOON or not rollback.clean or not rollback.guarded or running("sleep 4714")
    return bool(wrong) or len(running("sleep 4712")) != NAMESPACES


if __name__ == "__main__":
    sys.exit(imitated() + crowded())
