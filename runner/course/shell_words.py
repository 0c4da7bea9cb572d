"""Split a shell text into words and operators, without running it. Quotation marks and backslashes are taken off."""

from __future__ import annotations

import re

OPERATOR = re.compile(r"[;&|()<>]+|\n+")
_TOKEN = re.compile(r"""[;&|()<>]+|\n+|(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s;&|()<>'"\\]|['"\\])+""", re.DOTALL)
_QUOTES = re.compile(r"""'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)""", re.DOTALL)
_ESCAPE = re.compile(r'\\([$`"\\])')


def split(text: str) -> list[str]:
    """Return the words, operators and ends of lines. An unclosed quotation mark is a character like any other."""
    return [_QUOTES.sub(_unquoted, token) for token in _TOKEN.findall(_joined(text))]


def is_open(text: str) -> bool:
    """Say whether the text goes on: a quotation mark is not closed, or a backslash stands at the end."""
    return re.search(r"""['"\\]""", _QUOTES.sub("", _joined(text))) is not None


def _joined(text: str) -> str:
    return text.replace("\\\n", " ")


def _unquoted(match: re.Match[str]) -> str:
    single, double, escaped = match.groups()
    return single if single is not None else escaped if double is None else _ESCAPE.sub(r"\1", double)
