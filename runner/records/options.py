"""What was asked on the command line, as one record."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Options(NamedTuple):
    lang: str = "en"
    plain: bool = False
    json: bool = False
    lessons: tuple[str, ...] = ()  # ids that exist; all lessons when empty
    report: Path | None = None  # .json or .xml, checked
    settings: tuple[str, ...] = ()  # NAME=VALUE
    seat: str = "default"
    place: str = ""  # a shell of the lab that was entered
    watch: float | None = None  # seconds between two looks
    folders: tuple[Path, ...] = ()  # of lessons from elsewhere; absolute
    trust: tuple[str, ...] = ()  # digests of such folders
    pairs: bool = False  # each lesson after each other one
    exercise: str = ""  # an id that exists
    speed: float = 18.0  # characters a second that are typed; infinite is at once
    autoplay: float | None = None  # seconds between two acts of a rehearsal
    record: Path | None = None  # a new file
    stills: tuple[str, ...] = ()  # STEP=FILE
    distrust: bool = False  # no lessons from elsewhere any more
    guessed: bool = False  # the language: nobody chose it
    yes: bool = False  # no question is asked
    argv: tuple[str, ...] = ()  # the command line itself, as it was typed
