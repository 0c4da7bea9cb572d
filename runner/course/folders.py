"""The folders that hold lessons and exercises, and where their faults are told."""

from __future__ import annotations

import os
import re
from pathlib import Path

from runner.course.nodes import Faults, short
from runner.records.errors import Fault, InvalidLesson

FOLDER = re.compile(r"([0-9]{2})-([a-z][a-z0-9-]*)")
EXERCISES = "exercises"  # the folder beside the lessons that is none


def names(base: Path) -> list[tuple[Path, str]]:
    """The lesson folders of any folder, with the lessons' names. Raises InvalidLesson."""
    faults = Faults(shown(base))
    found = [(path, name) for path, _, name in folders(base, faults)]
    raise_faults([faults])
    return found


def folders(base: Path, faults: Faults) -> list[tuple[Path, int, str]]:
    """The lesson folders in order, with number and name."""
    found = []
    for path in _folders_in(base, faults):
        if path.name == EXERCISES:
            continue
        match = FOLDER.fullmatch(path.name)
        if match is None:
            name = os.fsencode(path.name).decode(errors="backslashreplace")  # a name may be no UTF-8
            faults.add_at(1, 1, "folder-name", name=short(name))
        elif inside(path, base, faults):
            found.append((path, int(match[1]), match[2]))
    if not found and not faults.found:
        faults.add_at(1, 1, "no-lessons")
    return found


def exercise_folders(base: Path, faults: Faults) -> list[Path]:
    """The folders of exercises, by name; none where the course has none."""
    return [path for path in _folders_in(base / EXERCISES, faults) if inside(path, base, faults)]


def _folders_in(base: Path, faults: Faults) -> list[Path]:
    try:
        return sorted(path for path in base.iterdir() if path.is_dir() and not path.name.startswith((".", "_")))
    except FileNotFoundError:
        return []
    except OSError as error:
        faults.add_at(1, 1, "file-unreadable", reason=error.strerror)
        return []


def inside(path: Path, base: Path, faults: Faults) -> bool:
    """A link may not lead out of a folder: a lesson's files stay in its own, and that in the course's."""
    # not Path.resolve, which before Python 3.13 raises on a link to itself
    if Path(os.path.realpath(path)).is_relative_to(os.path.realpath(base)):
        return True
    faults.add_at(1, 1, "outside", name=path.name)
    return False


def shown(path: Path) -> str:
    """As short as the place we are called from allows."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def raise_faults(files: list[Faults]) -> None:
    faults = in_order(files)
    if faults:
        raise InvalidLesson(tuple(faults))


def in_order(files: list[Faults]) -> list[Fault]:
    """All faults, file by file, each from its top to its end."""
    faults: list[Fault] = []
    for file in files:
        faults.extend(sorted(file.found, key=lambda fault: (fault.key == "too-many-faults", fault.line, fault.column)))
    return faults
