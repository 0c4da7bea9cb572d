"""The progress file: a JSON document, schema "semdocker/progress/1". It is written here, and read with strict types.

    {"schema": "semdocker/progress/1",
     "place": {"lesson": "hostname", "step": "rename"},  (the newest; step null: at the questions)
     "places": [{"lesson": "cgroups", "step": "enter"}, {"lesson": "hostname", "step": "rename"}],
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
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from runner.learner.progress import Progress
from runner.learner.repetition import Solved
from runner.learner.strict_json import (
    LARGEST,
    a_count,
    a_flag,
    a_text,
    an_object,
    loaded,
    objects,
    records,
    seconds,
    texts,
    version,
)
from runner.records.progress import AnswerRecord, LessonRecord, Place, PredictionRecord, State, StepRecord

SCHEMA = "semdocker/progress/1"
STATES = {state.value: state for state in State}


def written(progress: Progress) -> bytes:
    """Return the document in UTF-8."""
    document = {
        "schema": SCHEMA,
        "place": asdict(progress.place) if progress.place else None,  # all that earlier versions read
        "places": [asdict(place) for place in progress.places],
        "lessons": {id: lesson_told(record) for id, record in progress.lessons.items()},
        "practice": records_told(progress.practice),
        "repeats": {id: asdict(solved) for id, solved in progress.repeats.items()},
    }
    text = json.dumps(document, ensure_ascii=False, indent=1, default=str) + "\n"
    # A guess may hold bytes that are not UTF-8; "\udcff" is how JSON itself writes them.
    return text.encode(errors="backslashreplace")


def lesson_told(record: LessonRecord) -> dict[str, Any]:
    """Return what was done in a lesson, as every document has it."""
    return {
        "steps": records_told(record.steps),
        "quiz": records_told(record.quiz),
        "predictions": records_told(record.predictions),
    }


def records_told(records: Mapping[str, StepRecord | AnswerRecord | PredictionRecord]) -> dict[str, Any]:
    return {id: record._asdict() for id, record in records.items()}


def parse(content: bytes) -> Progress:
    """Read a document. Raises ValueError with the place of the first fault, or Newer for a later schema."""
    document = loaded(content)
    if version(document, SCHEMA) is None:
        raise ValueError("schema")
    return understood(document)


def understood(document: dict[str, Any]) -> Progress:
    """Return the progress in a document. Raises ValueError with the place of the first fault."""
    return Progress(
        records(document, "lessons", _lesson),
        _places(document),
        records(document, "practice", _step) if "practice" in document else {},
        records(document, "repeats", _solved) if "repeats" in document else {},
    )


def reported(document: dict[str, Any]) -> Progress:
    """Return the progress in a document of `report --json`, whose lessons are a list. Raises ValueError."""
    lessons = {a_text(lesson, "id"): lesson.get("records") for lesson in objects(document, "lessons")}
    return understood({"place": document.get("place"), "lessons": lessons, "practice": document.get("practice")})


def not_told(document: dict[str, Any]) -> tuple[str, ...]:
    """Return the lessons of which a document of `report --json` has only the ids. Raises ValueError."""
    return texts(document, "not_counted")


def _places(document: dict[str, Any]) -> tuple[Place, ...]:
    if "places" in document:
        return tuple(map(_place, objects(document, "places")))
    place = document.get("place")  # an earlier version knew of one
    return () if place is None else (_place(an_object(place, "place")),)


def _place(value: dict[str, Any]) -> Place:
    return Place(a_text(value, "lesson"), None if value.get("step") is None else a_text(value, "step"))


def _lesson(value: dict[str, Any]) -> LessonRecord:
    return LessonRecord(
        records(value, "steps", _step), records(value, "quiz", _answer), records(value, "predictions", _prediction)
    )


# A class hands in some hundred thousand records. So one that is just as we write it is understood at one look. Any
# other is gone through field by field, which says what is wrong with it, if anything.


def _step(value: dict[str, Any]) -> StepRecord:
    try:
        state, attempts, hints, time = value["state"], value["attempts"], value["hints"], value["seconds"]
        when, typed, missed = value["when"], value["typed"], value["missed"]
    except KeyError:
        return _step_by_fields(value)
    if (
        type(state) is type(when) is str
        and type(attempts) is type(hints) is int
        and type(time) is float
        and type(typed) is bool
        and type(missed) is list
        and state in STATES
        and 0 <= attempts <= LARGEST
        and 0 <= hints <= LARGEST
        and 0 <= time <= LARGEST
        and (not missed or set(map(type, missed)) == {str})
    ):
        return StepRecord(STATES[state], attempts, hints, time, when, typed, tuple(missed))
    return _step_by_fields(value)


def _step_by_fields(value: dict[str, Any]) -> StepRecord:
    return StepRecord(
        State(a_text(value, "state")),
        a_count(value, "attempts"),
        a_count(value, "hints"),
        seconds(value),
        a_text(value, "when"),
        a_flag(value, "typed") if "typed" in value else False,  # earlier versions have neither this nor
        texts(value, "missed") if "missed" in value else (),  # this
    )


def _solved(value: dict[str, Any]) -> Solved:
    return Solved(a_count(value, "times"), a_text(value, "last"), a_flag(value, "unaided"))


def _answer(value: dict[str, Any]) -> AnswerRecord:
    try:
        chosen, right, asked = value["chosen"], value["right"], value["asked"]
        time, when = value["seconds"], value["when"]
    except KeyError:
        return _answer_by_fields(value)
    if (
        type(chosen) is list
        and type(right) is bool
        and type(asked) is int
        and type(time) is float
        and type(when) is str
        and 0 <= asked <= LARGEST
        and 0 <= time <= LARGEST
        and set(map(type, chosen)) <= {str}
    ):
        return AnswerRecord(tuple(chosen), right, asked, time, when)
    return _answer_by_fields(value)


def _answer_by_fields(value: dict[str, Any]) -> AnswerRecord:
    return AnswerRecord(
        texts(value, "chosen"), a_flag(value, "right"), a_count(value, "asked"), seconds(value), a_text(value, "when")
    )


def _prediction(value: dict[str, Any]) -> PredictionRecord:
    guess, answer, right = value.get("guess"), value.get("answer"), value.get("right")
    if type(guess) is str and type(answer) is str and type(right) is bool:
        return PredictionRecord(guess, answer, right)
    return _prediction_by_fields(value)


def _prediction_by_fields(value: dict[str, Any]) -> PredictionRecord:
    return PredictionRecord(a_text(value, "guess"), a_text(value, "answer"), a_flag(value, "right"))
