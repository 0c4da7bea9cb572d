"""The course file of an instructor, which chooses and orders lessons and sets variables.

    format: 1
    title: {en: Containers in two hours}
    lessons: [rootfs, chroot, my-lesson]
    variables: {memory: 128M, depth: {type: count, default: "3"}}

A variable with a text gets another value; one with type and default is new. Lessons that are not listed are not part
of the course, but those that are may still need them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.course import render
from runner.course.drafts import Document, Draft
from runner.course.yaml_nodes import short

Declared = Mapping[str, Any]  # Each variable by its name, with its type and its default.


def judge(own: Document, declared: Declared, drafts: list[Draft]) -> None:
    """Add a fault for every lesson that does not exist, and for every variable or value that is not allowed."""
    value = own.value or {}
    if value.get("title") == {}:
        own.fault(("title",), "title-missing", language="en")
    names = [draft.name for draft in drafts]
    listed: list[str] = []
    for index, name in enumerate(value.get("lessons") or ()):
        if name in listed:
            own.fault(("lessons", index), "twice", name=name)
        elif name and name not in names:
            own.unknown(("lessons", index), "unknown-lesson", name, names)
        listed.append(name)
    for name, variable in (value.get("variables") or {}).items():
        if variable is not None:
            _variable(own, name, variable, declared)


def _variable(own: Document, name: str, variable: str | Mapping[str, str], declared: Declared) -> None:
    """Check one variable: a new value for a declared one, or a new one."""
    known = declared.get(name)
    way = ("variables", name)
    if name in render.RESERVED:
        own.fault_at_key(way, "variable-reserved", name=name)
    elif isinstance(variable, str):
        if known is None:
            own.unknown(way, "unknown-variable", name, sorted(declared), at_key=True)
        elif not render.valid(known["type"], variable):
            own.fault(way, f"value-{known['type']}", name=name, value=short(variable))
    elif len(variable) == 2:
        if known and known["type"] != variable["type"]:
            own.fault((*way, "type"), "variable-other-type", name=name, type=known["type"])
        elif not render.valid(variable["type"], variable["default"]):
            own.fault((*way, "default"), f"value-{variable['type']}", name=name, value=short(variable["default"]))


def merged(declared: Declared, own: Document | None) -> dict[str, Any]:
    """Return all variables that were understood, with the values from the instructor's file."""
    variables = {name: variable for name, variable in declared.items() if variable and len(variable) == 2}
    for name, variable in (((own.value if own else None) or {}).get("variables") or {}).items():
        if isinstance(variable, Mapping) and len(variable) == 2:
            variables[name] = variable
        elif isinstance(variable, str) and name in variables:
            variables[name] = {**variables[name], "default": variable}
    return variables
