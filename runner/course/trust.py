"""Which lessons from elsewhere may run here: digests that somebody at this machine agreed to, in one file of root's.

The file is /etc/semdocker-trusted, and not below /var/lib/semdocker: there lies only what a rollback takes away, and
that folder is gone when nothing is live. This is a decision about the machine, like any other in /etc, and stays until
it is taken back: `cleanup` tells of it, `cleanup --distrust` removes the file. `reset` forgets progress, which is the
login user's, and has nothing to do with it. What others could write is not believed.

A folder from elsewhere may bring words in any language, but never a catalogue: it must not choose the words in which
we ask about it.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path

from runner.host import files
from runner.records.course import Origin
from runner.records.errors import RunnerError

FILE = Path("/etc/semdocker-trusted")
LINE = re.compile(r"([0-9a-f]{64})  (.*)")


def known() -> dict[str, str]:
    """Folder as it was then, by digest. Empty unless the file is root's alone."""
    try:
        handle = os.open(FILE, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return {}
    with os.fdopen(handle, encoding="utf-8", errors="replace") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_uid != 0 or found.st_mode & 0o022:
            return {}
        return {match[1]: match[2] for line in file if (match := LINE.fullmatch(line.rstrip("\n")))}


def doubtful(origins: Iterable[Origin], given: Iterable[str]) -> list[Origin]:
    """Those that are not agreed to, neither earlier nor by the digests that are given now."""
    agreed = {*known(), *given}
    return [origin for origin in origins if origin.digest not in agreed]


def remember(origin: Origin) -> None:
    """Agree to these very bytes from now on, wherever they lie. Raises RunnerError when that cannot be written down."""
    folder = str(origin.folder).encode("unicode_escape").decode()  # a name may hold a line's end
    agreed = known() | {origin.digest: folder}
    lines = "".join(f"{digest}  {where}\n" for digest, where in agreed.items())
    try:
        files.replace(FILE, lines.encode(), 0o600)
    except OSError as error:
        raise RunnerError("trust-failed", path=str(FILE), detail=error.strerror or str(error)) from error


def forget() -> None:
    FILE.unlink(missing_ok=True)
