"""Marks for Babel: `N_` for a sentence, `P_` for one that counts (see tests/test_locales.py for the command)."""

from __future__ import annotations

# One that counts has two English forms; `count` chooses between them, by the rules of the language.
Sentence = str | tuple[str, str]


def N_(sentence: str) -> str:
    return sentence


def P_(one: str, many: str) -> tuple[str, str]:
    return one, many
