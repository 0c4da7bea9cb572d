"""How a key of a lesson file is declared: its shape, the sentence that explains it, and its default.

A record of the course is a dataclass whose fields are such keys. They decide what the loader accepts, how it makes the
record, and what the JSON Schema and the format reference say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, NamedTuple, TypeVar, dataclass_transform

T = TypeVar("T")
Groups = tuple[tuple[str, ...], ...]
REQUIRED: Any = object()  # It stands where a default would stand.


@dataclass(frozen=True)
class Text:
    """A string. All of it must match the regular expression `pattern`; `template` allows {{ variables }} in it.

    `form` is the key of the sentence that explains the pattern to the author.
    """

    template: bool = False
    pattern: str | None = None
    form: str = "form"


@dataclass(frozen=True)
class Choice:
    """One of these words."""

    options: tuple[str, ...]


@dataclass(frozen=True)
class Integer:
    """A whole number between two bounds, which are allowed too."""

    minimum: int = 0
    maximum: int = 2**31


@dataclass(frozen=True)
class Number:
    """A number between two bounds, which are allowed too."""

    minimum: float = 0.0
    maximum: float = 3600.0


@dataclass(frozen=True)
class Flag:
    """Either true or false."""


@dataclass(frozen=True)
class ListOf:
    """A list whose items all have one shape."""

    item: Spec
    minimum: int = 0


@dataclass(frozen=True)
class MapOf:
    """A mapping whose keys are free but match `key`, and whose values all have one shape."""

    key: str
    value: Spec


@dataclass(frozen=True)
class Key:
    """One key: the shape of its value, the sentence that explains it, and its value when it is not given."""

    shape: Spec
    sentence: str = ""  # Babel collects it from here; it is translated when it is shown.
    default: Any = REQUIRED


class Unless(NamedTuple):
    """A key, and those of its values with which another key would say nothing."""

    key: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Record:
    """A mapping with fixed keys. `make` gets their values by name, and returns what the mapping stands for.

    Of each group in `exactly_one`, one key must be given; of each group in `at_least_one`, one or more. A key in
    `needs` may only be given with that other one, and a key in `unless` not beside those values.
    """

    fields: Mapping[str, Key]
    exactly_one: Groups = ()
    at_least_one: Groups = ()
    needs: Mapping[str, str] = field(default_factory=dict)
    unless: Mapping[str, Unless] = field(default_factory=dict)
    make: Callable[..., object] = dict

    @cached_property
    def required(self) -> tuple[str, ...]:
        """Return the keys that must be given."""
        return tuple(name for name, key in self.fields.items() if key.default is REQUIRED)

    @cached_property
    def groups(self) -> Groups:
        """Return all groups of which at least one key must be given."""
        return (*self.exactly_one, *self.at_least_one)

    @cached_property
    def defaults(self) -> Mapping[str, Any]:
        """Return the defaults by key, for those keys that have one."""
        return {name: key.default for name, key in self.fields.items() if key.default not in (REQUIRED, None)}


@dataclass(frozen=True)
class Either:
    """Any of these shapes. The YAML node (scalar, sequence or mapping) shows which one was written.

    `make` gets the value and returns what it stands for.
    """

    options: tuple[Spec, ...]
    make: Callable[[Any], object] | None = None


@dataclass(frozen=True)
class Named:
    """A shape that a room above the records declares. `runner/course/format.py` puts it in by this name."""

    name: str


Spec = Text | Choice | Integer | Number | Flag | ListOf | MapOf | Record | Either | Named


# --- records whose fields are keys --------------------------------------------------------------

_SHAPES: dict[type[Any], Record] = {}


def key(
    shape: Spec, sentence: str, *, default: Any = REQUIRED, default_factory: Callable[[], Any] | None = None
) -> Any:
    """Declare a field that stands in a file. It is required unless it has a default."""
    if default_factory:
        return field(default_factory=default_factory, metadata={"key": Key(shape, sentence, default_factory())})
    metadata = {"key": Key(shape, sentence, default)}
    return field(metadata=metadata) if default is REQUIRED else field(default=default, metadata=metadata)


def same(cls: type[Any], name: str) -> Any:
    """Declare a field that has the shape, the sentence and the default of another record's field."""
    model = shape(cls).fields[name]
    return key(model.shape, model.sentence, default=model.default)


@dataclass_transform(frozen_default=True, field_specifiers=(key, same, field))
def record(
    *, kw_only: bool = False, exactly_one: Groups = (), at_least_one: Groups = ()
) -> Callable[[type[T]], type[T]]:
    """Make a frozen dataclass of a class, and keep the shape that follows from its keys for `shape`."""

    def declared(cls: type[T]) -> type[T]:
        made: Any = dataclass(frozen=True, kw_only=kw_only)(cls)
        keys = {item.name: item.metadata["key"] for item in fields(made) if "key" in item.metadata}
        _SHAPES[made] = Record(keys, exactly_one, at_least_one, make=made)
        return cls

    return declared


def shape(cls: type[Any]) -> Record:
    """Return the shape that a file must have where a record of this class stands."""
    return _SHAPES[cls]
