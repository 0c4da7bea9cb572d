"""What went wrong, on standard error: one sentence, or every fault of the lesson files with its place."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TextIO

from runner.messages.sentences import text
from runner.records.errors import Fault, InvalidLesson, RunnerError
from runner.screen.face import Face
from runner.screen.plain import Plain


def explain(error: RunnerError, stream: TextIO) -> None:
    if isinstance(error, InvalidLesson):
        warn(error.faults, stream)
    complain(text("error", sentence=text(error.key, **error.values)), stream)


def warn(faults: Iterable[Fault], stream: TextIO) -> None:
    for fault in faults:
        complain(placed(fault), stream)


def placed(fault: Fault) -> str:
    """A fault with its place, as compilers write it."""
    sentence = text(fault.key, **fault.values)
    return text("fault", sentence=sentence, file=fault.file, line=fault.line, column=fault.column)


def preview_trouble(error: RunnerError | OSError, page: Callable[[Face], None], face: Face) -> None:
    """Why a page cannot be shown as it is now, and the page as it was."""
    if isinstance(error, InvalidLesson):
        for fault in error.faults:
            face.say(placed(fault), "bad")
    elif isinstance(error, RunnerError):
        face.say(text(error.key, **error.values), "bad")
    else:
        face.say(str(error), "bad")
    face.say(text("show.faulty"), "dim")
    face.gap()
    page(face)


def remark(key: str, values: Mapping[str, str]) -> None:
    """Something to know that stops nothing; on stderr."""
    complain(text("error", sentence=text(key, **values)), sys.stderr)


def complain(sentence: str, stream: TextIO) -> None:
    Plain(stream, shutil.get_terminal_size().columns if stream.isatty() else None).say(sentence)
