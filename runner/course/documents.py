"""The files of a course while they are being judged: nodes, what was understood of them, and their faults."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runner.course.nodes import Faults, Mapping, Node, find

Way = tuple[str | int, ...]  # from the root of a file to a value
Understood = dict[str, Any]  # the keys of a mapping that could be understood, with their values


@dataclass
class Document:
    """One file: its nodes, what was understood of them, and its faults."""

    faults: Faults
    node: Node | None = None
    value: Understood | None = None

    def fault(self, way: Way, key: str, **values: object) -> None:
        self.faults.add(self._find(way), key, **values)

    def fault_at_key(self, way: Way, key: str, **values: object) -> None:
        self.faults.add(self._find(way, key=True), key, **values)

    def unknown(self, way: Way, key: str, name: str, known: Collection[str], at_key: bool = False) -> None:
        self.faults.unknown(self._find(way, at_key), key, name, known)

    def entries(self, name: str) -> list[tuple[Way, Understood]]:
        """The understood items of a top-level list, with their places."""
        items = (self.value or {}).get(name) or ()
        return [((name, index), item) for index, item in enumerate(items) if item is not None]

    def unique(self, names: Iterable[tuple[Way, str | None]]) -> None:
        """A fault for each name that was there before."""
        seen: set[str] = set()
        for way, name in names:
            if name in seen:
                self.fault(way, "twice", name=name)
            if name:
                seen.add(name)

    def same_keys(self, way: Way, found: Collection[str], wanted: Collection[str]) -> None:
        """A fault for each word that is missing, and for each that belongs to nothing."""
        for name in wanted:
            if name not in found:
                self.fault_at_key(way, "words-missing", name=name, section=way[-1])
        for name in found:
            if name not in wanted:
                self.unknown((*way, name), "words-unknown", name, wanted, at_key=True)

    def refused(self, way: Way, *keys: str) -> bool:
        """Whether one of these keys, or any when none is named, was written but not understood."""
        value: Any = self.value
        for part in way:
            value = value[part]
        node = self._find(way)
        return isinstance(node, Mapping) and any(key in node.keys and key not in value for key in keys or node.keys)

    def _find(self, way: Way, key: bool = False) -> Node:
        return find(self.node or Node(1, 1), way, key)


@dataclass
class Draft:
    """A lesson folder as read, perhaps with faults."""

    folder: Path
    number: int
    name: str  # what follows the number
    lesson: Document
    words: dict[str, Document] = field(default_factory=dict)  # by language
    spare: dict[str, Document] = field(default_factory=dict)  # words in other languages: left out when faulty

    @property
    def documents(self) -> list[Document]:
        """Those without which there is no lesson."""
        return [self.lesson, *self.words.values()]

    @property
    def all_words(self) -> list[Document]:
        return [*self.words.values(), *self.spare.values()]

    @property
    def spoken(self) -> dict[str, Document]:
        """The words that can be used."""
        return self.words | {name: words for name, words in self.spare.items() if not words.faults.found}


def items(value: Understood, name: str, way: Way = ()) -> list[tuple[Way, str]]:
    """The understood strings of a list, with their places."""
    return [((*way, name, index), item) for index, item in enumerate(value.get(name) or ()) if item is not None]
