"""A program in the lab keeps us from looking, or its keepers from dying: status answers all the same, and the lab ends.
For a throw-away kernel.

It holds the lock of each folder of its control groups: who looks into one waits then, and not even SIGKILL ends that
wait. Or it traces runner and guardian (ptrace(2)): these stop on their way out of this world.
"""

from __future__ import annotations

import ctypes
import fcntl
import mmap
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

SEEN = Path("/opt/malice.py")  # from the lab, too, which has a /tmp of its own
READY = "/tmp/ready"
TREE = Path("/sys/fs/cgroup")  # with all hierarchies of v1 below it
OURS = [sys.executable, "-m", "runner"]
LONG = 45.0  # seconds; cleanup asks with a signal, waits ten, kills, waits ten
PTRACE_SEIZE, PTRACE_O_TRACEEXIT = 0x4206, 0x40
GETDENTS64, USERFAULTFD = 217, 323  # of x86_64, as User-Mode Linux is
UFFDIO_API, UFFDIO_REGISTER, MISSING = 0xC018AA3F, 0xC020AA00, 1

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p


def lock(_: Iterable[int]) -> None:
    """Have the lock of each group that the lab sees, for ever.

    A read of a folder goes to a page that nobody ever provides, and has the lock meanwhile; mkdir(2) waits for it, and
    all others wait behind that.
    """
    folders = [file.parent for file in TREE.rglob("cgroup.procs")]
    place = never_there(len(folders) * mmap.PAGESIZE)
    for number, folder in enumerate(folders):
        opened = os.open(folder, os.O_RDONLY)
        page = ctypes.c_void_p(place + number * mmap.PAGESIZE)
        beside(libc.syscall, GETDENTS64, opened, page, mmap.PAGESIZE)
    time.sleep(1)
    for folder in folders:
        beside(os.mkdir, folder / "never")
    time.sleep(1)
    print("locked", *folders, flush=True)


def never_there(size: int) -> int:
    """Return the address of memory whose faults nobody answers (userfaultfd(2), ioctl_userfaultfd(2))."""
    faults = libc.syscall(USERFAULTFD, os.O_CLOEXEC)
    fcntl.ioctl(faults, UFFDIO_API, (ctypes.c_uint64 * 3)(0xAA, 0, 0))
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    place: int = libc.mmap(None, ctypes.c_size_t(size), mmap.PROT_READ | mmap.PROT_WRITE, flags, -1, ctypes.c_long(0))
    fcntl.ioctl(faults, UFFDIO_REGISTER, (ctypes.c_uint64 * 4)(place, size, MISSING, 0))
    return place


def beside(act: Callable[..., object], *arguments: object) -> None:
    threading.Thread(target=act, args=arguments, daemon=True).start()


def trace(keepers: Iterable[int]) -> None:
    """Have each keeper stop when it dies."""
    for pid in keepers:
        seized = libc.ptrace(PTRACE_SEIZE, pid, None, ctypes.c_void_p(PTRACE_O_TRACEEXIT))
        print("traced" if seized == 0 else os.strerror(ctypes.get_errno()), pid, flush=True)


ACTS = {act.__name__: act for act in (lock, trace)}


def work(act: str, keepers: Iterable[str]) -> None:
    """What is done in the lab."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    ACTS[act](map(int, keepers))
    print("ready", flush=True)
    while True:
        signal.pause()


def run(act: str, told: int, closing: int) -> None:
    """Hold a lab in which the program works; tell the guardian's PID, and close the lab when somebody asks for it."""
    from runner.lab import seats
    from runner.lab.lab import Lab

    with seats.hold("default", wait=60) as held:
        lab = Lab.open("default", held, Path("/containers"))
        program = f"python3 {SEEN} {act} {os.getpid()} {lab.guardian.pid}"
        begun = f"(setsid {program} </dev/null >{READY} 2>&1 &); until grep ready {READY}; do sleep 0.1; done"
        print(
            lab.terminal.run(f"{begun}; cat {READY}", timeout=60, limit=65536, emit=lambda _: None).output, flush=True
        )
        os.write(told, f"{lab.guardian.pid}\n".encode())
        os.read(closing, 1)
        rollback = lab.close()
        print(rollback, flush=True)
        os._exit(int(not rollback.clean))


def asked(*words: str) -> tuple[int | None, str]:
    """Run our command, and return its status and what it says; no status when it does not end in time."""
    command = [*OURS, *words, "--plain", "--lang", "en"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = bytearray()
    beside(lambda: said.extend(process.stdout.read() if process.stdout else b""))
    started = time.monotonic()
    try:
        code = process.wait(LONG)
    except subprocess.TimeoutExpired:
        code = None
    time.sleep(0.1)
    print("$", *words, code, f"{time.monotonic() - started:.1f} s", said.decode(), flush=True)
    return code, said.decode()


def left() -> list[object]:
    from runner.host import cgroups, kernel
    from runner.lab import seats

    programs = [pid for pid in kernel.pids() if str(SEEN) in kernel.command(pid)]
    return [*programs, *seats.remembered(), *cgroups.read().directories("semdocker")]


def ended(child: int) -> int | None:
    """Return how a child ended; None when it does not in time."""
    deadline = time.monotonic() + LONG
    while time.monotonic() < deadline:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    return None


def trial(act: str, way: str) -> bool:
    """Let one thing befall a lab with such a program. Return whether all was right."""
    told, tell = os.pipe()
    asked_to_close, close = os.pipe()
    child = os.fork()
    if child == 0:
        run(act, tell, asked_to_close)
    os.close(tell)
    guardian = int(os.read(told, 64) or 0)
    time.sleep(1)  # the guardian has looked after its groups
    print("---", act, way, flush=True)
    code, said = asked("status")
    right = code == 0 and str(SEEN) in said
    if way == "left":
        os.write(close, b".")
        right &= ended(child) == 0
    else:
        for pid in {"live": [], "runner": [child], "both": [child, guardian]}[way]:
            os.kill(pid, signal.SIGKILL)
        beside(ended, child)
        right &= asked("cleanup", "--yes")[0] == 0
    right &= not left()
    print("right" if right else "WRONG", act, way, left(), flush=True)
    return right


def main(*chosen: str) -> int:
    SEEN.write_text(Path(__file__).read_text())
    for words in chosen or ("lock:left", "lock:live", "lock:runner", "lock:both", "trace:left", "trace:live"):
        act, _, way = words.partition(":")
        if not trial(act, way):
            return 1
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in ACTS:
        work(sys.argv[1], sys.argv[2:])
    sys.exit(main(*sys.argv[1:]))
