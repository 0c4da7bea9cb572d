"""Shell text as words and operators, without running it; quotation marks and backslashes are taken off the words."""

from __future__ import annotations

import re

OPERATOR = re.compile(r"[;&|()<>]+|\n+")
_TOKEN = re.compile(r"""[;&|()<>]+|\n+|(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s;&|()<>'"\\]|['"\\])+""", re.DOTALL)
_QUOTES = re.compile(r"""'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)""", re.DOTALL)
_ESCAPE = re.compile(r'\\([$`"\\])')


def split(text: str) -> list[str]:
    """Return words, operators and ends of lines; a quotation mark without its twin is a character like any other."""
    return [_QUOTES.sub(_unquoted, token) for token in _TOKEN.findall(_joined(text))]


def is_open(text: str) -> bool:
    """Say whether a quotation mark is never closed, or a backslash at the end waits for more."""
    return re.search(r"""['"\\]""", _QUOTES.sub("", _joined(text))) is not None


def _joined(text: str) -> str:
    return text.replace("\\\n", " ")


def _unquoted(found: re.Match[str]) -> str:
    single, double, escaped = found.groups()
    return single if single is not None else escaped if double is None else _ESCAPE.sub(r"\1", double)
