"""The comparison of a translation with its source: both need the same variables and code, and none may be outdated.

A translation may carry a record (`translated`) with a digest of each part of its source, made when the translation was
last right. A part whose source has changed since then is a fault. `lint --accept` writes the record.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from runner.course import render
from runner.course.drafts import LACKING, Document, Draft, Way
from runner.course.yaml_nodes import Faults
from runner.records.errors import Fault

Words = Mapping[str, Any]  # the content of a language's file
Part = tuple[str, ...]  # ("lesson",), ("steps", "enter") or ("quiz", "which")

LESSON: Part = ("lesson",)  # the lesson's own words: title, goal, intro and end
SPANS = 500  # the most code spans that we compare in one part, so that no text keeps us busy
_SEAM = "\n\0\n"  # separates two texts of a part
_SPAN = re.compile(r"(?<!`)`([^`\0]+)`(?!`)")
# Code that is the same in every language: a path, a flag, a number. Words in capitals are placeholders.
_SAME = re.compile(r"/[a-z0-9._+@-]+(?:/[a-z0-9._+@-]+)*/?|--?[A-Za-z][A-Za-z0-9-]*|[0-9][0-9.,]*[KMG%]?")


def compare(draft: Draft) -> None:
    """Compare each language of a lesson with its source. A fault goes to the file that lacks something."""
    typed = f" {' '.join(_typed(draft.lesson))} "
    for language, document in draft.words.items():
        source = source_of(document, draft)
        original = draft.words.get(source)
        if original is None or source == language:
            if (document.value or {}).get("translated"):
                document.fault(("translated", "from"), "translation-source", language=source)
            continue
        mine, theirs = parts(document.value or {}), parts(original.value or {})
        for part in theirs.keys() & mine.keys():
            there, here = (_SEAM.join(texts(words[part])) for words in (theirs, mine))
            _lacking(document, part, (there, here), typed, language=source)
            _lacking(original, part, (here, there), typed, language=language)
        _stale(document, theirs, source)


def spare(draft: Draft) -> Iterator[Faults]:
    """Yield the faults of each language that need not be there. What it lacks is no error, since another stands in."""
    for document in draft.spare.values():
        faults = Faults(document.faults.file)
        for fault in document.faults.found:
            name = fault.values.get("name") or fault.values["names"]
            lacking = Fault(fault.file, fault.line, fault.column, "untranslated", name=name)
            faults.found.append(lacking if fault.key in LACKING else fault)
        yield faults


def source_of(document: Document, draft: Draft) -> str:
    """Return the language from which a file was translated: the one in its record, else the first of the lesson."""
    translated = (document.value or {}).get("translated") or {}
    return str(translated.get("from") or next(iter(draft.words)))


def _lacking(document: Document, part: Part, texts_of_part: tuple[str, str], typed: str, *, language: str) -> None:
    """Add a fault for each variable and code span that the other language has in a part and this one lacks.

    `texts_of_part` holds the text of the other language, and of this one.
    """
    theirs, mine = texts_of_part
    have = set(render.names(mine))
    for name in dict.fromkeys(render.names(theirs)):
        if name not in have and name in document.faults.samples:  # the loader names variables that are not declared
            document.fault_at_key(way(part), "variable-lacking", name=name, language=language)
    missing = [span for span in code(theirs, typed) if span not in mine]
    flat = " ".join(mine.split()) if missing else ""  # a line break may divide a span
    for span in missing:
        if span not in flat:
            document.fault_at_key(way(part), "code-lacking", code=span, language=language)


def _stale(document: Document, theirs: Mapping[Part, Any], source: str) -> None:
    record = (document.value or {}).get("translated")
    if not record or document.refused(("translated",), *record):
        return
    for part, value in theirs.items():
        known = record.get(part[0]) if part == LESSON else (record.get(part[0]) or {}).get(part[-1])
        name = ", ".join(value) if part == LESSON else part[-1]
        if known is None:
            document.fault_at_key(way(part), "translation-unrecorded", name=name, language=source)
        elif known != digest(value):
            document.fault_at_key(way(part), "translation-stale", name=name, language=source)


def way(part: Part) -> Way:
    """Return the path of a part in its file."""
    return ("title",) if part == LESSON else part


def _typed(lesson: Document) -> Iterator[str]:
    """Yield the words of every command of the lesson."""
    for _, step in lesson.entries("steps"):
        for text in texts(step.get("run")):
            yield from text.split()


def parts(words: Words) -> dict[Part, Any]:
    """Return the parts that are translated and compared: each step, each question, and all the rest as one.

    The names of places belong to no text, and each language needs its own.
    """
    by_part: dict[Part, Any] = {LESSON: {}}
    for name, value in words.items():
        if name in ("translated", "places"):
            continue
        if isinstance(value, dict) and not value.keys() <= {"v1", "v2"}:
            by_part.update(((name, inner), part) for inner, part in value.items() if part is not None)
        else:
            by_part[LESSON][name] = value
    return by_part


def texts(value: Any) -> Iterator[str]:
    """Yield every text of a part. Its keys, such as flags, are not texts: the loader compares them."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, tuple):
            waiting.extend(item)


def code(text: str, typed: str) -> dict[str, None]:
    """Return the code spans that no language changes: paths, flags, numbers, and words that the lesson types."""
    if "`" not in text:
        return {}
    spans = dict.fromkeys(" ".join(span.split()) for span in _SPAN.findall(text))
    return dict.fromkeys(span for span in islice(spans, SPANS) if _SAME.fullmatch(span) or f" {span} " in typed)


def digest(value: Any) -> str:
    """Return a digest of a part in eight hexadecimal digits. Line breaks do not change it."""
    document = json.dumps(_unbroken(value), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(document.encode()).hexdigest()[:8]


def _unbroken(value: Any) -> Any:
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, Mapping):
        return {name: _unbroken(inner) for name, inner in value.items()}
    return [_unbroken(inner) for inner in value] if isinstance(value, tuple) else value
