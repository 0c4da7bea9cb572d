"""What a fork of the runner keeps open of all that the runner has open."""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import pairwise


def keep_only(kept: Iterable[int]) -> None:
    """Close all others: above all the runner's ends of sockets and terminals, whose closing tells of its death, and its
    lock. The standard streams lead nowhere from now on. Not to /dev/null: a lab may have put something else there.
    """
    nowhere = os.memfd_create("nowhere")
    for fd in (0, 1, 2):
        os.dup2(nowhere, fd)
    for before, after in pairwise((2, *sorted(kept), os.sysconf("SC_OPEN_MAX"))):
        os.closerange(before + 1, after)
