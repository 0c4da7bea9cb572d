"""The folders of the lessons and the message catalogs: in the installed package, or at the top of a checkout."""

from __future__ import annotations

from pathlib import Path


def lessons() -> Path:
    """Return the folder of the built-in lessons."""
    return _folder("lessons")


def locales() -> Path:
    """Return the folder of the message catalogs."""
    return _folder("locales")


def _folder(name: str) -> Path:
    package = Path(__file__).parents[1]
    packaged = package / "_data" / name
    # An editable install has no copy of the data in the package.
    return packaged if packaged.is_dir() else package.parent / name
