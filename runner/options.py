"""What was asked on the command line, as one record."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from runner.language import Language


class Options(NamedTuple):
    """A NamedTuple and not a dataclass, which would triple the time that `list` takes to start."""

    lang: Language = "en"
    plain: bool = False
    json: bool = False
    lessons: tuple[str, ...] = ()  # ids that exist; all lessons when empty
    report: Path | None = None  # .json or .xml, checked
    settings: tuple[str, ...] = ()  # NAME=VALUE
    seat: str = "default"
    place: str = ""  # a shell of the lab that was entered
    watch: float | None = None  # seconds between two looks
    guessed: bool = False  # the language: nobody chose it
    yes: bool = False  # no question is asked
