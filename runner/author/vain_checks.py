"""Checks that are always true, or never: no step and no student could change that. Their text alone shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.checks.registry import KINDS
from runner.course.drafts import Way

# What must be there, and what must not, are two keys of one mapping.
WANTED, UNWANTED = ("has", "addresses", "holds"), "lacks"
COMPARED = {"namespace": (), "file": ("same_content", "same_file")}  # the keys that compare, and must be this file


def find(check: Mapping[str, Any]) -> Iterator[tuple[Way, str, str]]:
    """Find what is vain in a check. Yield the way to it, the key of the fault, and the name that is in it."""
    for kind, params in check.items():
        if isinstance(params, Mapping):
            yield from _contradictions((kind,), params)
            yield from _mirrors(kind, params)


def _contradictions(way: Way, params: Mapping[str, Any]) -> Iterator[tuple[Way, str, str]]:
    unwanted = _listed(params.get(UNWANTED))
    for name in (name for key in WANTED for name in _listed(params.get(key)) if name in unwanted):
        yield (*way, UNWANTED), "has-and-lacks", name
    for key, inner in params.items():
        if isinstance(inner, Mapping):
            yield from _contradictions((*way, key), inner)


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [name for name in value or () if name]


def _mirrors(kind: str, params: Mapping[str, Any]) -> Iterator[tuple[Way, str, str]]:
    if kind not in COMPARED:
        return
    whole = {**KINDS[kind].PARAMS.defaults, **params}
    if whole.get("of") != whole["than"]:
        return
    if not COMPARED[kind]:
        yield (kind,), "compared-with-itself", str(whole["than"])
    for key in COMPARED[kind]:
        if key in params and params[key] == params.get("path"):
            yield (kind, key), "compared-with-itself", params[key]
