"""The door that every lasting effect passes: written and flushed to disk before the effect happens.

One JSON line an entry: {"seq", "boot", "kind", "data", "undo", "crc"}. `undo` is for people: the shell command
that takes this effect back. A torn last line (power cut while writing) is dropped: its effect had not begun.
Undoing is `undo`'s work and goes by observation, so an entry whose effect never happened is harmless. An entry
of kind "done" adds what was made to the intent it belongs to.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from runner.host import kernel, kernel_files
from runner.lab import locks, private_folder, seat_names
from runner.lab.private_folder import open_private
from runner.records.errors import Unfit

FORMAT = 1
# How often we try again while a folder is missing: another seat that ends may have taken it away just then.
MOMENTS = 1000
Done = TypeVar("Done")


def _words(pattern: str) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def _all(fits: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and all(map(fits, value))


def _pairs(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(word, str) for pair in value.items() for word in pair)


def _number(value: object) -> bool:
    return isinstance(value, int)


_TEXT = _words(r"(?s).*")
# What each kind of effect says of itself. An entry that says anything else was not written by us, and nothing is undone
# on its word.
SHAPES: Mapping[str, Mapping[str, Callable[[object], bool]]] = {
    "journal": {"format": _number},
    "done": {"of": _number, "directories": _all(_TEXT)},
    "lab": {"mount": _words(rf"semdocker-[0-9a-f]{{8}}({locks.MARK})?")},
    "cgroup": {
        "name": _words(rf"semdocker(-{seat_names.NAME})?"),
        "directories": _all(_TEXT),
        "since": _number,
        "mark": _TEXT,
        "cgroup": _number,
    },
    "controllers": {"added": _all(_words(r"[a-z_]{1,32}")), "cgroup": _number},
    "survivor": {"pid": _number, "start": _number},
    "host": {"hostname": _TEXT, "domainname": _TEXT, "uts": _number},
    "superblocks": {"options": _pairs, "devices": _pairs, "mnt": _number},
    "devtmpfs": {},
}


@dataclass(frozen=True)
class Entry:
    """One effect that was about to happen. `boot` tells whether the machine was restarted since."""

    seq: int
    boot: str
    kind: str
    data: Mapping[str, Any]


class Journal:
    """An append-only file, root's own (0700 folder, 0600 file)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._boot = kernel.boot_id()
        self._disk: kernel.Mount | None = None  # that it was begun on,
        self._made: tuple[int, int] | None = None  # and its own device and inode

    def begin(self) -> None:
        """Create the journal; the file and its folder's entry reach the disk before anything else happens.

        Raises FileExistsError when there is one, and Unfit when it cannot be made.
        """
        try:
            _again(self._create)
        except OSError as error:
            if isinstance(error, FileExistsError) and self.exists():
                raise
            raise self._failed(error) from error
        self._disk, self._made = self._mounted(), kernel_files.file_id(str(self.path))
        self.intend("journal", "true", format=FORMAT)

    def _create(self) -> None:
        for folder in self.folders:
            os.close(open_private(folder))
        os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _sync(self.path.parent)

    @property
    def folders(self) -> tuple[Path, ...]:
        """Return our folders that it lies in."""
        return self.path.parent.parent, self.path.parent

    @property
    def seat(self) -> str:
        return self.path.parent.name

    def intend(self, kind: str, undo: str, **data: Any) -> int:
        """Record that an effect is about to happen. Returns its number once the record is on disk.

        Raises Unfit when the record cannot be written, or would not be read back: then the effect must not happen.
        """
        seq = 1 + max((entry.seq for entry in self.entries()), default=-1)  # also where a line in between is broken
        self._append({"seq": seq, "boot": self._boot, "kind": kind, "data": data, "undo": undo})
        return seq

    def done(self, intent: int, **identity: Any) -> None:
        """Record that the effect has happened, and what identifies the thing that was made."""
        self.intend("done", "true", of=intent, **identity)

    def _append(self, entry: Mapping[str, Any]) -> None:
        text = json.dumps({**entry, "crc": _crc(entry)}, ensure_ascii=False) + "\n"
        line = text.encode("utf-8", "surrogateescape")  # a host name may be any bytes
        try:
            if self._entry(line) is None:  # what is not read back is never undone, and nobody would know
                raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
            fd = private_folder.open_file(self.folders, self.path.name, os.O_WRONLY | os.O_APPEND)
            try:
                if os.fstat(fd).st_size + len(line) > private_folder.LIMIT:
                    raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
                if os.write(fd, line) < len(line):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                os.fsync(fd)
            finally:
                os.close(fd)
        except OSError as error:
            raise self._failed(error) from error

    def _failed(self, error: OSError) -> Unfit:
        return Unfit("journal-failed", path=str(self.path), detail=error.strerror or str(error))

    def entries(self) -> tuple[Entry, ...]:
        """Return all whole entries, oldest first; none when there is no journal, or it cannot be read."""
        try:
            content = private_folder.read(self.folders, self.path.name)
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM):
                raise  # The fault is not the journal's. Without its claims a live lab would be nobody's.
            return ()
        lines = content.split(b"\n")[:-1]  # A line without a newline was being written when the power went.
        return tuple(entry for line in lines if (entry := self._entry(line)))

    def effects(self) -> tuple[Entry, ...]:
        """Return the intents, each with what its "done" added."""
        entries = self.entries()
        made = {entry.data["of"]: entry.data for entry in entries if entry.kind == "done"}
        return tuple(
            Entry(entry.seq, entry.boot, entry.kind, {**made.get(entry.seq, {}), **entry.data})
            for entry in entries
            if entry.kind != "done"
        )

    def _entry(self, line: bytes) -> Entry | None:
        try:
            found = json.loads(kernel_files.decoded(line))
            crc = found.pop("crc")
            entry = Entry(found["seq"], found["boot"], found["kind"], found["data"])
        except (ValueError, LookupError, AttributeError, TypeError, RecursionError):
            return None  # it is no entry at all
        if crc != _crc(found):
            return None
        return entry if _is_ours(entry) else None

    def is_of_another_version(self) -> bool:
        """Tell whether another version of us wrote it: then there may be more in it than we understand."""
        return any(entry.data.get("format") != FORMAT for entry in self.entries() if entry.kind == "journal")

    def neighbours(self, kind: str) -> list[Entry]:
        """Return entries of this kind in the journals of other seats: effects that are theirs, too."""
        top = self.path.parent.parent
        others = (Journal(top / seat / "journal") for seat in private_folder.names(top) if seat != self.seat)
        return [entry for other in others for entry in other.effects() if entry.kind == kind and self.same_boot(entry)]

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other seats from reserving or undoing what seats share: controllers, the host name."""
        folder = self.path.parent.parent
        while True:
            try:
                fd = _again(lambda: open_private(folder))
            except OSError as error:
                raise self._failed(error) from error
            try:
                fcntl.flock(fd, fcntl.LOCK_EX)
                if locks.is_at(fd, folder):  # the last rollback may just have taken it away
                    yield
                    return
            finally:
                os.close(fd)

    def exists(self) -> bool:
        """Tell whether anything has its name."""
        return bool(private_folder.mode(self.folders, self.path.name))

    def hidden_by(self) -> str | None:
        """Return the place of the mount that somebody has put over the journal since we began it; None when it is where
        it was, and "" when what it lies on was unmounted. Without this it would seem that all is undone already.
        """
        before, now = self._disk, self._mounted()
        if before is None or now is None or kernel_files.file_id(str(self.path)) == self._made:
            return None
        if (now.device, now.root, now.point) == (before.device, before.root, before.point):
            return None
        return now.point if Path(now.point).is_relative_to(before.point) else ""

    def _mounted(self) -> kernel.Mount | None:
        """Return the mount that the journal lies on; None for a root directory that is none (chroot(2))."""
        top = {mount.point: mount for mount in kernel.mounts()}  # of two at one place the later one covers the other
        return next((top[str(folder)] for folder in self.path.parents if str(folder) in top), None)

    def is_unreadable(self) -> bool:
        """Tell whether no entry can be read where one must be. A first line that is torn is none: nothing followed."""
        begun = b'{"seq": 0, '
        try:
            content = private_folder.read(self.folders, self.path.name)
        except OSError:
            return self.exists()  # a FIFO, a link, a folder
        return bool(content) and not content.startswith(begun[: len(content)]) and not self.entries()

    def same_boot(self, entry: Entry) -> bool:
        """Tell whether kernel objects of this entry (processes, mounts, cgroups) can still exist."""
        return entry.boot == self._boot

    def remove(self) -> None:
        """Remove the journal, as the last act of a complete rollback, and then the folders that are empty."""
        private_folder.remove(self.folders, self.path.name)
        with suppress(FileNotFoundError):  # whoever was told to clean up at the same time was faster
            _sync(self.path.parent)
        self.leave()

    def leave(self) -> None:
        """Remove the folders, if they are empty."""
        private_folder.leave(*self.folders)
        private_folder.leave(self.folders[0])


def _is_ours(entry: Entry) -> bool:
    """Tell whether we could have written an entry. What is undone is chosen by these words, so they must be ours."""
    if not (isinstance(entry.seq, int) and isinstance(entry.boot, str) and isinstance(entry.kind, str)):
        return False
    shape = SHAPES.get(entry.kind)
    if shape is None or not isinstance(entry.data, dict):
        return False
    return all(fits(entry.data[name]) for name, fits in shape.items() if name in entry.data)


def _crc(entry: Mapping[str, Any]) -> int:
    return zlib.crc32(json.dumps(entry, sort_keys=True).encode())


def _again(act: Callable[[], Done]) -> Done:
    """Do something again when another seat's rollback has just removed the empty folder that it needs."""
    for _ in range(MOMENTS):
        with suppress(FileNotFoundError):
            return act()
    return act()


def _sync(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
