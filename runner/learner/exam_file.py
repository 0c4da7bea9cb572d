"""The file that an exam is written to: refused early where it cannot be, gone on with where it is this student's own.

An exam is never written over. The file is there from the first minute, so that a closed terminal, a `kill -9` or a
power cut takes nothing away; the same command then goes on with it, in what is left of the time.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from runner.engine import run_report
from runner.engine.junit import Case, Suite, xml
from runner.host import files, login
from runner.learner import exam_json
from runner.learner.strict_json import Newer
from runner.records.errors import UsageError
from runner.records.exam import Answer, Exam
from runner.records.results import Outcome

THERE = b"+"
PRIVATE = 0o600  # nothing for those who still sit at it
PREFIX = "exam-"  # of the name, which ends in the seat


def default(seat: str) -> Path:
    """Return where an exam is written when nobody says it."""
    return Path(f"{PREFIX}{seat}.json")


def free(path: Path) -> None:
    """Refuse a file that is there already, or that could not be written. Nothing is written yet."""
    if _content(path) is not None:
        raise UsageError("exam-there", path=str(path))


def before(path: Path, wanted: Exam, junit: Path | None = None) -> Exam | None:
    """Return the exam that was begun in this file; None where there is none. Raises UsageError for anything else.

    An exam that is over is refused, too; if its `junit` could not be written at its end, that is done now.
    """
    content = _content(path)
    found = None if content is None else _understood(path, content, wanted)
    if found and found.over:
        if junit and _content(junit) is None:
            save_junit(junit, found)
        raise UsageError("exam-over", path=str(path), digest=exam_json.document(found)[exam_json.DIGEST])
    if junit:
        free(junit)
    return found and wanted.going_on(found)


def _understood(path: Path, content: bytes, wanted: Exam) -> Exam:
    try:
        found = exam_json.parse(content)
    except (ValueError, Newer) as error:
        raise UsageError("exam-there", path=str(path)) from error
    if not wanted.asks_the_same(found):
        raise UsageError("exam-other", path=str(path))
    return found


def begin(path: Path, exam: Exam) -> None:
    """Write an exam for the first time. Raises UsageError when somebody wrote the file meanwhile, or RunnerError."""
    _create(path, exam_json.written(exam))


def save(path: Path, exam: Exam) -> None:
    """Write all that was reached until now, whole or not at all. Raises RunnerError."""
    login.write(path, exam_json.written(exam), PRIVATE)


def save_junit(path: Path, exam: Exam) -> None:
    """Write the exam as JUnit, once. Raises UsageError when somebody wrote the file meanwhile, or RunnerError."""
    _create(path, junit(exam).encode())


def _create(path: Path, content: bytes) -> None:
    try:
        login.create(path, content, PRIVATE)
    except FileExistsError as error:
        raise UsageError("exam-there", path=str(path)) from error


def junit(exam: Exam) -> str:
    """Return a test suite for each exercise, with a test case for each fact."""
    document = exam_json.document(exam)
    names = ("user", "seat", "host", "version", "seed", "begun", "ended", "over", "minutes", exam_json.DIGEST)
    suites = [Suite(one.exercise, _cases(one), one.seconds) for one in exam.answers]
    return xml("semdocker exam", suites, {name: str(document[name]) for name in names})


def _cases(answer: Answer) -> list[Case]:
    return [
        Case(fact.id, Outcome.PASSED if fact.true else Outcome.FAILED, "" if fact.true else "not true")
        for fact in answer.facts
    ]


def _content(path: Path) -> bytes | None:
    """Return what is in a file, with the rights of whoever typed the command; None where there is none yet.

    Raises UsageError where none could be written.
    """
    run_report.in_a_folder(path)
    try:
        found = login.act(login.person(), lambda: _looked_at(path))
    except OSError as error:
        raise UsageError("not-written", path=str(path), reason=error.strerror or str(error)) from error
    return found.removeprefix(THERE) if found else None


def _looked_at(path: Path) -> bytes:
    """Return THERE and what a file has, as far as it is one that we could have written; nothing where there is none."""
    with suppress(FileNotFoundError):
        files.fresh_name(path).lstat()  # it is longer than the name of the file
    try:
        path.lstat()
    except FileNotFoundError:
        if os.access(path.parent, os.W_OK | os.X_OK):
            return b""
        raise OSError(errno.EACCES, os.strerror(errno.EACCES)) from None
    try:
        return THERE + files.content(path, exam_json.LIMIT)
    except files.NotRead:
        return THERE
