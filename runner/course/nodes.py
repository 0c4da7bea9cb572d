"""What a lesson file becomes before it means anything: nodes with their place in the file, and its faults."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping as Map
from dataclasses import dataclass, field

from runner.messages.similar import nearest
from runner.records.errors import Fault

FAULTS = 100  # per file; nobody reads further, and a hostile file could fill the terminal


@dataclass(slots=True)
class Node:
    """A place in the file; alone it stands for something refused, about which nothing more is said."""

    line: int
    column: int


@dataclass(slots=True)
class Scalar(Node):
    """Text as written: `no`, `0755` and `22:30` stay what they are. `plain` means without quotes or block marks."""

    text: str
    plain: bool


@dataclass(slots=True)
class Sequence(Node):
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Mapping(Node):
    keys: dict[str, Scalar] = field(default_factory=dict)
    values: dict[str, Node] = field(default_factory=dict)


def find(node: Node, path: tuple[str | int, ...], key: bool = False) -> Node:
    """The node at a path, or the nearest one above it that exists; with `key`, the key instead of its value."""
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
    """The faults of one file. `samples` are values of the declared variables, to try patterns on templates."""

    def __init__(self, file: str, samples: Map[str, str] | None = None) -> None:
        self.file = file
        self.samples = samples or {}
        self.found: list[Fault] = []

    @property
    def full(self) -> bool:
        return len(self.found) > FAULTS

    def add(self, node: Node, key: str, **values: object) -> None:
        self.add_at(node.line, node.column, key, **values)

    def add_at(self, line: int, column: int, key: str, **values: object) -> None:
        if len(self.found) == FAULTS:
            self.found.append(Fault(self.file, line, column, "too-many-faults", limit=FAULTS))
        elif not self.full:
            self.found.append(Fault(self.file, line, column, key, **values))

    def unknown(self, node: Node, key: str, name: str, known: Collection[str]) -> str | None:
        """A name that does not exist: with the nearest that does (which is returned), else with all of them."""
        if self.full:
            return None
        near = nearest(name, known, 0.6)
        if near:
            self.add(node, f"{key}-near", name=short(name), near=near)
            return near
        self.add(node, key, name=short(name), known=", ".join(dict.fromkeys(known)))
        return None


def short(text: str) -> str:
    """One line of bounded length, fit to be quoted in a sentence."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:59] + "…"
