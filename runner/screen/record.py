"""What the screen shows, kept as an asciicast (version 2, https://docs.asciinema.org/manual/asciicast/v2/).

Only what is written to the screen is in it: what is typed secretly (`read -s`) never is. One program has one screen,
so there is one recording at a time; whoever writes to the screen past Python's streams does it through `write`.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from runner.host import login
from runner.records.errors import RunnerError, UsageError

SIZE = os.terminal_size((80, 24))  # of a recording made without a terminal


def accepts(path: Path | None) -> None:
    """Refuse a recording that could not be made, before anything runs. An earlier one is never overwritten."""
    if path is None:
        return
    if not path.absolute().parent.is_dir():
        raise UsageError("file-folder", path=str(path.absolute().parent))
    if os.path.lexists(path):
        raise UsageError("record-exists", path=str(path))


class Cast:
    """A recording in progress. A disk that is full ends it, and nothing else."""

    def __init__(self, file: int, screen: int, title: str) -> None:
        self._file = file
        self._screen = screen
        self._size = self._measured()
        self._started = time.monotonic()
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self.trouble: OSError | None = None
        environment = {"TERM": os.environ.get("TERM", "dumb"), "SHELL": "/bin/bash"}
        shape = {"version": 2, "width": self._size.columns, "height": self._size.lines}
        self._line({**shape, "timestamp": int(time.time()), "title": title, "env": environment})

    def _measured(self) -> os.terminal_size:
        try:
            size = os.get_terminal_size(self._screen)
        except OSError:
            return SIZE
        return size if size.columns and size.lines else SIZE

    def shown(self, data: bytes) -> None:
        """The screen got these bytes just now."""
        size = self._measured()
        if size != self._size:
            self._size = size
            self._event("r", f"{size.columns}x{size.lines}")
        text = self._decoder.decode(data)
        if text:
            self._event("o", text)

    def _event(self, kind: str, data: str) -> None:
        self._line([round(time.monotonic() - self._started, 6), kind, data])

    def _line(self, document: object) -> None:
        import json  # the help need not know it

        line = (json.dumps(document, ensure_ascii=False) + "\n").encode(errors="replace")
        try:
            while line and not self.trouble:
                line = line[os.write(self._file, line) :]
        except OSError as error:
            self.trouble = error


_cast: Cast | None = None


def write(screen: int, data: bytes) -> None:
    """Put bytes on the screen as they are."""
    if _cast:
        _cast.shown(data)
    while data:
        data = data[os.write(screen, data) :]


def echoed(line: str) -> None:
    """A line was typed at a prompt of ours, and the terminal itself has shown it."""
    with suppress(OSError, termios.error):
        if _cast and termios.tcgetattr(sys.stdin.fileno())[3] & termios.ECHO:
            _cast.shown(_as_shown(line.encode(errors="replace")))


def _as_shown(data: bytes) -> bytes:
    """A terminal begins each line at its left edge."""
    return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


class _Tee(io.RawIOBase):
    """A stream's descriptor, with the recording beside it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, data: object) -> int:
        content = bytes(memoryview(data).cast("B"))  # type: ignore[arg-type]
        if _cast:
            _cast.shown(_as_shown(content))
        left = content
        while left:
            left = left[os.write(self._descriptor, left) :]
        return len(content)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)


@contextmanager
def recording(path: Path | None, title: str, *, stream: str = "stdout") -> Iterator[None]:
    """Within, everything that the stream of this name shows is kept in a new file of the login user.

    Raises RunnerError when the file cannot be made, and at the end when it could not be written.
    """
    global _cast  # noqa: PLW0603 -- one screen
    if path is None:
        yield
        return
    before = getattr(sys, stream)
    before.flush()
    file = _made(path)
    _cast = cast = Cast(file, before.fileno(), title)
    tee = io.TextIOWrapper(_Tee(before.fileno()), before.encoding, before.errors, write_through=True)  # type: ignore[type-var]
    setattr(sys, stream, tee)
    try:
        yield
    finally:
        tee.flush()
        setattr(sys, stream, before)
        _cast = None
        os.close(file)
    if cast.trouble:
        raise _failed(path, cast.trouble)


def _made(path: Path) -> int:
    try:
        return login.create(login.person(), path.absolute())
    except OSError as error:
        raise _failed(path, error) from error


def _failed(path: Path, error: OSError) -> RunnerError:
    return RunnerError("record-failed", path=str(path), detail=error.strerror or str(error))
