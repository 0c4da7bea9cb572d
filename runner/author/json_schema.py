"""JSON Schemas (draft 2020-12) for editors: one for each kind of file, made from the declaration of the format.

Editors read YAML 1.2, in which a plain `5` is a number and a plain `true` a flag, where we read text. So the schemas
allow these types wherever such a text is valid. `lint` finds what no schema can: quotes, places, other files.
"""

from __future__ import annotations

import re
from typing import Any

from runner.author import format_reference
from runner.course.format import FILES
from runner.messages import safe_text
from runner.messages.catalog import text as sentence
from runner.records.errors import UsageError
from runner.records.shapes import (
    Choice,
    Either,
    Flag,
    Integer,
    Key,
    ListOf,
    MapOf,
    Named,
    Number,
    Record,
    Spec,
    Text,
    Unless,
)

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]

# The types that YAML 1.2 gives to plain scalars which we read as text, with samples. A pattern that matches a sample
# admits the type.
_PLAIN = (("number", ("0755", "7", "2026", "1.5")), ("boolean", ("true", "false")))
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_WORDS = {"true": True, "false": False}


def text(kind: str) -> str:
    """Return the schema of a kind of file as a JSON document, with descriptions in the user's language.

    Raises UsageError for a kind that does not exist.
    """
    if kind not in FILES:
        raise UsageError("no-such-schema", name=kind, known=", ".join(FILES))
    whole = {"$schema": DIALECT, "title": sentence(f"reference.{kind}"), **of(FILES[kind])}
    return safe_text.json_text(whole)


def of(spec: Spec) -> Schema:
    """Return the schema of a declaration."""
    match spec:
        case Text():
            return _text(spec)
        case Choice():
            return {"enum": [value for option in spec.options for value in _readings(option)]}
        case Integer() | Number():
            name = "integer" if isinstance(spec, Integer) else "number"
            return {"type": name, "minimum": spec.minimum, "maximum": spec.maximum}
        case Flag():
            return {"type": "boolean"}
        case ListOf():
            least = {"minItems": spec.minimum} if spec.minimum else {}
            return {"type": "array", "items": of(spec.item), **least}
        case MapOf():
            return {
                "type": "object",
                "patternProperties": {_whole(spec.key): of(spec.value)},
                "additionalProperties": False,
            }
        case Record():
            return _record(spec)
        case Either():
            return {"anyOf": [of(option) for option in spec.options]}
        case Named():
            raise TypeError(spec)


def _text(spec: Text) -> Schema:
    types = ["string", *(name for name, samples in _PLAIN if any(_admits(spec, sample) for sample in samples))]
    whole: Schema = {"type": types, "pattern": r"\S"}
    if spec.pattern and spec.template:
        # A text with a variable is valid here, because the pattern is for the value, which we do not know.
        whole["anyOf"] = [{"pattern": r"\{\{ *[a-z][a-z0-9_]* *\}\}"}, {"pattern": _whole(spec.pattern)}]
    elif spec.pattern:
        whole["allOf"] = [{"pattern": _whole(spec.pattern)}]
    return whole


def _admits(spec: Text, sample: str) -> bool:
    return spec.pattern is None or re.fullmatch(spec.pattern, sample) is not None


def _whole(pattern: str) -> str:
    """Return a pattern that must match the whole text, in JavaScript and Python.

    Python's `$` also matches before a last newline, which the lookahead refuses.
    """
    return rf"^(?:{pattern})$(?!\n)"


def _readings(option: str) -> list[Any]:
    """Return a choice as text, and as the value that YAML 1.2 makes of it without quotes."""
    if _NUMBER.fullmatch(option):
        return [option, float(option) if "." in option else int(option)]
    return [option, _WORDS[option]] if option in _WORDS else [option]


def _record(spec: Record) -> Schema:
    whole: Schema = {
        "type": "object",
        "properties": {name: _described(key) for name, key in spec.fields.items()},
        "additionalProperties": False,
    }
    if spec.required:
        whole["required"] = [*spec.required]
    groups = [_some(group, "anyOf") for group in spec.at_least_one]
    groups += [_some(group, "oneOf") for group in spec.exactly_one]
    groups += [_idle(unless, spec) for unless in dict.fromkeys(spec.unless.values())]
    if spec.needs:
        whole["dependentRequired"] = {name: [other] for name, other in spec.needs.items()}
    return {**whole, **({"allOf": groups} if groups else {})}


def _idle(unless: Unless, spec: Record) -> Schema:
    """Return a schema that refuses all keys that would say nothing beside these values of another key."""
    beside = {"required": [unless.key], "properties": {unless.key: {"enum": [*unless.values]}}}
    refused = {name: False for name, other in spec.unless.items() if other == unless}
    return {"if": beside, "then": {"properties": refused}}


def _described(key: Key) -> Schema:
    meaning = format_reference.meaning(key)
    return {**({"description": meaning} if meaning else {}), **of(key.shape)}


def _some(group: tuple[str, ...], how: str) -> Schema:
    return {how: [{"required": [name]} for name in group]}
