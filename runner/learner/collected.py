"""The progress of a class, as a teacher has collected it: documents of `report --json`, progress files, and exams.

A document says whose it is. A progress file does not, and `root` is nobody's name: then the name of the file says it,
or that of its folder. A file that cannot be understood whole is left out, with the reason: it never counts as zero.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from runner.host import files, login
from runner.lab import seat_names
from runner.learner import exam_file, exam_json, progress_export, progress_file, progress_json, strict_json
from runner.learner.strict_json import Newer
from runner.messages import safe_text
from runner.records.exam import Answer
from runner.records.progress import HandedIn, LeftOut, LessonRecord, State, StepRecord, Who

LIMIT = 1 << 20  # bytes; the document of somebody who did the whole course has about a fifth of that
AT_ONCE = 50  # so many files one child process reads behind sudo: each child costs some milliseconds
DEFAULT_EXAM = f"{exam_file.PREFIX}{seat_names.DEFAULT}"  # the exam of whoever logs in as root
ALIKE = (progress_file.NAME, "report", "progress-report", DEFAULT_EXAM)  # names of files that are everybody's
FOLDERS = (progress_file.FOLDER, "state", ".local", "home")  # and of folders


class _Content(NamedTuple):
    """What was read of a file. `trouble` is the key of the sentence that says why nothing was; else empty."""

    content: bytes
    changed: float
    trouble: str = ""
    detail: str = ""


def read(paths: Sequence[Path], *, but: Sequence[Path] = (), by_file: bool = False) -> Iterator[HandedIn | LeftOut]:
    """Read files, and all that is in folders, with the rights of whoever typed the command.

    `but` are files to pass over. `by_file`: the name of a file says whose it is, whatever the document says.
    """
    who = login.person()
    passed = {os.path.abspath(path) for path in but}  # noqa: PTH100 -- it follows no link of anybody's
    for top in paths:
        names = login.act(who, partial(_listed, top)).split(b"\0")
        found = [path for path in map(Path, map(os.fsdecode, names)) if os.path.abspath(path) not in passed]  # noqa: PTH100
        for start in range(0, len(found), AT_ONCE):
            some = found[start : start + AT_ONCE]
            for path, content in zip(some, _unpacked(login.act(who, partial(_packed, some))), strict=True):
                yield _judged(path, _name(path, top), content, by_file=by_file)


# --- with the rights of the login user --------------------------------------------------------


def _listed(top: Path) -> bytes:
    """Return the path of a file, or of all that is in a folder. A folder that cannot be read stands for itself."""
    if not top.is_dir():
        return os.fsencode(top)
    found: list[str] = []
    unread: list[OSError] = []
    for folder, folders, names in os.walk(top, onerror=unread.append):
        links = [name for name in folders if Path(folder, name).is_symlink()]
        found += [str(Path(folder, name)) for name in (*names, *links) if name != progress_file.LOCK]
        folders.sort()
    found += [str(error.filename) for error in unread]
    return b"\0".join(map(os.fsencode, sorted(found))) or os.fsencode(top)


def _packed(paths: Sequence[Path]) -> bytes:
    """Return the bytes that a child process sends back: of each file a line of JSON, and then its content."""
    return b"".join(
        json.dumps([len(one.content), *one[1:]]).encode() + b"\n" + one.content for one in map(_content, paths)
    )


def _content(path: Path) -> _Content:
    try:
        content = files.content(path, LIMIT)
        return _Content(content, path.lstat().st_mtime, "" if content else "rollup.left.empty")
    except files.NotRead as odd:
        folder = path.is_dir() and not path.is_symlink()
        return _Content(b"", 0, "rollup.left.nothing" if folder else f"rollup.left.{odd.kind}")
    except OSError as error:
        return _Content(b"", 0, "rollup.left.unreadable", error.strerror or str(error))


def _unpacked(answer: bytes) -> Iterator[_Content]:
    place = 0
    while place < len(answer):
        start = answer.index(b"\n", place) + 1
        size, *rest = json.loads(answer[place:start])
        place = start + size
        yield _Content(answer[start:place], *rest)


# --- whose it is, and what it says ------------------------------------------------------------


def _judged(path: Path, named: str, found: _Content, *, by_file: bool) -> HandedIn | LeftOut:
    left_out = partial(LeftOut, str(path))
    if found.trouble:
        return left_out(found.trouble, found.detail)
    try:
        document = strict_json.loaded(found.content)
        if strict_json.version(document, exam_json.SCHEMA) is not None:
            return _examined(path, named, found, document, by_file=by_file)
        reported = strict_json.version(document, progress_export.SCHEMA) is not None
        if not reported and strict_json.version(document, progress_json.SCHEMA) is None:
            return left_out("rollup.left.foreign")
        if reported and document.get("note") is not None:
            return left_out("rollup.left.noted", str(document["note"]))
        progress = progress_json.reported(document) if reported else progress_json.understood(document)
        not_told = progress_json.not_told(document) if reported else ()
    except Newer:
        return left_out("rollup.left.newer")
    except exam_json.Changed:
        return left_out("rollup.left.changed")
    except ValueError as error:
        begun = found.content.lstrip().startswith(b"{")
        return left_out("rollup.left.damaged", str(error)) if begun else left_out("rollup.left.foreign")
    lessons = {id: record for id, record in progress.lessons.items() if record != LessonRecord()}
    who = _who(document, "student", named) if reported and not by_file else Who(named)
    return HandedIn(str(path), found.changed, who, lessons, progress.practice, progress.place, not_told)


def _examined(
    path: Path, named: str, found: _Content, document: dict[str, Any], *, by_file: bool
) -> HandedIn | LeftOut:
    """Return what was reached in an exam, as practice. Raises ValueError for a document that was changed.

    An exercise that was not touched is there, too: each fact of an exam was asked of everybody.
    """
    exam = exam_json.understood(document)
    if exam.over is None:
        return LeftOut(str(path), "rollup.left.not-over")
    who = Who(named) if by_file else _who(document, "user", named)
    practice = {answer.exercise: _practiced(answer, exam.ended) for answer in exam.answers}
    return HandedIn(str(path), found.changed, who, {}, practice)


def _practiced(answer: Answer, ended: str) -> StepRecord:
    missed = tuple(fact.id for fact in answer.facts if not fact.true)
    when = max((fact.when for fact in answer.facts), default="") if answer.solved else ended
    state = State.DONE if answer.solved else State.OPEN
    return StepRecord(state, 1, 0, answer.seconds, when, typed=True, missed=missed)


def _who(document: dict[str, Any], login: str, named: str) -> Who:
    """Return whose a document says it is; it has the `login` under that name."""
    student, seat = (safe_text.line(str(document.get(key) or "")).strip() for key in (login, "seat"))
    own = seat in ("", seat_names.DEFAULT, student) or seat == seat_names.of_login(student)
    if student in ("", "root"):
        return Who(named if own else seat)
    return Who(student, "" if own else seat)


def _name(path: Path, top: Path) -> str:
    """Return what the name of a file says of whose it is; or the name of its folder, where a file is called as all."""
    name = path.name.removesuffix(".json")
    if name in ALIKE:
        below = (*path.relative_to(top).parts[:-1], top.absolute().name)
        above = below if path != top else reversed(path.absolute().parent.parts)
        name = next((folder for folder in above if folder not in FOLDERS), name)
    return safe_text.line(name.removeprefix(f"{progress_file.NAME}-").removeprefix(exam_file.PREFIX))
