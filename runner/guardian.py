"""The lab's guardian: a process of its own that starts the lab's shell and takes the whole lab with it.

It is the shell's parent and the subreaper of all that the shell starts, in a session of its own, so neither a
closed terminal nor Ctrl-C reaches it. When the runner asks, or dies (its end of the socket closes, even by
kill -9), the guardian rolls the lab back. It holds the seat's lock until then. Run as `python -m runner.guardian`.
"""

from __future__ import annotations

import fcntl
import json
import os
import select
import signal
import socket
import sys
import termios
from contextlib import suppress
from pathlib import Path
from typing import Any

from runner import syscalls, undo
from runner.journal import Journal

LAB_SIZE = "size=256m,mode=755"  # of the tmpfs that holds the lab's files


def main(text: str) -> int:
    """Start the shell, report, then wait for the end of the lab. `text` is the JSON written by `lab`."""
    spec = json.loads(text)
    for ignored in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGPIPE):
        signal.signal(ignored, signal.SIG_IGN)
    syscalls.adopt_orphans()
    control = socket.socket(fileno=spec["control"])
    journal = Journal(Path(spec["journal"]))
    try:
        shell = start_shell(spec)
    except OSError as error:
        _send(control, {"error": str(error)})
    else:
        os.close(spec["terminal"])  # so that the runner sees the end of the terminal
        _send(control, {"shell": shell})
    _wait(control)
    report = undo.roll_back(journal, os.getpid(), spec["mount"])
    _send(control, {"leftovers": [vars(leftover) for leftover in report.leftovers], "restored": report.restored})
    return 0


def start_shell(spec: dict[str, Any]) -> int:
    """Fork the lab's shell onto the terminal, in a private mount namespace. Returns its PID; raises OSError."""
    told, tell = os.pipe2(os.O_CLOEXEC)  # closes by itself when the shell is executed
    pid = os.fork()
    if pid == 0:
        _become_shell(spec, tell)
    os.close(tell)
    with os.fdopen(told, "r") as pipe:
        trouble = pipe.read()
    if trouble:
        raise OSError(trouble)
    return pid


def _become_shell(spec: dict[str, Any], tell: int) -> None:
    try:
        syscalls.die_with_parent(signal.SIGKILL)
        if spec["group"]:
            (Path(spec["group"]) / "cgroup.procs").write_text(str(os.getpid()))
        os.setsid()
        fcntl.ioctl(spec["terminal"], termios.TIOCSCTTY, 0)
        syscalls.unshare(syscalls.CLONE_NEWNS)
        # slave: what the machine mounts is seen here, what the lab mounts is not seen there
        syscalls.mount("none", "/", "", syscalls.MS_REC | syscalls.MS_SLAVE)
        syscalls.mount(spec["mount"], spec["base"], "tmpfs", syscalls.MS_NOSUID, LAB_SIZE)
        os.chdir("/")
        for fd in (0, 1, 2):
            os.dup2(spec["terminal"], fd)
        os.closerange(3, tell)
        os.closerange(tell + 1, 256)
        for usual in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGPIPE):
            signal.signal(usual, signal.SIG_DFL)
        os.execve(spec["shell"][0], spec["shell"], spec["environment"])  # noqa: S606 -- a shell is what this becomes
    except BaseException as error:
        os.write(tell, str(error).encode())
    os._exit(127)


def _wait(control: socket.socket) -> None:
    """Reap adopted children until the runner speaks or is gone."""
    woken, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    while True:
        undo.reap_children()
        readable, _, _ = select.select([control.fileno(), woken], [], [])
        if control.fileno() in readable:
            return
        os.read(woken, 4096)


def _send(control: socket.socket, message: dict[str, Any]) -> None:
    with suppress(OSError):  # the runner may be gone
        control.sendall(json.dumps(message).encode() + b"\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
