"""Mistyped names: find the most similar name that exists, and make the error that tells it."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from runner.records.errors import UsageError


def nearest(name: str, known: Collection[str], likeness: float = 0.5) -> str | None:
    """Return the known name that is most similar to a mistyped one; None when none is similar enough.

    `likeness` is from 0 (anything) to 1 (the same); see difflib.
    """
    return next(iter(get_close_matches(name[:64].lower(), known, n=1, cutoff=likeness)), None)


def unknown(key: str, name: str, known: Collection[str]) -> UsageError:
    """Return the error for a name that does not exist. It tells the most similar name, or else all known names.

    There must be a sentence for `key`, and another for `key` with "-near".
    """
    near = nearest(name, known)
    if near:
        return UsageError(f"{key}-near", name=name, near=near)
    return UsageError(key, name=name, known=", ".join(known))
