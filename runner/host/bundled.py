"""Where the lessons and the message catalogues are: inside the installed package, or at the top of a checkout."""

from __future__ import annotations

from pathlib import Path


def lessons() -> Path:
    return _folder("lessons")


def locales() -> Path:
    return _folder("locales")


def _folder(name: str) -> Path:
    package = Path(__file__).parents[1]
    packaged = package / "_data" / name
    # An editable install has no packaged copy.
    return packaged if packaged.is_dir() else package.parent / name
