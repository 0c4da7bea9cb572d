"""The progress file: a JSON document, schema "semdocker/progress/1". It is written here, and read with strict types.

    {"schema": "semdocker/progress/1",
     "place": {"lesson": "hostname", "step": "rename"},  (step null: at the questions)
     "lessons": {"hostname": {
       "steps": {"rename": {"state": "done", "attempts": 2, "hints": 1, "seconds": 31.5, "when": "2026-01-31T…Z",
                           "typed": true, "missed": ["hostname"]}},
       "quiz": {"which-flag": {"chosen": ["uts"], "right": true, "asked": 1, "seconds": 8.2, "when": "…"}},
       "predictions": {"rename": {"guess": "same", "answer": "same", "right": true}}}},
     "practice": {"own-name": {"state": "done", "attempts": 1, "hints": 0, "seconds": 95.0, "when": "…"}},
     "repeats": {"own-name": {"times": 1, "last": "2026-01-31T…Z", "unaided": true}}}

Lessons and steps that the course does not have are kept, because another version of the course may have them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, TypeVar

from runner.learner.progress import Progress
from runner.learner.repetition import Solved
from runner.records.progress import AnswerRecord, LessonRecord, Place, PredictionRecord, State, StepRecord

SCHEMA = "semdocker/progress/1"
LARGEST = 10**9  # of a count, and of seconds: a whole class of these can still be added up

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
    document = loaded(content)
    if version(document, SCHEMA) is None:
        raise ValueError("schema")
    return understood(document)


def loaded(content: bytes) -> dict[str, Any]:
    """Return a document as JSON has it. Raises ValueError for what is none."""
    try:
        return _object(json.loads(content.decode(), parse_constant=_no_number), "document")
    except RecursionError:
        raise ValueError("nested too deeply") from None


def version(document: Mapping[str, Any], schema: str) -> int | None:
    """Return the version of a document of this schema; None when it is another document. Raises Newer for a later one.

    A schema is a name with its version: "semdocker/progress/1".
    """
    name, _, known = schema.rpartition("/")
    found = re.fullmatch(rf"{re.escape(name)}/([0-9]{{1,9}})", str(document.get("schema", "")))
    if found and int(found[1]) > int(known):
        raise Newer
    return int(found[1]) if found and found[1] == known else None


def understood(document: dict[str, Any]) -> Progress:
    """Return the progress in a document. Raises ValueError with the place of the first fault."""
    place = document.get("place")
    return Progress(
        _records(document, "lessons", _lesson),
        None if place is None else _place(_object(place, "place")),
        _records(document, "practice", _step) if "practice" in document else {},
        _records(document, "repeats", _solved) if "repeats" in document else {},
    )


def reported(document: dict[str, Any]) -> Progress:
    """Return the progress in a document of `report --json`, whose lessons are a list. Raises ValueError."""
    lessons = {_text(lesson, "id"): lesson.get("records") for lesson in _objects(document, "lessons")}
    return understood({"place": document.get("place"), "lessons": lessons, "practice": document.get("practice")})


def not_told(document: dict[str, Any]) -> tuple[str, ...]:
    """Return the lessons of which a document of `report --json` has only the ids. Raises ValueError."""
    return _texts(document, "not_counted")


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
        _flag(value, "typed") if "typed" in value else False,  # This and the next are not in files of earlier versions.
        _texts(value, "missed") if "missed" in value else (),
    )


def _solved(value: dict[str, Any]) -> Solved:
    return Solved(_count(value, "times"), _text(value, "last"), _flag(value, "unaided"))


def _answer(value: dict[str, Any]) -> AnswerRecord:
    return AnswerRecord(
        _texts(value, "chosen"), _flag(value, "right"), _count(value, "asked"), _seconds(value), _text(value, "when")
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


def _objects(value: dict[str, Any], name: str) -> list[dict[str, Any]]:
    field = value.get(name)
    if not isinstance(field, list):
        raise ValueError(name)
    return [_object(one, name) for one in field]


def _text(value: dict[str, Any], name: str) -> str:
    field = value.get(name)
    if not isinstance(field, str):
        raise ValueError(name)
    return field


def _texts(value: dict[str, Any], name: str) -> tuple[str, ...]:
    field = value.get(name)
    if not isinstance(field, list) or not set(map(type, field)) <= {str}:
        raise ValueError(name)
    return tuple(field)


def _flag(value: dict[str, Any], name: str) -> bool:
    field = value.get(name)
    if not isinstance(field, bool):
        raise ValueError(name)
    return field


def _count(value: dict[str, Any], name: str) -> int:
    field = value.get(name)
    if not isinstance(field, int) or isinstance(field, bool) or not 0 <= field <= LARGEST:
        raise ValueError(name)
    return field


def _seconds(value: dict[str, Any]) -> float:
    field = value.get("seconds")
    if not isinstance(field, int | float) or isinstance(field, bool) or not 0 <= field <= LARGEST:
        raise ValueError("seconds")
    return float(field)
