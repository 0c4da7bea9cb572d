"""Lesson text for people who want no decoration: Markdown without its marks, a paragraph on one line."""

from __future__ import annotations

import re

_CODE = re.compile(r"(`+[^`]+`+)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*])([*_])(?=\S)(.+?)(?<=\S)\1(?![\w*])")
_LINK = re.compile(r"\[([^]]+)]\(([^)]+)\)")
_STARTS_ALONE = re.compile(r"\s*([-*+] |\d+[.)] |>|\||#)")


def plain(markdown: str) -> list[str]:
    """The lines to print. Commands keep their backquotes: they say where a command begins and ends."""
    lines: list[str] = []
    fenced = joining = False
    for line in markdown.strip("\n").splitlines():
        if line.lstrip().startswith("```"):
            fenced, joining = not fenced, False
        elif fenced or (line.startswith("    ") and not joining):
            lines.append("    " + line if fenced else line)
        elif not line.strip() or line.lstrip().startswith("#") or _STARTS_ALONE.match(line) or not joining:
            lines.append(_unmarked(line.rstrip()))
            joining = bool(line.strip()) and not line.lstrip().startswith(("#", "|"))
        else:
            lines[-1] += " " + _unmarked(line.strip())
    return lines


def _unmarked(line: str) -> str:
    line = re.sub(r"^#+ ", "", line)
    words = _CODE.split(line)
    return "".join(word if place % 2 else _bare(word) for place, word in enumerate(words))


def _bare(text: str) -> str:
    return _EMPHASIS.sub(r"\2", _STRONG.sub(r"\2", _LINK.sub(r"\1 (\2)", text)))
