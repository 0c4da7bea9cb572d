"""Lesson text without decoration: Markdown loses its marks, and each paragraph becomes one line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_CODE = re.compile(r"(`+[^`]+`+)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*])([*_])(?=\S)(.+?)(?<=\S)\1(?![\w*])")
_LINK = re.compile(r"\[([^][]+)]\(([^)]+)\)")
_HEADING = re.compile(r"^#+ ")
_ROW = re.compile(r"\s*\|.*\|\s*")
_RULE = re.compile(r"[\s|:-]+")  # under the head of a table
_HIDDEN = "\0"  # stands for a piece of code; no lesson text holds a NUL
_STARTS_ALONE = re.compile(r"\s*([-*+] |\d+[.)] |>|\||#)")


def plain(markdown: str) -> list[str]:
    """Return the lines to print. Commands keep their backquotes, which show where a command begins and ends.

    A row of a table is a line in which each cell has the name of its column, so that it can be heard.
    """
    return [line if code else _unmarked(line) for line, code in _told(_joined(markdown))]


def _told(lines: Iterable[tuple[str, bool]]) -> Iterator[tuple[str, bool]]:
    head: list[str] = []
    for line, code in lines:
        if code or not _ROW.fullmatch(line):
            head = []
            yield line, code
        elif not head:
            head = _cells(line)
        elif not _RULE.fullmatch(line):
            first, *rest = _cells(line)
            named = (f"{name}: {cell}" for name, cell in zip(head[1:], rest, strict=False))
            yield f"{first} — {'; '.join(named)}", False


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def _joined(markdown: str) -> list[tuple[str, bool]]:
    """Put each paragraph and list item on one line, and keep lines of code. Return each line and whether it is code."""
    lines: list[tuple[str, bool]] = []
    fenced = joining = False
    for line in markdown.strip("\n").splitlines():
        if line.lstrip().startswith("```"):
            fenced, joining = not fenced, False
        elif fenced or (line.startswith("    ") and not joining):
            lines.append(("    " + line if fenced else line, True))
        elif joining and line.strip() and not _STARTS_ALONE.match(line):
            lines[-1] = f"{lines[-1][0]} {line.strip()}", False
        else:
            lines.append((line.rstrip(), False))
            joining = bool(line.strip()) and not line.lstrip().startswith(("#", "|"))
    return lines


def _unmarked(line: str) -> str:
    words = _CODE.split(_HEADING.sub("", line))
    return _bare_but("".join(_HIDDEN if place % 2 else word for place, word in enumerate(words)), words[1::2])


def _bare_but(text: str, codes: list[str]) -> str:
    """Return a line without its marks. Each _HIDDEN in it stands for a piece of code, which is put back unchanged."""
    bare = _EMPHASIS.sub(r"\2", _STRONG.sub(r"\2", _LINK.sub(r"\1 (\2)", text)))
    kept = iter(codes)
    return "".join(next(kept) if piece == _HIDDEN else piece for piece in re.split(f"({_HIDDEN})", bare))
