"""Reads a JSON document that anybody may have written: each field must be what it should be.

A ValueError tells the place of the first fault.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

LARGEST = 10**9  # of a count, and of seconds: a whole class of these can still be added up

Record = TypeVar("Record")


class Newer(Exception):
    """A later version of semdocker wrote this document."""


def loaded(content: bytes) -> dict[str, Any]:
    """Return a document as JSON has it. Raises ValueError for what is none."""
    try:
        return an_object(json.loads(content.decode(), parse_constant=_no_number), "document")
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


def _no_number(name: str) -> float:
    raise ValueError(name)


def records(value: dict[str, Any], name: str, make: Callable[[dict[str, Any]], Record]) -> dict[str, Record]:
    """Make a record of each entry of an object. A ValueError tells the whole path to the fault."""
    found = {}
    id = ""
    entries = an_object(value.get(name), name)
    try:
        for id, entry in entries.items():
            if not isinstance(entry, dict):
                raise ValueError("entry")
            found[id] = make(entry)
    except ValueError as error:
        raise ValueError(f"{name}.{id}.{error}") from None
    return found


def an_object(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(name)
    return value


def objects(value: dict[str, Any], name: str) -> list[dict[str, Any]]:
    field = value.get(name)
    if not isinstance(field, list):
        raise ValueError(name)
    return [an_object(one, name) for one in field]


def a_text(value: dict[str, Any], name: str) -> str:
    field = value.get(name)
    if not isinstance(field, str):
        raise ValueError(name)
    return field


def texts(value: dict[str, Any], name: str) -> tuple[str, ...]:
    field = value.get(name)
    if not isinstance(field, list) or not set(map(type, field)) <= {str}:
        raise ValueError(name)
    return tuple(field)


def a_flag(value: dict[str, Any], name: str) -> bool:
    field = value.get(name)
    if not isinstance(field, bool):
        raise ValueError(name)
    return field


def a_count(value: dict[str, Any], name: str) -> int:
    field = value.get(name)
    if not isinstance(field, int) or isinstance(field, bool) or not 0 <= field <= LARGEST:
        raise ValueError(name)
    return field


def seconds(value: dict[str, Any]) -> float:
    field = value.get("seconds")
    if not isinstance(field, int | float) or isinstance(field, bool) or not 0 <= field <= LARGEST:
        raise ValueError("seconds")
    return float(field)
