"""The format of lesson files, laid out key by key from its one declaration: for the reference and for the schemas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from runner.messages.sentences import MESSAGES
from runner.records.spec import Either, ListOf, MapOf, Record, Spec

Keys = tuple[str, ...]


class Entry(NamedTuple):
    """One key: where it stands, what it may be, and which of its neighbours it needs or excludes."""

    keys: Keys  # names only, from the kind of file down
    free: frozenset[int]  # which of them the author chooses
    spec: Spec
    required: bool
    one_of: tuple[str, ...] = ()  # at least one of these must be there
    only_one: bool = False  # and at most one


def entries(kind: str, spec: Spec) -> Iterator[Entry]:
    """Every key of a kind of file, in the order of its declaration."""
    yield from _below((kind,), frozenset(), spec)


def _below(keys: Keys, free: frozenset[int], spec: Spec) -> Iterator[Entry]:
    if isinstance(spec, Record):
        for name, inner in spec.fields.items():
            group = next((group for group in (*spec.one_of, *spec.only_one) if name in group), ())
            only_one = any(name in group for group in spec.only_one)
            yield Entry((*keys, name), free, inner, name in spec.required, group, only_one)
            yield from _below((*keys, name), free, inner)
    elif isinstance(spec, MapOf):
        yield from _below((*keys, ""), free | {len(keys)}, spec.value)
    elif isinstance(spec, ListOf):
        yield from _below(keys, free, spec.item)
    elif isinstance(spec, Either):
        for option in spec.options:
            if not is_pair(option):
                yield from _below(keys, free, option)


def is_pair(spec: Spec) -> bool:
    """Whether this is one form for each cgroup version, which is told once and not at every key."""
    return isinstance(spec, Record) and set(spec.fields) == {"v1", "v2"}


def sentence(keys: Keys) -> str | None:
    """The key of the message that explains: the one with the longest end of this path."""
    names = [name for name in keys if name]
    tails = (".".join(names[start:]) for start in range(len(names)))
    return next((key for tail in tails if (key := f"ref.{tail}") in MESSAGES), None)


def kinds() -> Mapping[str, Record]:
    from runner.course import format

    return format.documents()
