"""Marks for Babel: `N_` for a sentence, `P_` for one that counts (see tests/test_locales.py for the command)."""

from __future__ import annotations


def N_(sentence: str) -> str:  # noqa: N802 -- the name that gettext tools look for
    return sentence


def P_(one: str, many: str) -> tuple[str, str]:  # noqa: N802
    return one, many
