"""The result of an exam as a JSON document, schema "semdocker/exam/1", with a digest of all the rest of it.

    {"schema": "semdocker/exam/1", "version": "1.0.0", "host": "lab-3", "user": "ana", "seat": "ana",
     "date": "2026-01-31T…Z", "begun": "…", "ended": "…", "over": "handed-in", "minutes": 50, "starts": ["…"],
     "seed": "class 3", "values": {"hostname": "container-host-3fa2"},
     "exercises": [{"id": "own-name", "lesson": "hostname", "state": "solved", "begun": "…", "seconds": 312,
       "facts": [{"id": "inside", "cause": false, "true": true, "when": "…"}]}],
     "sha256": "…"}

Numbers are whole and keys are ASCII, so that other tools write the same bytes for the digest (see `digest`). The
student can read the file: as long as the exam goes on and an exercise is not solved, the `id` of a fact that is a cause
is null.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from runner.learner import strict_json
from runner.learner.strict_json import a_count, a_flag, a_text, an_object, objects, seconds, texts
from runner.messages import documents, safe_text
from runner.records.exam import Answer, Exam, Fact, Over

SCHEMA = "semdocker/exam/1"
DIGEST = "sha256"
LIMIT = 1 << 20  # bytes; an exam has a few thousand


class Changed(ValueError):
    """The digest of a document does not fit."""


def document(exam: Exam) -> dict[str, Any]:
    """Return the whole document, with its digest."""
    told = {
        "schema": SCHEMA,
        "version": exam.version,
        "host": exam.host,
        "user": exam.user,
        "seat": exam.seat,
        "date": exam.date,
        "begun": exam.begun,
        "ended": exam.ended or None,
        "over": exam.over and exam.over.value,
        "minutes": exam.minutes,
        "starts": list(exam.starts),
        "seed": exam.seed,
        "values": dict(exam.values),
        "exercises": [_answer(answer, told=exam.over is not None or answer.solved) for answer in exam.answers],
    }
    return {**told, DIGEST: digest(told)}


def _answer(answer: Answer, *, told: bool) -> dict[str, Any]:
    return {
        "id": answer.exercise,
        "lesson": answer.lesson,
        "state": answer.state,
        "begun": answer.begun or None,
        "seconds": round(answer.seconds),
        "facts": [
            {
                "id": fact.id if told or not fact.cause else None,
                "cause": fact.cause,
                "true": fact.true,
                "when": fact.when or None,
            }
            for fact in answer.facts
        ],
    }


def digest(document: dict[str, Any]) -> str:
    """Return the SHA-256 of all but the digest: keys in order, no blanks, no newline, UTF-8, as `jq -cjS` writes it."""
    rest = {key: value for key, value in document.items() if key != DIGEST}
    return hashlib.sha256(
        json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    ).hexdigest()


def written(exam: Exam) -> bytes:
    return safe_text.json_text(document(exam)).encode()


def parse(content: bytes) -> Exam:
    """Read a document. Raises ValueError with the place of the first fault, or Newer for a later schema."""
    found = strict_json.loaded(content)
    if strict_json.version(found, SCHEMA) is None:
        raise ValueError("schema")
    return understood(found)


def understood(found: dict[str, Any]) -> Exam:
    """Return the exam in a document of this schema. Raises ValueError, and Changed when its digest does not fit."""
    if a_text(found, DIGEST) != digest(found):
        raise Changed(DIGEST)
    ended = _or_nothing(found, "over")
    values = an_object(found.get("values"), "values")
    return Exam(
        version=a_text(found, "version"),
        host=a_text(found, "host"),
        user=a_text(found, "user"),
        seat=a_text(found, "seat"),
        seed=a_text(found, "seed"),
        minutes=a_count(found, "minutes"),
        values={name: a_text(values, name) for name in values},
        answers=tuple(map(_answered, objects(found, "exercises"))),
        begun=_a_moment(found, "begun"),
        starts=texts(found, "starts"),
        date=_a_moment(found, "date"),
        ended=_or_nothing(found, "ended"),
        over=Over(ended) if ended else None,
    )


def _answered(found: dict[str, Any]) -> Answer:
    facts = tuple(
        Fact(_or_nothing(fact, "id"), a_flag(fact, "cause"), a_flag(fact, "true"), _or_nothing(fact, "when"))
        for fact in objects(found, "facts")
    )
    return Answer(a_text(found, "id"), a_text(found, "lesson"), facts, _or_nothing(found, "begun"), seconds(found))


def _a_moment(found: dict[str, Any], name: str) -> str:
    """Return a time that the clock of an exam reckons with."""
    moment = a_text(found, name)
    try:
        documents.seconds(moment)
    except ValueError:
        raise ValueError(name) from None
    return moment


def _or_nothing(found: dict[str, Any], name: str) -> str:
    return "" if found.get(name) is None else a_text(found, name)
