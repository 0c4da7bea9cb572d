"""The files of a course while they are checked: their nodes, the values understood so far, and their faults."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from runner.course.yaml_nodes import Faults, Mapping, Node, find
from runner.messages.language import nearest

# Faults of words that are not written. A language that need not be there is shown without them.
LACKING = frozenset(("missing-key", "missing-one-of", "words-missing", "words-lacking", "remark-lacking"))
PARTLY = "partly"  # Words of which some are those of another language have this key, too.

Way = tuple[str | int, ...]  # The keys and indexes that lead from the root of a file to a value.
Understood = dict[str, Any]  # A mapping without the keys whose values could not be understood.


@dataclass
class Document:
    """One file: its nodes, the values understood from them, and its faults."""

    faults: Faults
    node: Node | None = None
    value: Understood | None = None

    def fault(self, way: Way, key: str, **values: str | float) -> None:
        """Add a fault at a value. `key` and `values` are those of its sentence."""
        self.faults.add(self._find(way), key, **values)

    def fault_at_key(self, way: Way, key: str, **values: str | float) -> None:
        """Add a fault at the key of a value."""
        self.faults.add(self._find(way, key=True), key, **values)

    def unknown(self, way: Way, key: str, name: str, known: Collection[str], at_key: bool = False) -> None:
        """Add a fault for a name that is none of the known ones."""
        self.faults.unknown(self._find(way, at_key), key, name, known)

    def entries(self, name: str) -> list[tuple[Way, Understood]]:
        """Return the understood items of a top-level list, each with its way."""
        items = (self.value or {}).get(name) or ()
        return [((name, index), item) for index, item in enumerate(items) if item is not None]

    def unique(self, names: Iterable[tuple[Way, str | None]]) -> None:
        """Add a fault for each name that was there before."""
        seen: set[str] = set()
        for way, name in names:
            if name in seen:
                self.fault(way, "twice", name=name)
            if name:
                seen.add(name)

    def same_keys(self, way: Way, written: Collection[str], expected: Collection[str]) -> None:
        """Add a fault for each expected key that was not written, and for each written one that is not expected."""
        for name in expected:
            if name not in written:
                self.fault_at_key(way, "words-missing", name=name, section=way[-1])
        for name in written:
            if name not in expected:
                self.unknown((*way, name), "words-unknown", name, expected, at_key=True)

    def refused(self, way: Way, *keys: str) -> bool:
        """Say whether one of these keys (or any key, when none is named) was written but not understood."""
        value: Any = self.value
        for part in way:
            value = value[part]
        node = self._find(way)
        return isinstance(node, Mapping) and any(key in node.keys and key not in value for key in keys or node.keys)

    def _find(self, way: Way, key: bool = False) -> Node:
        return find(self.node or Node(1, 1), way, key)


@dataclass
class Draft:
    """The folder of a lesson or an exercise as it was read, perhaps with faults."""

    folder: Path
    number: int
    name: str  # The name of the folder without the number.
    lesson: Document
    words: dict[str, Document] = field(default_factory=dict)  # The key is the language.
    spare: dict[str, Document] = field(default_factory=dict)  # Words in other languages; faulty ones are left out.

    @property
    def documents(self) -> list[Document]:
        """Return the files without which there is no lesson."""
        return [self.lesson, *self.words.values()]

    @property
    def files(self) -> list[Faults]:
        """Return the faults of those files."""
        return [document.faults for document in self.documents]

    def names(self, number: int) -> tuple[str, ...]:
        """Return the words that mean this lesson, which has that number in the course."""
        return self.name, self.folder.name, str(number), f"{number:02}"

    @property
    def all_words(self) -> list[Document]:
        """Return the words in every language."""
        return [*self.words.values(), *self.spare.values()]

    @property
    def spoken(self) -> dict[str, Document]:
        """Return the words that can be used, by language. What a further language lacks it has from one of the others.

        One with a fault of another kind is left out.
        """
        return self.words | {
            name: replace(document, value={**_completed(document.value, self._stand_in(name)), PARTLY: partly})
            for name, document in self.spare.items()
            if document.value is not None and all(fault.key in LACKING for fault in document.faults.found)
            for partly in [bool(document.faults.found)]
        }

    def _stand_in(self, language: str) -> Understood:
        return self.words[nearest(language, self.words)].value or {}


def _completed(own: Any, other: Any) -> Any:
    """Return words with those of another language for all that is not written. Forms for v1 and v2 belong together."""
    if isinstance(own, dict) and own and own.keys() < {"v1", "v2"}:
        return other
    if not (isinstance(own, dict) and isinstance(other, dict)) or other.keys() <= {"v1", "v2"}:
        return own
    lacking = {name: value for name, value in other.items() if own.get(name) is None}
    return {**{name: _completed(value, other.get(name)) for name, value in own.items()}, **lacking}


def items(value: Understood, name: str, way: Way = ()) -> list[tuple[Way, str]]:
    """Return the understood items of a list of strings, each with its way."""
    return [((*way, name, index), item) for index, item in enumerate(value.get(name) or ()) if item is not None]
