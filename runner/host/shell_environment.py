"""What every shell of a lab gets from this machine: names of its own seat, a PATH, and a terminal description."""

from __future__ import annotations

import base64
import re
from contextlib import suppress
from pathlib import Path

SEAT = "default"
COMMON = "xterm-256color"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"  # The lab's shell has this PATH.


def named_for(seat: str, name: str) -> str:
    """Return a name that no other seat has. The default seat has the plain name; others add their own to it."""
    return name if seat == SEAT else f"{name}-{seat}"


def terminal(term: str) -> tuple[str, str]:
    """Return a name for $TERM, and what stands in $TERMINFO.

    A terminal that this machine does not know counts as an xterm with 256 colors, which is what the newer ones are
    like: by its own name, bash and all others would take it for a teletype.
    """
    for name in (term, COMMON):
        described = terminfo(name)
        if described or name == "dumb":
            return name, described
    return term, ""


def terminfo(term: str) -> str:
    """Return a terminal's description for $TERMINFO (ncurses(3)), with "b64:" before it; empty when there is none.

    A container may have no terminfo files. Without them bash cannot wrap a long line, and shows only a part of it.
    """
    if term == "dumb" or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9+._-]*", term):
        return ""
    for folder in map(Path, ("/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo")):
        with suppress(OSError):
            return "b64:" + base64.urlsafe_b64encode((folder / term[0] / term).read_bytes()).decode()
    return ""
