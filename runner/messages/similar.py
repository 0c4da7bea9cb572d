"""Names that somebody mistyped: the nearest that exists, and the error that tells it."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from runner.records.errors import UsageError


def nearest(name: str, known: Collection[str], likeness: float = 0.5) -> str | None:
    """Return the known name that is most like a mistyped one; None when none is like it."""
    return next(iter(get_close_matches(name[:64].lower(), known, n=1, cutoff=likeness)), None)


def unknown(key: str, name: str, known: Collection[str]) -> UsageError:
    """Return the error for a name that does not exist: it tells the nearest that does, or else all of them.

    The sentences are those of `key` and `key`-near.
    """
    near = nearest(name, known)
    if near:
        return UsageError(f"{key}-near", name=name, near=near)
    return UsageError(key, name=name, known=", ".join(known))
