"""The nodes of a lesson file, each with its place in the file, and the faults that are found there."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping as Map
from dataclasses import dataclass, field

from runner.messages.did_you_mean import nearest
from runner.records.errors import Fault

FAULTS = 100  # No file gets more faults: nobody would read them, and a hostile file could fill the terminal.


@dataclass(slots=True)
class Node:
    """A place in the file. A plain Node stands for something that was refused; it gets no further faults."""

    line: int
    column: int


@dataclass(slots=True)
class Scalar(Node):
    """Text as it was written: `no`, `0755` and `22:30` stay text. `plain` means without quotes, `|` or `>`."""

    text: str
    plain: bool


@dataclass(slots=True)
class Sequence(Node):
    """A list."""

    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Mapping(Node):
    """A mapping. Both dictionaries have the text of the key as their key."""

    keys: dict[str, Scalar] = field(default_factory=dict)
    values: dict[str, Node] = field(default_factory=dict)


def find(node: Node, path: tuple[str | int, ...], key: bool = False) -> Node:
    """Return the node at a path, or the nearest existing one above it. With `key`, return the key and not its value."""
    for index, part in enumerate(path):
        if isinstance(node, Mapping) and part in node.values:
            last = index == len(path) - 1
            node = node.keys[str(part)] if key and last else node.values[str(part)]
        elif isinstance(node, Sequence) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
        else:
            break
    return node


class Faults:
    """The faults of one file. With `samples`, a value for each variable, the patterns of templates are tried."""

    def __init__(self, file: str, samples: Map[str, str] | None = None) -> None:
        self.file = file
        self.samples = samples or {}
        self.found: list[Fault] = []

    @property
    def full(self) -> bool:
        """Say whether there are so many faults that no more are added."""
        return len(self.found) > FAULTS

    def add(self, node: Node, key: str, **values: str | float) -> None:
        """Add a fault at the place of a node."""
        self.add_at(node.line, node.column, key, **values)

    def add_at(self, line: int, column: int, key: str, **values: str | float) -> None:
        """Add a fault at a line and a column, which count from 1."""
        if len(self.found) == FAULTS:
            self.found.append(Fault(self.file, line, column, "too-many-faults", limit=FAULTS))
        elif not self.full:
            self.found.append(Fault(self.file, line, column, key, **values))

    def unknown(self, node: Node, key: str, name: str, known: Collection[str]) -> str | None:
        """Add a fault for a name that does not exist. It tells the most similar known name, or else all of them.

        Return that similar name, if there is one.
        """
        if self.full:
            return None
        near = nearest(name, known, 0.6)
        if near:
            self.add(node, f"{key}-near", name=short(name), near=near)
            return near
        self.add(node, key, name=short(name), known=", ".join(dict.fromkeys(known)))
        return None


def short(text: str) -> str:
    """Return a text as one line of at most 60 characters, so that a sentence can quote it."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:59] + "…"
