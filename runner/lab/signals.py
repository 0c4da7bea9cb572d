"""What a run does when it is asked to end: it unwinds through every `finally`, and its rollback is not disturbed."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from runner.records.errors import ExitStatus, Interrupted, TimeOver

STOPPING = {
    signal.SIGINT: ExitStatus.INTERRUPTED,
    signal.SIGTERM: ExitStatus.TERMINATED,
    signal.SIGHUP: ExitStatus.HANGUP,
}


@contextmanager
def stoppable() -> Iterator[None]:
    """Make SIGINT, SIGTERM and SIGHUP raise Interrupted, so that every `finally` on the way puts things back.

    One that is ignored stays so: nohup(1) asked for that.
    """
    taken = [number for number in STOPPING if signal.getsignal(number) is not signal.SIG_IGN]

    def stop(number: int, _: FrameType | None) -> None:
        for again in taken:  # Once is enough: what unwinds now must not be cut short. Python itself complains about
            signal.signal(again, lambda *_: None)  # a signal that came in together with this one if it is ignored.
        raise Interrupted(STOPPING[signal.Signals(number)])

    before = {number: signal.signal(number, stop) for number in taken}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def unstoppable() -> Iterator[None]:
    """Make those signals wait: a rollback takes a fraction of a second and is worth finishing."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)


@contextmanager
def resizing(follow: Callable[[], None]) -> Iterator[None]:
    """Call `follow` whenever the window changes its size."""
    before = signal.signal(signal.SIGWINCH, lambda *_: follow())
    try:
        yield
    finally:
        signal.signal(signal.SIGWINCH, before)


@contextmanager
def ending(left: Callable[[], float]) -> Iterator[None]:
    """Raise TimeOver in the block, wherever it waits, once no seconds are `left`.

    That is asked each second: a timer would stand still while the machine sleeps.
    """

    def look(*_: object) -> None:
        if left() <= 0:
            signal.setitimer(signal.ITIMER_REAL, 0)  # once is enough
            raise TimeOver

    before = signal.signal(signal.SIGALRM, look)
    try:
        signal.setitimer(signal.ITIMER_REAL, 1, 1)
        look()
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def forwarding(interrupt: Callable[[], None]) -> Iterator[None]:
    """Pass Ctrl-C on to the program that runs in the lab, by calling `interrupt`."""
    before = signal.signal(signal.SIGINT, lambda *_: interrupt())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
