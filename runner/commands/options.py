"""What was asked on the command line, as one record."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from runner.language import Language


@dataclass(frozen=True)
class Options:
    lang: Language = "en"
    plain: bool = False
    json: bool = False
    lessons: tuple[str, ...] = ()  # ids that exist; all lessons when empty
    report: Path | None = None  # .json or .xml, checked
    settings: tuple[str, ...] = ()  # NAME=VALUE, well-formed
