"""The file that keeps the progress of the login user, readable and theirs: read, and changed by one writer at a time.

No fault of the file or the disk reaches the student as an exception: it comes back as a note to be said.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from runner.host import files, login
from runner.host.login import Person
from runner.learner.progress import NOTHING, Progress
from runner.learner.progress_document import Newer, parse, written

FOLDER = "semdocker"
NAME = "progress.json"
LOCK = "progress.lock"  # a file of its own, since the other is replaced; no directory, which NFS cannot lock
PATIENCE = 5.0  # seconds; a writer takes milliseconds
UNSAVED = "progress-unsaved"  # key of the note that nothing was written
LIMIT = 4 * 1024 * 1024  # bytes; a whole course takes about 40 KiB


class Note(NamedTuple):
    """Something to tell the student: a key of `messages` and its values."""

    key: str
    values: Mapping[str, str]


class Loaded(NamedTuple):
    progress: Progress
    note: Note | None = None


def path(who: Person) -> Path:
    return who.state / FOLDER / NAME


def load() -> Loaded:
    """The progress as it is on disk; nothing is changed there, also not when it cannot be understood."""
    who = login.person()
    file = path(who)
    try:
        return _told(login.act(who, lambda: _answer(*_read(file))))
    except OSError as error:
        return Loaded(NOTHING, _failed("progress-unread", file, error))


def update(change: Callable[[Progress], Progress], last: Progress = NOTHING) -> Loaded:
    """Apply `change` to what is on disk now, whoever wrote it, and keep the result; a broken file is put aside first.

    Where nothing can be written the result is `last`, the caller's own copy, with the change, and a note says why.
    `change` may run in a child process: it must be a function of its argument and nothing else, and import nothing.
    """
    who = login.person()
    file = path(who)
    try:
        return _told(login.act(who, lambda: _update(file, change)))
    except OSError as error:
        return Loaded(change(last), _failed(UNSAVED, file, error))


def _failed(key: str, file: Path, error: OSError) -> Note:
    return Note(key, {"path": str(file), "detail": error.strerror or str(error)})


# --- with the rights of the login user --------------------------------------------------------


def _update(file: Path, change: Callable[[Progress], Progress]) -> bytes:
    _make(file.parent)
    with _alone(file.parent / LOCK):
        before, note = _read(file)
        if note:
            note = _put_aside(file, note)
        after = change(before)
        if after != before:
            files.replace(file, written(after), 0o600)
        return _answer(after, note)


def _make(folder: Path) -> None:
    """The folder and those above it; 0700 as the XDG base directory specification wants."""
    for each in (*reversed(folder.parents), folder):
        if not each.exists():
            each.mkdir(mode=0o700, exist_ok=True)


def _read(file: Path) -> tuple[Progress, Note | None]:
    """Raises OSError when it is there and cannot be opened."""
    try:
        return parse(_content(file)), None
    except FileNotFoundError:
        return NOTHING, None
    except Newer:
        return NOTHING, Note("progress-newer", {"path": str(file)})
    except ValueError as error:
        return NOTHING, Note("progress-corrupt", {"path": str(file), "detail": str(error)})


def _content(file: Path) -> bytes:
    """A regular file's content; a link, a pipe or a directory in its place is as wrong as broken content."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise ValueError("a symbolic link") from error
        raise
    with open(handle, "rb") as opened:  # noqa: PTH123 -- a descriptor
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ValueError("not a regular file")
        content = opened.read(LIMIT + 1)
    if len(content) > LIMIT:
        raise ValueError(f"> {LIMIT} bytes")
    return content


def _put_aside(file: Path, note: Note) -> Note:
    """Rename what cannot be understood, so that nothing is lost; the note tells the new name."""
    date = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    kept = file.with_name(f"{NAME}.corrupt-{date}")
    while os.path.lexists(kept):
        kept = kept.with_name(f"{kept.name}+")
    file.rename(kept)
    return Note(f"{note.key}-kept", {**note.values, "kept": str(kept)})


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One writer at a time. Raises OSError when another holds the lock for too long."""
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + PATIENCE
        while not _locked(handle):
            if time.monotonic() > deadline:
                raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
            time.sleep(0.01)
        yield
    finally:
        os.close(handle)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


# --- across the process boundary --------------------------------------------------------------


def _answer(progress: Progress, note: Note | None) -> bytes:
    """Behind sudo the answer comes from a child; JSON, since root does not unpickle what a user's process says."""
    said = {"note": [note.key, dict(note.values)] if note else None}
    return json.dumps(said).encode() + b"\n" + written(progress)


def _told(answer: bytes) -> Loaded:
    first, _, rest = answer.partition(b"\n")
    said: dict[str, Any] = json.loads(first)
    return Loaded(parse(rest), Note(*said["note"]) if said["note"] else None)
