"""The options of the command line, as one record for all verbs."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

MINE = "mine"  # in place of a digest: what only root and the person who typed the command can write


class Options(NamedTuple):
    """The options of every verb. Those that a verb does not have keep their defaults."""

    lang: str = "en"
    plain: bool = False
    json: bool = False
    lessons: tuple[str, ...] = ()  # These ids exist. When there are none, all lessons are meant.
    report: Path | None = None  # The name ends in .json or .xml; the folder exists.
    settings: tuple[str, ...] = ()  # Each is NAME=VALUE.
    seat: str = "default"
    place: str = ""  # The name of a shell of the lab.
    watch: float | None = None  # Seconds between two looks.
    folders: tuple[Path, ...] = ()  # Lessons from elsewhere are in these folders; the paths are absolute.
    trust: tuple[str, ...] = ()  # These digests may run without asking; MINE is among them, or not.
    pairs: bool = False  # Each lesson runs after each other one.
    exercise: str = ""  # This id exists.
    speed: float = 18.0  # Characters typed in a second; infinity types all at once.
    autoplay: float | None = None  # Seconds between two acts of a rehearsal.
    distrust: bool = False  # Lessons from elsewhere are no longer trusted.
    guessed: bool = False  # The language comes from the locale; nobody chose it.
    yes: bool = False  # Nothing is asked.
    argv: tuple[str, ...] = ()  # The command line, as it was typed.
