"""What may have to wait for ever is done in a child, and we go on without it.

A program in the lab can have the lock of a folder of its control groups for as long as it runs: it reads the folder
into memory that nobody provides (userfaultfd(2)). Who opens or looks up something in the folder then waits, and not
even SIGKILL ends that wait. The child goes when the lock is free; of ours it has nothing open.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import NoReturn

from runner.host import kernel_files, syscalls
from runner.lab import descriptors

PATIENCE = 1.0  # seconds of silence until we go on
MOMENT = 0.5  # seconds for one that was killed to be gone,
END = 5.0  # and for one that has ended: a busy machine takes its time
PAUSE = 0.001


def run(act: Callable[[], Iterable[str]], patience: float = PATIENCE) -> list[str]:
    """Return the words that a function yields in a child: as many as come before it is silent for too long. An empty
    one only tells that there is progress. Where there is no room for a child, it is done here.
    """
    try:
        child, words = _begin(act)
    except OSError:
        return list(filter(None, act()))
    try:
        return list(filter(None, _heard(words, patience)))
    finally:
        ended = select.select([words], (), (), 0)[0]
        os.close(words)
        os.kill(child, signal.SIGKILL)
        _wait(child, END if ended else MOMENT)


def _begin(act: Callable[[], Iterable[str]]) -> tuple[int, int]:
    """Return the PID of a child, and the pipe from which its words come. Raises OSError."""
    words, tell = os.pipe2(os.O_CLOEXEC)
    parent = os.getpid()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        child = os.fork()
        if child == 0:
            _become(act, tell, parent)
    except OSError:
        os.close(words)
        raise
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        os.close(tell)
    return child, words


def _become(act: Callable[[], Iterable[str]], tell: int, parent: int) -> NoReturn:
    try:
        syscalls.die_with_parent(signal.SIGKILL)
        if os.getppid() == parent:
            gc.freeze()  # files of ours are never collected here: their descriptors get other meanings
            descriptors.keep_only({tell})
            for word in act():
                os.write(tell, f"{word}\n".encode("utf-8", "surrogateescape"))
    finally:
        os._exit(0)


def _heard(words: int, patience: float) -> Iterator[str]:
    rest = b""
    while select.select([words], (), (), patience)[0] and (chunk := os.read(words, 65536)):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from map(kernel_files.decoded, lines)


def _wait(child: int, patience: float) -> None:
    """Collect a child, but not one that the kernel does not let go."""
    deadline = time.monotonic() + patience
    with suppress(ChildProcessError):
        while not os.waitpid(child, os.WNOHANG)[0] and time.monotonic() < deadline:
            time.sleep(PAUSE)
