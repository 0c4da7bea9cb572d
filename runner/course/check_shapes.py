"""Compare a tree of nodes with its declaration. Typed values come out, and a fault for every difference."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from runner.course import render
from runner.course.yaml_nodes import Faults, Mapping, Node, Scalar, Sequence, short
from runner.records.shapes import Choice, Either, Flag, Integer, ListOf, MapOf, Number, Record, Spec, Text

N = TypeVar("N", int, float)

FLAGS = {"true": True, "false": False}


def validated(node: Node, spec: Spec, faults: Faults) -> Any:
    """Return the value of a node; None when it was refused. Lists keep the None, so that indexes fit the file."""
    if type(node) is Node:
        return None  # It has its fault already.
    form, reader, _ = _READERS[type(spec)]
    if isinstance(spec, Either) or isinstance(node, form):
        return reader(node, spec, faults)
    _wrong(node, _name(spec), faults)
    return None


def _wrong(node: Node, shape: str, faults: Faults) -> None:
    if isinstance(node, Scalar) and node.plain and not node.text:
        faults.add(node, "empty")
    else:
        faults.add(node, f"want-{shape}")


def _name(spec: Spec) -> str:
    return _READERS[type(spec)][2]


def _text(node: Scalar, spec: Text, faults: Faults) -> str | None:
    if not node.text.strip():
        faults.add(node, "empty")
        return None
    if spec.pattern:
        text = render.fill(node.text, faults.samples) if spec.template else node.text
        if text is not None and not re.fullmatch(spec.pattern, text):
            faults.add(node, spec.form, text=short(node.text), pattern=spec.pattern)
            return None
    return node.text


def _choice(node: Scalar, spec: Choice, faults: Faults) -> str | None:
    if node.text in spec.options:
        return node.text
    faults.unknown(node, "want-choice", node.text, spec.options)
    return None


def _integer(node: Scalar, spec: Integer, faults: Faults) -> int | None:
    if not (node.plain and re.fullmatch(r"0|-?[1-9][0-9]{0,14}", node.text)):
        _wrong(node, "integer", faults)
        return None
    return _within(node, int(node.text), spec, faults)


def _number(node: Scalar, spec: Number, faults: Faults) -> float | None:
    if not (node.plain and re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", node.text)):
        _wrong(node, "number", faults)
        return None
    return _within(node, float(node.text), spec, faults)


def _within(node: Scalar, value: N, spec: Integer | Number, faults: Faults) -> N | None:
    if spec.minimum <= value <= spec.maximum:
        return value
    faults.add(node, "out-of-range", value=value, minimum=spec.minimum, maximum=spec.maximum)
    return None


def _flag(node: Scalar, _: Flag, faults: Faults) -> bool | None:
    if node.plain and node.text in FLAGS:
        return FLAGS[node.text]
    _wrong(node, "flag", faults)
    return None


def _list(node: Sequence, spec: ListOf, faults: Faults) -> tuple[Any, ...]:
    if len(node.items) < spec.minimum:
        faults.add(node, "too-few", minimum=spec.minimum)
    return tuple(validated(item, spec.item, faults) for item in node.items)


def _map(node: Mapping, spec: MapOf, faults: Faults) -> dict[str, Any]:
    values = {}
    for name, key in node.keys.items():
        if not re.fullmatch(spec.key, name):
            faults.add(key, "form-key", text=short(name))
        values[name] = validated(node.values[name], spec.value, faults)
    return values


def _record(node: Mapping, spec: Record, faults: Faults) -> dict[str, Any]:
    values = {}
    meant = set()  # When the author wrote `rum` and meant `run`, we do not say that `run` is missing, too.
    fields = spec.fields
    for name, key in node.keys.items():
        if name not in fields:
            meant.add(faults.unknown(key, "unknown-key", name, fields))
        elif (value := validated(node.values[name], fields[name].shape, faults)) is not None:
            values[name] = value
    for name in spec.required:
        if name not in node.keys and name not in meant:
            faults.add(node, "missing-key", name=name)
    for group in spec.groups:
        written = [name for name in node.keys if name in group]
        if not written and not meant:
            faults.add(node, "missing-one-of", names=", ".join(group))
        for name in written[1:] if group in spec.exactly_one else ():
            faults.add(node.keys[name], "more-than-one", name=name, names=", ".join(group))
    _companions(node, spec, values, faults)
    return values


def _companions(node: Mapping, spec: Record, values: dict[str, Any], faults: Faults) -> None:
    """Refuse each key that says nothing because of what is, or is not, beside it."""
    for name, other in spec.needs.items():
        if name in node.keys and other not in node.keys:
            faults.add(node.keys[name], "without-other", name=name, other=other)
    for name, unless in spec.unless.items():
        if name in node.keys and values.get(unless.key) in unless.values:
            value = values[unless.key]
            beside = f"{unless.key}: {str(value).lower() if isinstance(value, bool) else value}"
            faults.add(node.keys[name], "idle-beside", name=name, beside=beside)


def _either(node: Node, spec: Either, faults: Faults) -> Any:
    for option in spec.options:
        if isinstance(node, _READERS[type(option)][0]):
            return validated(node, option, faults)
    _wrong(node, "-or-".join(_name(option) for option in spec.options), faults)
    return None


# For each shape: the node that it is read from, the function that reads it, and its name in the keys of faults.
_READERS: dict[type[Any], tuple[type[Node], Callable[[Any, Any, Faults], Any], str]] = {
    Text: (Scalar, _text, "text"),
    Choice: (Scalar, _choice, "text"),
    Integer: (Scalar, _integer, "integer"),
    Number: (Scalar, _number, "number"),
    Flag: (Scalar, _flag, "flag"),
    ListOf: (Sequence, _list, "list"),
    MapOf: (Mapping, _map, "mapping"),
    Record: (Mapping, _record, "mapping"),
    Either: (Node, _either, "either"),
}
