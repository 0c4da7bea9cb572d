"""Marks by which Babel finds sentences: `N_`, and `P_` for one with a count (see locales/update.py)."""

from __future__ import annotations

# A sentence with a count has two forms in English. The rules of the language choose the form that fits the count.
Sentence = str | tuple[str, str]


def N_(sentence: str) -> str:
    """Mark a sentence. It is translated when it is shown."""
    return sentence


def P_(one: str, many: str) -> tuple[str, str]:
    """Mark a sentence with a `{count}`, in its forms for one and for many."""
    return one, many
