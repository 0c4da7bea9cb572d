"""Errors in words: one sentence, or every fault of the lesson files with its place."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TextIO

from runner.messages.catalog import text
from runner.records.errors import Fault, InvalidLesson, RunnerError
from runner.screen.face import Face
from runner.screen.plain import Plain

FEW = 3  # so many faults about words of one file are told one by one
_UNWRITTEN = ("words-missing", "words-unknown", "words-unknown-near")


def explain(error: RunnerError, stream: TextIO) -> None:
    """Write the sentence of an error, after the faults of the lesson files if it carries them."""
    if isinstance(error, InvalidLesson):
        warn(error.faults, stream)
    complain(text("error", sentence=text(error.key, **error.values)), stream)


def warn(faults: Iterable[Fault], stream: TextIO) -> None:
    for fault in gathered(faults):
        complain(placed(fault), stream)


def gathered(faults: Iterable[Fault]) -> list[Fault]:
    """Return the faults with those that only say that words are still to be written as one for each file, at the end.

    So an unfinished translation, or the words of a model, do not hide what is wrong. A few are left as they are.
    """
    others: list[Fault] = []
    unwritten: dict[str, list[Fault]] = {}
    for fault in faults:
        (unwritten.setdefault(fault.file, []) if fault.key in _UNWRITTEN else others).append(fault)
    for file, some in unwritten.items():
        others += some if len(some) <= FEW else [_summary(file, some)]
    return others


def _summary(file: str, faults: Sequence[Fault]) -> Fault:
    missing = [str(fault.values["name"]) for fault in faults if fault.key == "words-missing"]
    left = [str(fault.values["name"]) for fault in faults if fault.key != "words-missing"]
    kind = "both" if missing and left else "missing" if missing else "left"
    values = {"missing": ", ".join(missing), "left": ", ".join(left)}
    return Fault(file, faults[0].line, faults[0].column, f"unwritten-{kind}", **values)


def placed(fault: Fault) -> str:
    """Return a fault with its file, line and column in front, as compilers write it."""
    sentence = text(fault.key, **fault.values)
    return text("fault", sentence=sentence, file=fault.file, line=fault.line, column=fault.column)


def preview_trouble(error: RunnerError | OSError, page: Callable[[Face], None], face: Face) -> None:
    """Show why a page cannot be shown as it is now, and below the page as it was before."""
    if isinstance(error, InvalidLesson):
        for fault in gathered(error.faults):
            face.say(placed(fault), "bad")
    elif isinstance(error, RunnerError):
        face.say(text(error.key, **error.values), "bad")
    else:
        face.say(str(error), "bad")
    face.say(text("show.faulty"), "dim")
    face.gap()
    page(face)


def remark(key: str, values: Mapping[str, str]) -> None:
    """Say something on stderr that the user should know. The command goes on."""
    complain(text("error", sentence=text(key, **values)), sys.stderr)


def complain(sentence: str, stream: TextIO) -> None:
    """Write a sentence without color, folded at the width of a terminal."""
    Plain(stream, shutil.get_terminal_size().columns if stream.isatty() else None).say(sentence)
