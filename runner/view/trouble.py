"""What went wrong, on standard error: one sentence, or every fault of the lesson files with its place."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from typing import TextIO

from runner.errors import InvalidLesson, RunnerError
from runner.messages import text
from runner.view.plain import Plain


def explain(error: RunnerError, stream: TextIO) -> None:
    if isinstance(error, InvalidLesson):
        for fault in error.faults:
            sentence = text(fault.key, **fault.values)
            place = {"file": fault.file, "line": fault.line, "column": fault.column}
            complain(text("fault", sentence=sentence, **place), stream)
    complain(text("error", sentence=text(error.key, **error.values)), stream)


def remark(key: str, values: Mapping[str, str]) -> None:
    """Something to know that stops nothing; on stderr."""
    complain(text("error", sentence=text(key, **values)), sys.stderr)


def complain(sentence: str, stream: TextIO) -> None:
    Plain(stream, shutil.get_terminal_size().columns if stream.isatty() else None).say(sentence)
