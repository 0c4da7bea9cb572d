"""What every shell of a lab gets from this machine: names for its seat, a PATH, the description of its terminal."""

from __future__ import annotations

import base64
import re
from contextlib import suppress
from pathlib import Path

SEAT = "default"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"  # of the lab's shell


def named_for(seat: str, name: str) -> str:
    """A name that seats do not share: plain for the default seat, with the seat's name behind for the others."""
    return name if seat == SEAT else f"{name}-{seat}"


def terminfo(term: str) -> str:
    """A terminal's description as ncurses takes it from the environment; empty when there is none.

    In a container without terminfo files bash would not know how to fold a long line, and show an end of it only.
    """
    if term == "dumb" or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9+._-]*", term):
        return ""
    for folder in map(Path, ("/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo")):
        with suppress(OSError):
            return "b64:" + base64.urlsafe_b64encode((folder / term[0] / term).read_bytes()).decode()
    return ""
