"""Validation: nodes against a declaration, values and faults out; and the declarations themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runner.checks import registry
from runner.course import format, yaml_reader
from runner.course.check_shapes import _READERS, validated
from runner.course.yaml_nodes import Faults
from runner.messages.catalog import MESSAGES
from runner.records.shapes import Choice, Either, Flag, Integer, Key, ListOf, MapOf, Number, Record, Spec, Text, Unless

POINT = Record({"x": Key(Integer()), "y": Key(Integer())})
KIND = Record(
    {"cat": Key(Flag(), default=None), "dog": Key(Flag(), default=None), "name": Key(Text(), default=None)},
    exactly_one=(("cat", "dog"),),
)
SOUND = Record(
    {name: Key(Flag(), default=None) for name in ("there", "loud", "pitch")},
    needs={"pitch": "loud"},
    unless={"loud": Unless("there", (False,))},
)


def read(text: str, spec: Spec, folder: Path, **samples: str) -> tuple[Any, list[str]]:
    path = folder / "file.yaml"
    path.write_text(text)
    faults = Faults("file.yaml", samples)
    node = yaml_reader.read(path, faults)
    value = validated(node, spec, faults) if node else None
    return value, [f"{fault.line}:{fault.column} {fault.key}" for fault in faults.found]


@pytest.mark.parametrize(
    ("text", "spec", "value"),
    [
        ("no", Text(), "no"),
        ("0755", Text(pattern="[0-7]{4}"), "0755"),
        ("12", Integer(), 12),
        ("-3", Integer(-5), -3),
        ("0", Integer(), 0),
        ("2.5", Number(), 2.5),
        ("2", Number(), 2.0),
        ("true", Flag(), True),
        ("[a, [b]]", ListOf(Either((Text(), ListOf(Text())))), ("a", ("b",))),
        ("{a: 1, b: 2}", MapOf("[a-z]", Integer()), {"a": 1, "b": 2}),
        ("{x: 1, y: 2}", POINT, {"x": 1, "y": 2}),
        ("{x: 1, y: 2}", Either((Text(), POINT)), {"x": 1, "y": 2}),
        ("{dog: true}", KIND, {"dog": True}),
        ("{loud: true, pitch: true}", SOUND, {"loud": True, "pitch": True}),
        ("{there: true, loud: true}", SOUND, {"there": True, "loud": True}),
        ("no", Choice(("yes", "no")), "no"),
        ("'{{ a }}/x'", Text(template=True, pattern="/.*"), "{{ a }}/x"),
        ("'{{ unknown }}'", Text(template=True, pattern="/.*"), "{{ unknown }}"),  # said once, by the rule on variables
    ],
)
def test_values(text: str, spec: Spec, value: object, tmp_path: Path) -> None:
    assert read(text, spec, tmp_path, a="/root") == (value, [])


@pytest.mark.parametrize(
    ("text", "spec", "faults"),
    [
        ("[]", Text(), ["1:1 want-text"]),
        ("'  '", Text(), ["1:1 empty"]),
        ("a:", MapOf(".*", POINT), ["1:3 empty"]),
        ("x", Text(pattern="[0-9]"), ["1:1 form"]),
        ("'{{ a }}'", Text(template=True, pattern="[a-z]+", form="form-name"), ["1:1 form-name"]),
        ("'1'", Integer(), ["1:1 want-integer"]),
        ("010", Integer(), ["1:1 want-integer"]),
        ("1_000", Integer(), ["1:1 want-integer"]),
        ("0x10", Integer(), ["1:1 want-integer"]),
        ("1e3", Number(), ["1:1 want-number"]),
        (".inf", Number(), ["1:1 want-number"]),
        ("9" * 5000, Integer(), ["1:1 want-integer"]),
        ("99999999999", Integer(), ["1:1 out-of-range"]),
        ("-1", Number(), ["1:1 out-of-range"]),
        ("yes", Flag(), ["1:1 want-flag"]),
        ("'true'", Flag(), ["1:1 want-flag"]),
        ("nei", Choice(("yes", "no")), ["1:1 want-choice"]),
        ("yess", Choice(("yes", "no")), ["1:1 want-choice-near"]),
        ("[]", ListOf(Text(), minimum=1), ["1:1 too-few"]),
        ("- a\n- [b]\n- {c: d}\n", ListOf(Text()), ["2:3 want-text", "3:3 want-text"]),
        ("A: 1", MapOf("[a-z]", Integer()), ["1:1 form-key"]),
        ("z: 1", POINT, ["1:1 unknown-key", "1:1 missing-key", "1:1 missing-key"]),
        ("{name: x}", KIND, ["1:1 missing-one-of"]),
        ("{cat: true, dog: true}", KIND, ["1:13 more-than-one"]),
        ("{pitch: true}", SOUND, ["1:2 without-other"]),
        ("{there: false, loud: true}", SOUND, ["1:16 idle-beside"]),
        ("{caat: true}", KIND, ["1:2 unknown-key-near"]),
        ("[x]", Either((Text(), POINT)), ["1:1 want-text-or-mapping"]),
        ("{x: one, y: *y, z: 1}", POINT, ["1:13 yaml-alias", "1:5 want-integer", "1:17 unknown-key"]),
    ],
)
def test_faults(text: str, spec: Spec, faults: list[str], tmp_path: Path) -> None:
    assert read(text, spec, tmp_path, a="/root")[1] == faults


def test_lists_keep_gaps_so_that_places_stay_right(tmp_path: Path) -> None:
    assert read("[a, [], c]", ListOf(Text()), tmp_path)[0] == ("a", None, "c")


def every(spec: Spec) -> list[Spec]:
    """A declaration and all that it contains."""
    inner: tuple[Spec, ...] = ()
    if isinstance(spec, Record):
        inner = tuple(key.shape for key in spec.fields.values())
    elif isinstance(spec, Either):
        inner = spec.options
    elif isinstance(spec, ListOf):
        inner = (spec.item,)
    elif isinstance(spec, MapOf):
        inner = (spec.value,)
    return [spec, *(found for part in inner for found in every(part))]


DECLARED = [spec for top in format.FILES.values() for spec in every(top)]


def test_every_kind_of_check_is_declared() -> None:
    assert set(format.CHECK.fields) == {*registry.KINDS, "within", "sentence"}


def test_every_fault_of_a_declaration_has_a_sentence() -> None:
    names = {type_: name for type_, (_, _, name) in _READERS.items()}
    wants = {f"want-{name}" for type_, name in names.items() if type_ is not Either}
    wants |= {
        "want-" + "-or-".join(names[type(o)] for o in spec.options) for spec in DECLARED if isinstance(spec, Either)
    }
    forms = {spec.form for spec in DECLARED if isinstance(spec, Text)}
    assert wants | forms <= set(MESSAGES)


def test_records_name_only_their_own_fields() -> None:
    for spec in DECLARED:
        if isinstance(spec, Record):
            assert {name for group in spec.groups for name in group} <= set(spec.fields)
