"""The kernel's values below /proc/sys that root can set (sysctl(8)): read, never changed.

Those of a network namespace are left out, since each lab has its own; the host name, too, which `hostname` knows; and
those that the kernel itself moves.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from runner.host import kernel_files

TOP = "/proc/sys/"
SWAPPED = str.maketrans("/.", "./")  # as sysctl(8) writes names
# binfmt_misc is a mount of its own, and to look into it may load it.
ELSEWHERE = (f"{TOP}net", f"{TOP}fs/binfmt_misc")
MOVING = (
    "kernel.ns_last_pid",
    "kernel.perf_event_max_sample_rate",
    "kernel.tainted",
    "kernel.hostname",
    "kernel.domainname",
)


def read() -> dict[str, str]:
    """Return each value by its name as sysctl(8) writes it: `vm.swappiness`."""
    return {name: value for name, value in _all() if name not in MOVING}


def _all() -> Iterator[tuple[str, str]]:
    for entry in _files(TOP):
        try:
            if entry.stat().st_mode & 0o222:
                yield entry.path.removeprefix(TOP).translate(SWAPPED), kernel_files.text(entry.path).strip()
        except OSError:  # it can only be written, or its driver has gone
            continue


def _files(folder: str) -> Iterator[os.DirEntry[str]]:
    for entry in kernel_files.entries(folder):
        if not entry.is_dir():
            yield entry
        elif entry.path not in ELSEWHERE:
            yield from _files(entry.path)
