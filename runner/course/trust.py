"""The digests of lessons from elsewhere that may run here. Only root can write the file that keeps them.

The file is /etc/semdocker-trusted. It is not below /var/lib/semdocker, because a rollback removes that folder. Trust is
a decision about the machine, like others in /etc, and it stays until somebody takes it back: `cleanup` shows it, and
`cleanup --distrust` removes the file. `reset` has nothing to do with it: it forgets the progress of the login user.

A folder from elsewhere may bring lessons in any language, but never a catalog of our sentences, because then it could
choose the words in which we ask about it.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path

from runner.host import files
from runner.records.course import Origin, Source
from runner.records.errors import RunnerError

FILE = Path("/etc/semdocker-trusted")
LINE = re.compile(r"([0-9a-f]{64})  (.*)")


def known() -> dict[str, str]:
    """Return the trusted folders, each by its digest. Return none when anybody but root could have written the file."""
    try:
        handle = os.open(FILE, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return {}
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode) or status.st_uid != 0 or status.st_mode & 0o022:
        os.close(handle)
        return {}
    with os.fdopen(handle, encoding="utf-8", errors="replace") as file:
        return {match[1]: match[2] for line in file if (match := LINE.fullmatch(line.rstrip("\n")))}


def doubtful(origins: Iterable[Origin], digests: Iterable[str]) -> list[Origin]:
    """Return the folders that are not trusted, neither from earlier nor by the digests that are given now."""
    agreed = {*known(), *digests}
    return [origin for origin in origins if origin.digest not in agreed]


def foreign(origin: Origin, person: int) -> Source | None:
    """Return a file of the folder, or a folder on the way there, that others than root and this person can write; None
    when there is none.

    The files are judged as they were when they were read, by the descriptor that they were read through. Others may
    write in a folder with the sticky bit, such as /tmp, because they cannot move what is not theirs.
    """
    ways = {parent for source in origin.sources for parent in source.path.parents}
    states = ((path, path.stat()) for path in sorted(ways))
    folders = (Source(path, state.st_uid, state.st_mode) for path, state in states if not state.st_mode & stat.S_ISVTX)
    odd = (one for one in (*folders, *origin.sources) if one.owner not in (0, person) or one.mode & 0o022)
    return next(odd, None)


def remember(origin: Origin) -> None:
    """Trust exactly these files from now on, wherever they lie. Raise RunnerError when the file cannot be written."""
    folder = str(origin.folder).encode("unicode_escape").decode()  # A name may have a newline in it.
    agreed = known() | {origin.digest: folder}
    lines = "".join(f"{digest}  {where}\n" for digest, where in agreed.items())
    try:
        sweep()
        files.replace(FILE, lines.encode(), 0o600, through=_fresh())
    except OSError as error:
        raise RunnerError("trust-failed", path=str(FILE), detail=error.strerror or str(error)) from error


def forget() -> None:
    """Trust no lessons from elsewhere any more."""
    _remove(FILE)
    sweep()


def unfinished() -> tuple[Path, ...]:
    """Return the new file that somebody left who was killed before it took the place of the old one. A folder of that
    name is none of ours.
    """
    return (_fresh(),) if os.path.lexists(_fresh()) and not _is_folder(_fresh()) else ()


def sweep() -> None:
    """Take that file away: nobody was told yet that it is trusted."""
    for file in unfinished():
        _remove(file)


def _remove(file: Path) -> None:
    if not _is_folder(file):
        file.unlink(missing_ok=True)


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _fresh() -> Path:
    """Return the name of the file before it is whole: always the same, so that of who is killed at most one stays."""
    return FILE.with_name(f".{FILE.name}.new")
