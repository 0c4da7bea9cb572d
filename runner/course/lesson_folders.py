"""The folders of lessons and exercises: find them, keep links inside them, and raise the faults of their files."""

from __future__ import annotations

import os
import re
from pathlib import Path

from runner.course.yaml_nodes import Faults, short
from runner.records.errors import Fault, InvalidLesson

FOLDER = re.compile(r"([0-9]{2})-([a-z][a-z0-9-]*)")
EXERCISES = "exercises"  # This folder is beside the lessons, but it is no lesson.


def names(base: Path) -> list[tuple[Path, str]]:
    """Return the lesson folders in a folder, each with the name of its lesson. Raise InvalidLesson for a wrong name."""
    faults = Faults(shown(base))
    lessons = [(path, name) for path, _, name in folders(base, faults)]
    if not lessons and not faults.found:
        faults.add_at(1, 1, "no-lessons")
    raise_faults([faults])
    return lessons


def folders(base: Path, faults: Faults) -> list[tuple[Path, int, str]]:
    """Return the lesson folders in order, each with its number and its name; there may be none."""
    lessons = []
    for path in _folders_in(base, faults):
        if path.name == EXERCISES:
            continue
        match = FOLDER.fullmatch(path.name)
        if match is None:
            name = os.fsencode(path.name).decode(errors="backslashreplace")  # The name may not be UTF-8.
            faults.add_at(1, 1, "folder-name", name=short(name))
        elif inside(path, base, faults):
            lessons.append((path, int(match[1]), match[2]))
    return lessons


def exercise_folders(base: Path, faults: Faults) -> list[Path]:
    """Return the folders of exercises, sorted by name. A course need not have any."""
    return [path for path in _folders_in(base / EXERCISES, faults) if inside(path, base, faults)]


def _folders_in(base: Path, faults: Faults) -> list[Path]:
    try:
        return sorted(path for path in base.iterdir() if path.is_dir() and not path.name.startswith((".", "_")))
    except FileNotFoundError:
        return []
    except OSError as error:
        faults.add_at(1, 1, "file-unreadable", reason=error.strerror or str(error))
        return []


def inside(path: Path, base: Path, faults: Faults) -> bool:
    """Say whether a path stays inside a folder; add a fault when a link leads out of it."""
    # Before Python 3.13, Path.resolve raises an error for a link to itself.
    if Path(os.path.realpath(path)).is_relative_to(os.path.realpath(base)):
        return True
    faults.add_at(1, 1, "outside", name=path.name)
    return False


def shown(path: Path) -> str:
    """Return a path as it is shown: relative to the working directory when it is below that."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except (ValueError, FileNotFoundError):  # It is elsewhere, or the working directory is gone.
        return str(path)


def raise_faults(files: list[Faults]) -> None:
    """Raise InvalidLesson with all faults of these files, if there are any."""
    faults = in_order(files)
    if faults:
        raise InvalidLesson(tuple(faults))


def in_order(files: list[Faults]) -> list[Fault]:
    """Return all faults, file by file, and in each file from the top to the end."""
    faults: list[Fault] = []
    for file in files:
        faults.extend(sorted(file.found, key=lambda fault: (fault.key == "too-many-faults", fault.line, fault.column)))
    return faults
