"""How a key of a lesson file is declared: what may stand there, a sentence on it, and its value when it is not given.

A record of the course is a dataclass whose fields are such keys. From them follow what the loader accepts, how it makes
the record, and what the JSON Schema and the format reference say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")
Groups = tuple[tuple[str, ...], ...]
REQUIRED: Any = object()  # in place of a default


@dataclass(frozen=True)
class Text:
    """A string; `pattern` is a regular expression it must match in full, `template` allows {{ variables }}.

    `form` is the key of the sentence that explains the pattern to the author.
    """

    template: bool = False
    pattern: str | None = None
    form: str = "form"


@dataclass(frozen=True)
class Choice:
    options: tuple[str, ...]


@dataclass(frozen=True)
class Integer:
    minimum: int = 0
    maximum: int = 2**31


@dataclass(frozen=True)
class Number:
    """Seconds and the like."""

    minimum: float = 0.0
    maximum: float = 3600.0


@dataclass(frozen=True)
class Flag:
    """true or false."""


@dataclass(frozen=True)
class ListOf:
    item: Spec
    minimum: int = 0


@dataclass(frozen=True)
class MapOf:
    """Free keys that match `key`, all values alike."""

    key: str
    value: Spec


@dataclass(frozen=True)
class Key:
    """One key: the shape of its value, the sentence that explains it, and its value when it is not given."""

    shape: Spec
    sentence: str = ""  # Babel collects it here; it is translated when it is shown
    default: Any = REQUIRED


@dataclass(frozen=True)
class Record:
    """Fixed keys, of which each group needs one; `make` gets the values by name and gives what they stand for."""

    fields: Mapping[str, Key]
    exactly_one: Groups = ()
    at_least_one: Groups = ()
    make: Callable[..., object] = dict

    @cached_property
    def required(self) -> tuple[str, ...]:
        return tuple(name for name, key in self.fields.items() if key.default is REQUIRED)

    @cached_property
    def groups(self) -> Groups:
        return (*self.exactly_one, *self.at_least_one)

    @cached_property
    def defaults(self) -> Mapping[str, Any]:
        """Return the values of keys that are not given, as far as they have one."""
        return {name: key.default for name, key in self.fields.items() if key.default not in (REQUIRED, None)}


@dataclass(frozen=True)
class Either:
    """Any of these forms, told apart by the YAML node: scalar, sequence or mapping. `make` is as for records."""

    options: tuple[Spec, ...]
    make: Callable[[Any], object] | None = None


@dataclass(frozen=True)
class Named:
    """A shape that is declared in a room above the records; `course/format.py` knows it by this name."""

    name: str


Spec = Text | Choice | Integer | Number | Flag | ListOf | MapOf | Record | Either | Named


# --- records whose fields are keys --------------------------------------------------------------

_SHAPES: dict[type[Any], Record] = {}


def key(
    shape: Spec, sentence: str, *, default: Any = REQUIRED, default_factory: Callable[[], Any] | None = None
) -> Any:
    """Declare a field of a record that stands in a file: a required one, unless it has a default."""
    if default_factory:
        return field(default_factory=default_factory, metadata={"key": Key(shape, sentence, default_factory())})
    metadata = {"key": Key(shape, sentence, default)}
    return field(metadata=metadata) if default is REQUIRED else field(default=default, metadata=metadata)


def same(cls: type[Any], name: str) -> Any:
    """Declare a field that is written as that of another record."""
    known = shape(cls).fields[name]
    return key(known.shape, known.sentence, default=known.default)


@dataclass_transform(frozen_default=True, field_specifiers=(key, same, field))
def record(
    *, kw_only: bool = False, exactly_one: Groups = (), at_least_one: Groups = ()
) -> Callable[[type[T]], type[T]]:
    """Make a frozen dataclass, and from its keys the shape that a file must have."""

    def declared(cls: type[T]) -> type[T]:
        made: Any = dataclass(frozen=True, kw_only=kw_only)(cls)
        keys = {one.name: one.metadata["key"] for one in fields(made) if "key" in one.metadata}
        _SHAPES[made] = Record(keys, exactly_one, at_least_one, made)
        return cls

    return declared


def shape(cls: type[Any]) -> Record:
    """Return what a file must have where a record of this class stands."""
    return _SHAPES[cls]
