"""The format of lesson files as a list of keys, made from its declaration. The reference and the schemas use it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from runner.course.format import FILES
from runner.messages.catalog import text
from runner.messages.language import translate
from runner.records.shapes import REQUIRED, Either, Key, ListOf, MapOf, Record, Spec, Unless


class Entry(NamedTuple):
    """One key: where it stands, what it is, and which of its neighbors it needs or excludes."""

    names: tuple[str, ...]  # the path from the kind of file down; empty where the author chooses the name
    key: Key
    one_of: tuple[str, ...] = ()  # at least one of these keys must be there
    only_one: bool = False  # whether more than one of them is a fault
    needs: str = ""  # it may only be given with this key,
    unless: Unless | None = None  # and not beside this


def entries(kind: str, spec: Spec) -> Iterator[Entry]:
    """Yield every key of a kind of file, in the order of its declaration."""
    yield from _below((kind,), spec)


def _below(names: tuple[str, ...], spec: Spec) -> Iterator[Entry]:
    if isinstance(spec, Record):
        for name, key in spec.fields.items():
            group = next((group for group in spec.groups if name in group), ())
            only_one = group in spec.exactly_one
            yield Entry((*names, name), key, group, only_one, spec.needs.get(name, ""), spec.unless.get(name))
            yield from _below((*names, name), key.shape)
    elif isinstance(spec, MapOf):
        yield from _below((*names, ""), spec.value)
    elif isinstance(spec, ListOf):
        yield from _below(names, spec.item)
    elif isinstance(spec, Either):
        for option in spec.options:
            if not is_pair(option):
                yield from _below(names, option)


def is_pair(spec: Spec) -> bool:
    """Return whether this is a pair of forms for cgroup v1 and v2. It is described once, not at every key."""
    return isinstance(spec, Record) and set(spec.fields) == {"v1", "v2"}


def meaning(key: Key) -> str:
    """Return the sentence of a key, with its default value if there is one."""
    sentence = translate(key.sentence) if key.sentence else ""
    if key.default in (REQUIRED, None, (), {}, ""):
        return sentence
    value = f"`{key.default}`" if isinstance(key.default, str) else f"{key.default:g}"
    return text("reference.default", sentence=sentence.removesuffix("."), value=value)


def find(path: str) -> Key:
    """Return the key whose path ends like this, such as `steps.undo`; the first of several."""
    every = (entry for kind, spec in FILES.items() for entry in entries(kind, spec))
    return next(entry.key for entry in every if f".{'.'.join(filter(None, entry.names))}".endswith(f".{path}"))
