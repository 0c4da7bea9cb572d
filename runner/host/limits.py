"""The limits on resources that a lab needs, whatever the shell from which we were started has (getrlimit(2)).

A lesson says what a program meets in a fresh machine's login, so nothing in a lab may meet the `ulimit` of somebody's
shell. Only raised, never lowered; what is beyond the hard limit needs CAP_SYS_RESOURCE, which some containers lack.
"""

from __future__ import annotations

import resource
from contextlib import suppress

from runner.host import kernel_files

# By the letter of `ulimit`: what a program has that nobody limited (include/asm-generic/resource.h in the kernel).
ENDLESS = resource.RLIM_INFINITY
NEEDED = {
    "n": (resource.RLIMIT_NOFILE, 1024),
    "u": (resource.RLIMIT_NPROC, 1024),
    "l": (resource.RLIMIT_MEMLOCK, 8 << 20),
    "q": (resource.RLIMIT_MSGQUEUE, 819200),
    "s": (resource.RLIMIT_STACK, 8 << 20),
    "f": (resource.RLIMIT_FSIZE, ENDLESS),
    "t": (resource.RLIMIT_CPU, ENDLESS),
    "v": (resource.RLIMIT_AS, ENDLESS),
    "d": (resource.RLIMIT_DATA, ENDLESS),
}


def provide() -> str:
    """Raise the limits of this process, and so of all that it starts, to what a lab needs.

    Return those that stay too low, as `ulimit` names them, with their values: "ulimit -Hn: 16"; "" when none does.
    """
    low = []
    for letter, (kind, needed) in NEEDED.items():
        soft, hard = resource.getrlimit(kind)
        wanted = _higher(soft, needed), _higher(hard, needed)
        if wanted == (soft, hard):
            continue
        if kind == resource.RLIMIT_NOFILE:  # A hard limit beyond fs.nr_open is refused, even one that stays as it is.
            most = int("".join(kernel_files.words("/proc/sys/fs/nr_open")) or max(wanted))
            wanted = min(wanted[0], most), min(wanted[1], most)
        try:
            resource.setrlimit(kind, wanted)
        except ValueError:  # so Python tells EPERM here
            with suppress(ValueError):
                resource.setrlimit(kind, (hard, hard))
            low.append(f"ulimit -H{letter}: {hard}")
    return ", ".join(low)


def _higher(one: int, other: int) -> int:
    return ENDLESS if ENDLESS in (one, other) else max(one, other)
