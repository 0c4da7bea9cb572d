"""Progress as a JSON document that people can read, schema "semdocker/progress/1", and back; strict in its types.

    {"schema": "semdocker/progress/1",
     "place": {"lesson": "hostname", "step": "rename"},  (step null: at the questions)
     "lessons": {"hostname": {
       "steps": {"rename": {"state": "done", "attempts": 2, "hints": 1, "seconds": 31.5, "when": "2026-01-31T…Z"}},
       "quiz": {"which-flag": {"chosen": ["uts"], "right": true, "asked": 1, "seconds": 8.2, "when": "…"}},
       "predictions": {"rename": {"guess": "same", "answer": "same", "right": true}}}},
     "practice": {"own-name": {"state": "done", "attempts": 1, "hints": 0, "seconds": 95.0, "when": "…"}}}

Lessons and steps that the course does not have are kept: another version of it may have them.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar

from runner.learner.progress import AnswerRecord, LessonRecord, Place, PredictionRecord, Progress, State, StepRecord

SCHEMA = "semdocker/progress/1"
_SCHEMAS = re.compile(r"semdocker/progress/([0-9]{1,9})")

Record = TypeVar("Record")


class Newer(Exception):
    """A later version of semdocker wrote this document."""


def written(progress: Progress) -> bytes:
    document = {
        "schema": SCHEMA,
        "place": asdict(progress.place) if progress.place else None,
        "lessons": {id: asdict(record) for id, record in progress.lessons.items()},
        "practice": {id: asdict(record) for id, record in progress.practice.items()},
    }
    text = json.dumps(document, ensure_ascii=False, indent=1, default=str) + "\n"
    # A guess may hold bytes that are not UTF-8; "\udcff" is how JSON itself writes them.
    return text.encode(errors="backslashreplace")


def parse(content: bytes) -> Progress:
    """Raises ValueError, with where and what, for anything but such a document; Newer for a later version of it."""
    try:
        document = json.loads(content.decode(), parse_constant=_no_number)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    document = _object(document, "document")
    found = _SCHEMAS.fullmatch(str(document.get("schema", "")))
    if found and int(found[1]) > 1:
        raise Newer
    if document.get("schema") != SCHEMA:
        raise ValueError("schema")
    place = document.get("place")
    return Progress(
        _records(document, "lessons", _lesson),
        None if place is None else _place(_object(place, "place")),
        _records(document, "practice", _step) if "practice" in document else {},
    )


def _no_number(name: str) -> float:
    raise ValueError(name)


def _place(value: dict[str, Any]) -> Place:
    return Place(_text(value, "lesson"), None if value.get("step") is None else _text(value, "step"))


def _lesson(value: dict[str, Any]) -> LessonRecord:
    return LessonRecord(
        _records(value, "steps", _step), _records(value, "quiz", _answer), _records(value, "predictions", _prediction)
    )


def _step(value: dict[str, Any]) -> StepRecord:
    return StepRecord(
        State(_text(value, "state")),
        _count(value, "attempts"),
        _count(value, "hints"),
        _seconds(value),
        _text(value, "when"),
    )


def _answer(value: dict[str, Any]) -> AnswerRecord:
    chosen = value.get("chosen")
    if not isinstance(chosen, list) or not all(isinstance(choice, str) for choice in chosen):
        raise ValueError("chosen")
    return AnswerRecord(
        tuple(chosen), _flag(value, "right"), _count(value, "asked"), _seconds(value), _text(value, "when")
    )


def _prediction(value: dict[str, Any]) -> PredictionRecord:
    return PredictionRecord(_text(value, "guess"), _text(value, "answer"), _flag(value, "right"))


def _records(value: dict[str, Any], name: str, make: Callable[[dict[str, Any]], Record]) -> dict[str, Record]:
    """One record for each entry of an object; a fault tells the whole way to it."""
    records = {}
    for id, entry in _object(value.get(name), name).items():
        try:
            records[id] = make(_object(entry, "entry"))
        except ValueError as error:
            raise ValueError(f"{name}.{id}.{error}") from None
    return records


def _object(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(name)
    return value


def _text(value: dict[str, Any], name: str) -> str:
    found = value.get(name)
    if not isinstance(found, str):
        raise ValueError(name)
    return found


def _flag(value: dict[str, Any], name: str) -> bool:
    found = value.get(name)
    if not isinstance(found, bool):
        raise ValueError(name)
    return found


def _count(value: dict[str, Any], name: str) -> int:
    found = value.get(name)
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        raise ValueError(name)
    return found


def _seconds(value: dict[str, Any]) -> float:
    found = value.get("seconds")
    if not isinstance(found, int | float) or isinstance(found, bool) or not 0 <= found < math.inf:
        raise ValueError("seconds")
    return float(found)
