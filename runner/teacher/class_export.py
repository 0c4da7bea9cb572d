"""The class at a glance as a document for programs: JSON with a schema.

Ids and states are the same in every language; titles are for people.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from runner.messages import documents, safe_text
from runner.teacher.classroom import Desk

SCHEMA = "semdocker/class/1"


def json_text(desks: Sequence[Desk], language: str, indent: int | None = None) -> str:
    return safe_text.json_text({**documents.heading(SCHEMA, language), "seats": seats(desks, language)}, indent)


def seats(desks: Sequence[Desk], language: str) -> list[dict[str, Any]]:
    """Return what is known of each seat."""
    return [_seat(desk, language) for desk in desks]


def _seat(desk: Desk, language: str) -> dict[str, Any]:
    told = desk.told
    return {
        "seat": desk.seat,
        "state": desk.state,
        "user": told.who,
        "lesson": told.lesson,
        "exercise": told.exercise,
        "title": desk.title("exercise" if told.exercise else "lesson", language),
        "step": told.step,
        "step_title": desk.title("step", language),
        "steps_done": told.done,
        "steps": told.steps,
        "facts_true": told.true,
        "facts": told.facts,
        "moved": _moment(told.moved),
        "help": _moment(told.help),
    }


def _moment(seconds: float) -> str | None:
    """Return a time as ISO 8601 has it; None for one that was never."""
    return documents.moment(seconds) if seconds else None
