"""The one way a file is written: whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def replace(
    path: Path, content: bytes, mode: int, *, owner: tuple[int, int] | None = None, through: Path | None = None
) -> None:
    """Write a new file beside this one, fsync it, and give it the name. Raises OSError, and then nothing has changed.

    `owner` is a user and a group, for root alone. `through` is the new file's first name, and nothing has it: whoever
    sweeps after a killed writer must know it. Else it is one that nobody can guess.
    """
    # No tempfile: this may run as another user (`login.act`), who cannot import from a Python that only root may read.
    fresh = through or path.with_name(f".{path.name}.{os.urandom(8).hex()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            if owner:
                os.fchown(file.fileno(), *owner)
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)  # the new name, too, survives a power cut
    finally:
        os.close(folder)
