"""A process in the lab whose root directory is a file system that no longer answers. For a throw-away kernel.

It is one of type 9p, whose server is in the lab, too (9p.rst); what it says follows the protocol 9P2000.L.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from runner.lab import seats
from runner.lab.lab import Lab

SERVER = """
import os, socket, struct, subprocess, threading, time
ours, theirs = socket.socketpair()
heard = threading.Event()
ROOT = struct.pack("<BIQ", 0x80, 0, 1)
ATTRIBUTES = struct.pack("<Q", 0x7FF) + ROOT + struct.pack("<IIIQQQQQ", 0o40755, 0, 0, 2, 0, 4096, 4096, 8) + bytes(80)
ANSWERS = {100: lambda asked: asked, 104: lambda _: ROOT, 24: lambda _: ATTRIBUTES, 120: lambda _: b"",
           110: lambda asked: asked[8:10] + ROOT * asked[8]}

def serve():
    while True:
        message = theirs.recv(65536)
        size, kind, tag = struct.unpack_from("<IBH", message)
        if heard.is_set():
            continue
        answer, kind = (ANSWERS[kind](message[7:size]), kind + 1) if kind in ANSWERS else (struct.pack("<I", 95), 7)
        theirs.send(struct.pack("<IBH", 7 + len(answer), kind, tag) + answer)

threading.Thread(target=serve, daemon=True).start()
os.mkdir("/tmp/served")
options = f"trans=fd,rfdno={ours.fileno()},wfdno={ours.fileno()},version=9p2000.L,cache=none,access=any"
subprocess.run(["mount", "-t", "9p", "-o", options, "none", "/tmp/served"], check=True, pass_fds=[ours.fileno()])
if os.fork() == 0:
    theirs.close()  # else it would wait for itself when it is killed
    os.chroot("/tmp/served")
    while True:
        time.sleep(100)
time.sleep(2)
heard.set()
open("/tmp/silent", "w").close()
time.sleep(1000)
"""


def main() -> int:
    subprocess.run(["modprobe", "9p"], check=True)
    subprocess.run(["modprobe", "9pnet_fd"], check=False)  # a part of 9pnet in older kernels
    with seats.hold("default", wait=60) as lock:
        lab = Lab.open("default", lock, Path("/containers"))
        for command in (
            f"cat > /tmp/server.py <<'END'\n{SERVER}END",
            "python3 /tmp/server.py & until [ -e /tmp/silent ]; do sleep 0.1; jobs -r | grep -q . || break; done",
        ):
            print(lab.terminal.run(command, timeout=60, limit=65536, emit=lambda _: None).output)
        told = subprocess.run(
            [sys.executable, "-m", "runner", "status", "--plain", "--lang", "en"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        rollback = lab.close()
    print(told.stdout, told.stderr, rollback.seconds, rollback.leftovers)
    return int(not rollback.clean or told.returncode != 0 or "/tmp/served (9p)" not in told.stdout)


if __name__ == "__main__":
    sys.exit(main())
