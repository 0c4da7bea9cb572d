"""The progress file: a JSON document, schema "semdocker/progress/1". It is written here, and read with strict types.

    {"schema": "semdocker/progress/1",
     "place": {"lesson": "hostname", "step": "rename"},  (step null: at the questions)
     "lessons": {"hostname": {
       "steps": {"rename": {"state": "done", "attempts": 2, "hints": 1, "seconds": 31.5, "when": "2026-01-31T…Z",
                           "typed": true}},
       "quiz": {"which-flag": {"chosen": ["uts"], "right": true, "asked": 1, "seconds": 8.2, "when": "…"}},
       "predictions": {"rename": {"guess": "same", "answer": "same", "right": true}}}},
     "practice": {"own-name": {"state": "done", "attempts": 1, "hints": 0, "seconds": 95.0, "when": "…"}},
     "repeats": {"own-name": {"times": 1, "last": "2026-01-31T…Z", "unaided": true}}}

Lessons and steps that the course does not have are kept, because another version of the course may have them.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar

from runner.learner.progress import AnswerRecord, LessonRecord, Place, PredictionRecord, Progress, State, StepRecord
from runner.learner.repetition import Solved

SCHEMA = "semdocker/progress/1"
_SCHEMAS = re.compile(r"semdocker/progress/([0-9]{1,9})")

Record = TypeVar("Record")


class Newer(Exception):
    """A later version of semdocker wrote this document."""


def written(progress: Progress) -> bytes:
    """Return the document in UTF-8."""
    document = {
        "schema": SCHEMA,
        "place": asdict(progress.place) if progress.place else None,
        "lessons": {id: asdict(record) for id, record in progress.lessons.items()},
        "practice": {id: asdict(record) for id, record in progress.practice.items()},
        "repeats": {id: asdict(solved) for id, solved in progress.repeats.items()},
    }
    text = json.dumps(document, ensure_ascii=False, indent=1, default=str) + "\n"
    # A guess may hold bytes that are not UTF-8; "\udcff" is how JSON itself writes them.
    return text.encode(errors="backslashreplace")


def parse(content: bytes) -> Progress:
    """Read a document. Raises ValueError with the place of the first fault, or Newer for a later schema."""
    try:
        document = json.loads(content.decode(), parse_constant=_no_number)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    document = _object(document, "document")
    schema = _SCHEMAS.fullmatch(str(document.get("schema", "")))
    if schema and int(schema[1]) > 1:
        raise Newer
    if document.get("schema") != SCHEMA:
        raise ValueError("schema")
    place = document.get("place")
    return Progress(
        _records(document, "lessons", _lesson),
        None if place is None else _place(_object(place, "place")),
        _records(document, "practice", _step) if "practice" in document else {},
        _records(document, "repeats", _solved) if "repeats" in document else {},
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
        _flag(value, "typed") if "typed" in value else False,  # not in files of earlier versions
    )


def _solved(value: dict[str, Any]) -> Solved:
    return Solved(_count(value, "times"), _text(value, "last"), _flag(value, "unaided"))


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
    """Make a record of each entry of an object. A ValueError tells the whole path to the fault."""
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
    field = value.get(name)
    if not isinstance(field, str):
        raise ValueError(name)
    return field


def _flag(value: dict[str, Any], name: str) -> bool:
    field = value.get(name)
    if not isinstance(field, bool):
        raise ValueError(name)
    return field


def _count(value: dict[str, Any], name: str) -> int:
    field = value.get(name)
    if not isinstance(field, int) or isinstance(field, bool) or field < 0:
        raise ValueError(name)
    return field


def _seconds(value: dict[str, Any]) -> float:
    field = value.get("seconds")
    if not isinstance(field, int | float) or isinstance(field, bool) or not 0 <= field < math.inf:
        raise ValueError("seconds")
    return float(field)
