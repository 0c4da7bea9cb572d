"""The progress file of a seat. It belongs to the login user, also behind sudo, and has one writer at a time.

No fault of the file or the disk becomes an exception: `load` and `update` return a note for the student instead.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from runner.host import files, login
from runner.host.login import Person
from runner.lab import seat_names
from runner.learner.progress import NOTHING, Progress
from runner.learner.progress_json import parse, written
from runner.learner.strict_json import Newer

FOLDER = "semdocker"
NAME = "progress"  # and the seat, unless it is the person's own
# The progress file itself cannot be the lock, because each change replaces it; nor a folder, because of NFS.
LOCK = "progress.lock"
PATIENCE = 5.0  # seconds to wait for another writer, who takes milliseconds
UNSAVED = "progress-unsaved"  # the key of the note which says that nothing was saved
LIMIT = 4 * 1024 * 1024  # bytes; a whole course takes about 40 KiB


class Note(NamedTuple):
    """Something to tell the student: the key of a sentence in `messages`, and its values."""

    key: str
    values: Mapping[str, str]


class Loaded(NamedTuple):
    """The progress, and a note if there was trouble with the file."""

    progress: Progress
    note: Note | None = None


def path(who: Person, seat: str) -> Path:
    """Return the path of a person's progress file for a seat."""
    return who.state / FOLDER / (f"{NAME}.json" if seat_names.is_own(who, seat) else f"{NAME}-{seat}.json")


def load(seat: str) -> Loaded:
    """Return the progress on disk. Nothing is changed there, not even a file that is not valid."""
    who = login.person()
    file = path(who, seat)
    try:
        return _unpacked(login.act(who, lambda: _packed(*_read(file))))
    except OSError as error:
        return Loaded(NOTHING, _failed("progress-unread", file, error))


def update(seat: str, change: Callable[[Progress], Progress], last: Progress = NOTHING) -> Loaded:
    """Apply `change` to the progress that is on disk now, and save the result. A broken file is renamed first.

    If nothing can be saved, apply the change to `last`, the caller's own copy, and return that with a note.
    `change` may run in a child process: it must depend on its argument alone, and import nothing.
    """
    who = login.person()
    file = path(who, seat)
    try:
        return _unpacked(login.act(who, lambda: _update(file, change)))
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
        return _packed(after, note)


def _make(folder: Path) -> None:
    """Make a folder and its parents, with mode 0700 as the XDG Base Directory Specification wants."""
    for each in (*reversed(folder.parents), folder):
        if not each.exists():
            each.mkdir(mode=0o700, exist_ok=True)


def _read(file: Path) -> tuple[Progress, Note | None]:
    """Return the progress in a file, and a note if it is not valid. Raises OSError when it cannot be opened."""
    try:
        return parse(files.content(file, LIMIT)), None
    except FileNotFoundError:
        return NOTHING, None
    except Newer:
        return NOTHING, Note("progress-newer", {"path": str(file)})
    except ValueError as error:
        return NOTHING, Note("progress-corrupt", {"path": str(file), "detail": str(error)})


def _put_aside(file: Path, note: Note) -> Note:
    """Rename a file that is not valid, so that nothing is lost. The returned note tells its new name."""
    date = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    kept = file.with_name(f"{file.name}.corrupt-{date}")
    while os.path.lexists(kept):
        kept = kept.with_name(f"{kept.name}+")
    file.rename(kept)
    return Note(f"{note.key}-kept", {**note.values, "kept": str(kept)})


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Hold the lock, so that we are the only writer. Raises OSError when another holds it for too long."""
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


def _packed(progress: Progress, note: Note | None) -> bytes:
    """Return the bytes that a child process sends back. They are JSON: root must not unpickle a user's bytes."""
    header = {"note": [note.key, dict(note.values)] if note else None}
    return json.dumps(header).encode() + b"\n" + written(progress)


def _unpacked(answer: bytes) -> Loaded:
    first, _, rest = answer.partition(b"\n")
    header: dict[str, Any] = json.loads(first)
    return Loaded(parse(rest), Note(*header["note"]) if header["note"] else None)
