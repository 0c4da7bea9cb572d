"""The format reference on the screen: every key with its type, whether it is required, and a sentence."""

from __future__ import annotations

from runner.author import format_reference
from runner.author.format_reference import Entry
from runner.course import render
from runner.course.dangerous_commands import HAZARDS
from runner.course.format import FILES
from runner.messages.catalog import MESSAGES, text
from runner.records.shapes import (
    REQUIRED,
    Choice,
    Either,
    Flag,
    Integer,
    ListOf,
    MapOf,
    Named,
    Number,
    Record,
    Spec,
    Text,
)
from runner.screen.face import Face

FEW = 4  # more alternatives than this are counted instead of named


def show_reference(face: Face) -> None:
    """Show the whole format reference, and the names of the hazards."""
    face.title(text("reference.title"))
    face.prose(text("reference.intro", machine=", ".join(f"`{name}`" for name in render.MACHINE)))
    for kind, spec in FILES.items():
        face.heading(text(f"reference.{kind}"))
        face.pairs([_row(entry) for entry in format_reference.entries(kind, spec)])
    face.heading(text("reference.hazards"))
    face.pairs([(name, text(f"hazard.{name}")) for name in HAZARDS])


def _row(entry: Entry) -> tuple[str, str]:
    """Return a key, indented by its depth in the file, and its description."""
    name = ("" if entry.names[-2] else text("help.NAME") + ".") + entry.names[-1]
    depth = sum(map(bool, entry.names)) - 2
    return (
        "  " * depth + name,
        f"{_need(entry)}{_beside(entry)}; {type_of(entry.key.shape)}. {format_reference.meaning(entry.key)}",
    )


def _need(entry: Entry) -> str:
    required = entry.key.default is REQUIRED
    if required or not entry.one_of:
        return text("reference.required" if required else "reference.optional")
    number = "one-of" if entry.only_one else "at-least-one-of"
    if len(entry.one_of) > FEW:
        return text(f"reference.{number}-many", count=len(entry.one_of))
    return text(f"reference.{number}", names=", ".join(entry.one_of))


def _beside(entry: Entry) -> str:
    """Return which other key it needs, or beside which values it would say nothing."""
    if entry.unless:
        values = (f"{value}".lower() if isinstance(value, bool) else value for value in entry.unless.values)
        return text("reference.unless", beside=", ".join(f"`{entry.unless.key}: {value}`" for value in values))
    return text("reference.needs", other=f"`{entry.needs}`") if entry.needs else ""


def type_of(spec: Spec) -> str:
    """Return the type of a value in words."""
    match spec:
        case Text():
            return _text(spec)
        case Choice():
            options = ", ".join(f"`{option}`" for option in spec.options)
            return text("type.choice", options=options) if len(spec.options) > 1 else options
        case Integer() | Number():
            name = "integer" if isinstance(spec, Integer) else "number"
            if spec.maximum == Integer.maximum:
                return text("type.from", minimum=spec.minimum)
            return text(f"type.{name}", minimum=spec.minimum, maximum=spec.maximum)
        case Flag():
            return text("type.flag")
        case ListOf() if spec.minimum > 1:
            return text("type.list-minimum", item=_item(spec.item), minimum=spec.minimum)
        case ListOf():
            return text("type.list", item=_item(spec.item))
        case MapOf():
            return text("type.map", value=type_of(spec.value))
        case Record():
            return text("type.pair" if format_reference.is_pair(spec) else "type.record")
        case Either():
            first, *others = dict.fromkeys(type_of(option) for option in spec.options)
            for other in others:
                first = text("type.or", one=first, other=other)
            return first
        case Named():
            raise TypeError(spec)


def _item(spec: Spec) -> str:
    return f"({type_of(spec)})" if isinstance(spec, Either) else type_of(spec)


def _text(spec: Text) -> str:
    if f"type.{spec.form}" in MESSAGES:
        return text(f"type.{spec.form}")
    name = text("type.template" if spec.template else "type.text")
    return f"{name} `{spec.pattern}`" if spec.pattern else name
