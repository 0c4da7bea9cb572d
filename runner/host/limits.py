"""The limits on resources that a lab needs, whatever the shell from which we were started has (getrlimit(2)).

A lesson says what a program meets in a fresh machine's login, so nothing in a lab may meet the `ulimit` of somebody's
shell. Only raised, never lowered; what is beyond the hard limit needs CAP_SYS_RESOURCE, which some containers lack.
"""

from __future__ import annotations

import resource

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
        try:
            resource.setrlimit(kind, (_higher(soft, needed), _higher(hard, needed)))
        except ValueError:  # so Python tells EPERM here
            resource.setrlimit(kind, (hard, hard))
            low.append(f"ulimit -H{letter}: {hard}")
    return ", ".join(low)


def _higher(one: int, other: int) -> int:
    return ENDLESS if ENDLESS in (one, other) else max(one, other)
