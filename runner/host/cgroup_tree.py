"""All groups of a tree, however deep it is and however long their paths are.

Whoever is root in the lab makes groups as deep as they like, and a path that is longer than PATH_MAX leads nowhere
(path_resolution(7)). So a walk goes from folder to folder, with one of them open at a time, and never calls itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from runner.host import cgroups, kernel_files

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def walk(top: Path) -> Iterator[Path]:
    """Yield every group of a tree, each before those below it; none when there is no such tree.

    Each is a short way to the open folder, and leads there only until the next one is asked for.
    """
    return (Path(f"/proc/self/fd/{folder}") for folder, left in steps(top) if not left)


def members(top: Path) -> Iterator[int]:
    """Yield the PIDs of the processes in a tree of groups."""
    return (pid for group in walk(top) for pid in cgroups.members(group))


def steps(top: Path) -> Iterator[tuple[int, str]]:
    """Yield each folder when the walk comes down to it, and again each time when it comes back up to it, then with the
    name of the group that it has left. What goes away meanwhile is passed by.
    """
    try:
        folder = os.open(top, FOLDER)
    except OSError:
        return
    try:
        yield folder, ""
        waiting, way = [_below(folder)], [""]  # what is still to be seen in each folder of the way, and their names
        while waiting:
            if waiting[-1]:
                name = waiting[-1].pop()
                with suppress(OSError):
                    folder = _moved(folder, name)
                    yield folder, ""
                    waiting.append(_below(folder))
                    way.append(name)
            else:
                waiting.pop()
                left = way.pop()
                if left:
                    folder = _moved(folder, "..")
                    yield folder, left
    finally:
        os.close(folder)


def _moved(folder: int, name: str) -> int:
    """Open another folder from an open one, which is closed then. Raises OSError, and nothing is closed."""
    other = os.open(name, FOLDER, dir_fd=folder)
    os.close(folder)
    return other


def _below(folder: int) -> list[str]:
    return [entry.name for entry in kernel_files.entries(folder) if entry.is_dir(follow_symlinks=False)]
