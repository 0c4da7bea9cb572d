"""The terms of the glossary that lessons use, for the last page of a handout."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from runner.messages import language
from runner.messages.catalog import text
from runner.messages.glossary import PLURALS, TERMS
from runner.records.words import LessonWords
from runner.screen.webpage import html_line

if TYPE_CHECKING:
    from markupsafe import Markup


class Meaning(NamedTuple):
    name: str
    meaning: Markup


def used(lessons: Sequence[LessonWords]) -> list[Meaning]:
    """Return the terms that stand in these lessons, in the singular or the plural, by their names."""
    said = " ".join(" ".join(_strings(words)) for words in lessons).lower()
    terms = sorted(TERMS, key=lambda term: language.translate(term.name).lower())
    return [
        Meaning(
            language.translate(term.name),
            html_line(text("glossary.meaning", meaning=language.translate(term.meaning), lesson=term.lesson)),
        )
        for term in terms
        if _stands_in(language.translate(term.name).lower(), said)
    ]


def _stands_in(name: str, said: str) -> bool:
    plurals = {name.removesuffix(one) + many for many, one in PLURALS if name.endswith(one)}
    forms = "|".join(map(re.escape, sorted({name, *plurals})))
    return re.search(rf"(?<!\w)(?:{forms})(?!\w)", said) is not None


def _strings(words: Any) -> Iterator[str]:
    """Give every text in words, with its line breaks as blanks: a term may go over the end of a line."""
    if isinstance(words, str):
        yield " ".join(words.split())
    elif is_dataclass(words):
        for field in fields(words):
            yield from _strings(getattr(words, field.name))
    elif isinstance(words, Mapping):
        yield from _strings(list(words.values()))
    elif isinstance(words, Sequence):
        for one in words:
            yield from _strings(one)
