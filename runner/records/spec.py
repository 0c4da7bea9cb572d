"""A tiny vocabulary to declare parameters: which keys a mapping may have and what each value must be.

The same declaration validates lesson files (`load`), and names what an author may write.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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
class Record:
    """Fixed keys; `required` must be there; `one_of` groups need at least one member, `only_one` groups at most one."""

    fields: Mapping[str, Spec]
    required: tuple[str, ...] = ()
    one_of: tuple[tuple[str, ...], ...] = field(default=())
    only_one: tuple[tuple[str, ...], ...] = field(default=())


@dataclass(frozen=True)
class Either:
    """Any of these forms, told apart by the YAML node: scalar, sequence or mapping."""

    options: tuple[Spec, ...]


Spec = Text | Choice | Integer | Number | Flag | ListOf | MapOf | Record | Either
