"""What two languages of one lesson owe each other beyond the same keys: the same variables, code and age.

A translation may carry a record (`translated`) of what each part of its source said when it was last found right:
when the source says something else today, the part is named. `lint --accept` writes the record.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from runner.course import render
from runner.course.documents import Document, Draft, Way

Words = Mapping[str, Any]  # a language's file, as understood
Part = tuple[str, ...]  # ("lesson",), ("steps", "enter") or ("quiz", "which")

LESSON: Part = ("lesson",)  # the lesson's own words: title, goal, intro and end
SPANS = 500  # looked at in one part; more is a text made to keep us busy
_SEAM = "\n\0\n"  # between two texts of a part
_SPAN = re.compile(r"(?<!`)`([^`\0]+)`(?!`)")
# Code that is the same in every language: a path, a flag, a number. Words in capitals are for the reader to fill in.
_SAME = re.compile(r"/[a-z0-9._+@-]+(?:/[a-z0-9._+@-]+)*/?|--?[A-Za-z][A-Za-z0-9-]*|[0-9][0-9.,]*[KMG%]?")


def compare(draft: Draft) -> None:
    """The languages of a lesson beside their source, each fault in the file that lacks something."""
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


def source_of(document: Document, draft: Draft) -> str:
    """What a file was translated from, as it says itself; else the first language, which the others follow."""
    translated = (document.value or {}).get("translated") or {}
    return str(translated.get("from") or next(iter(draft.words)))


def _lacking(document: Document, part: Part, said: tuple[str, str], typed: str, *, language: str) -> None:
    """What the other language says of a part (the first of `said`) and this one (the second) does not."""
    theirs, mine = said
    have = set(render.names(mine))
    for name in dict.fromkeys(render.names(theirs)):
        if name not in have and name in document.faults.samples:  # what is not declared is a fault already
            document.fault_at_key(way(part), "variable-lacking", name=name, language=language)
    missing = [span for span in code(theirs, typed) if span not in mine]
    flat = " ".join(mine.split()) if missing else ""  # a span may be broken over two lines
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
    """Where a part is in its file."""
    return ("title",) if part == LESSON else part


def _typed(lesson: Document) -> Iterator[str]:
    """The words of every command of the lesson."""
    for _, step in lesson.entries("steps"):
        for text in texts(step.get("run")):
            yield from text.split()


def parts(words: Words) -> dict[Part, Any]:
    """The pieces that are translated and judged one by one: each step, each question, and the rest as one."""
    found: dict[Part, Any] = {LESSON: {}}
    for name, value in words.items():
        if name == "translated":
            continue
        if isinstance(value, dict) and not value.keys() <= {"v1", "v2"}:
            found.update(((name, inner), part) for inner, part in value.items() if part is not None)
        else:
            found[LESSON][name] = value
    return found


def texts(value: Any) -> Iterator[str]:
    """Every text of a part: keys such as flags are structure, which the loader compares."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, str):
            yield found
        elif isinstance(found, dict):
            waiting.extend(found.values())
        elif isinstance(found, tuple):
            waiting.extend(found)


def code(text: str, typed: str) -> dict[str, None]:
    """The code spans that no language changes: paths, flags, numbers, and whatever the lesson itself types."""
    if "`" not in text:
        return {}
    spans = dict.fromkeys(" ".join(span.split()) for span in _SPAN.findall(text))
    return dict.fromkeys(span for span in islice(spans, SPANS) if _SAME.fullmatch(span) or f" {span} " in typed)


def digest(value: Any) -> str:
    """What a part says, in eight digits; how its lines are broken does not matter."""
    said = json.dumps(_unbroken(value), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(said.encode()).hexdigest()[:8]


def _unbroken(value: Any) -> Any:
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, Mapping):
        return {name: _unbroken(inner) for name, inner in value.items()}
    return [_unbroken(inner) for inner in value] if isinstance(value, tuple) else value
