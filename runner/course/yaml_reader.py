"""Read strict YAML: a file becomes a tree of nodes, and everything that is not allowed becomes a fault."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from runner.course.yaml_nodes import Faults, Mapping, Node, Scalar, Sequence, short
from runner.host import files

SIZE = 1 << 20  # A file may have so many bytes.
DEPTH = 32
NODES = 20_000  # A long lesson has a tenth of these values. A file with more was made to keep us busy.

# No author needs these, and an editor may hide them: C0 without tab and newline, DEL, C1, bidi controls,
# separators that YAML counts as ends of lines, the BOM, and non-characters.
_CONTROL = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)

# Each line has words from a parser (the C one and the Python one differ), and the fault that explains them. With True,
# the fault is shown where the unfinished thing began, and not where the parser gave up.
_SYNTAX = (
    ("maximum nesting", "too-deep", False),  # libyaml reads far ahead, and may meet the depth before we do.
    ("cannot start any token", "yaml-character", False),
    ("tab character", "yaml-character", False),
    ("mapping values are not allowed", "yaml-colon", False),
    ("sequence entries are not allowed", "yaml-dash", False),
    ("unexpected end of stream", "yaml-quote", True),
    ("escape c", "yaml-escape", False),
    ("',' or ", "yaml-bracket", True),
    ("expected key", "yaml-indent", False),
    ("expected '-' indicator", "yaml-indent", False),
    ("expected <block end>", "yaml-indent", False),
    ("expected ':'", "yaml-no-colon", True),
)


class Seen(NamedTuple):
    """A file as it was read: its bytes, who owned it, and its mode."""

    data: bytes
    owner: int
    mode: int


def read(path: Path, faults: Faults, seen: dict[Path, Seen] | None = None) -> Node | None:
    """Return the tree of a file; None when it has none, and then `faults` says why. `seen` gets the file as it is."""
    text = _text(path, faults, seen)
    if text is None:
        return None
    for match in _CONTROL.finditer(text):
        line, column = _position(text[: match.start()])
        faults.add_at(line, column, "control-character", code=_code(match[0]))
        if faults.full:
            return None
    return _Builder(faults).build(_CONTROL.sub("\ufffd", text))


def _text(path: Path, faults: Faults, seen: dict[Path, Seen] | None = None) -> str | None:
    found = _file(path, faults)
    if found is None:
        return None
    if seen is not None:
        seen[path] = found
    data = found.data
    if len(data) > SIZE:
        faults.add_at(1, 1, "too-big", limit=SIZE // 1024)
        return None
    try:
        return data.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line, column = _position(data[: error.start].decode("utf-8"))
        faults.add_at(line, column, "not-utf8", byte=f"0x{data[error.start]:02x}")
    return None


def _file(path: Path, faults: Faults) -> Seen | None:
    try:
        if file := files.opened(path):
            with file:
                status = os.fstat(file.fileno())
                return Seen(file.read(SIZE + 1), status.st_uid, status.st_mode)
        faults.add_at(1, 1, "not-a-file")
    except FileNotFoundError:
        faults.add_at(1, 1, "file-missing")
    except OSError as error:
        faults.add_at(1, 1, "file-unreadable", reason=error.strerror or str(error))
    return None


def _position(before: str) -> tuple[int, int]:
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"


def _events(text: str, faults: Faults) -> Iterator[Any]:
    """Yield the events of the parser. An error of the parser becomes a fault, and no more events follow."""
    import yaml

    try:
        parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
        yield from iter(parser.get_event, None)  # after the last event it gives None
    except yaml.MarkedYAMLError as error:
        _syntax(error, faults)
    except yaml.reader.ReaderError as error:
        line, column = _position(text[: error.position])
        faults.add_at(line, column, "control-character", code=f"U+{int(error.character):04X}")
    except (ValueError, OverflowError):  # The Python parser raises these for "\UFFFFFFFF".
        faults.add_at(1, 1, "yaml-escape")


def _syntax(error: Any, faults: Faults) -> None:
    problem = str(error.problem)
    key, at_start = next(((key, start) for words, key, start in _SYNTAX if words in problem), ("yaml-syntax", False))
    mark = (at_start and error.context_mark) or error.problem_mark or error.context_mark
    values: dict[str, dict[str, str | float]] = {
        "yaml-syntax": {"problem": short(problem)},
        "too-deep": {"limit": DEPTH},
    }
    faults.add_at(mark.line + 1, mark.column + 1, key, **values.get(key, {}))


_COLLECTIONS: dict[str, type[Sequence | Mapping]] = {"SequenceStartEvent": Sequence, "MappingStartEvent": Mapping}


class _Builder:
    """A builder of nodes from events. It does not recurse, so a deep or large file is refused before it costs much."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.root: Node | None = None
        self.open: list[Sequence | Mapping] = []
        self.pending: list[Node | None] = []  # Each open collection has here the key that waits for its value.
        self.count = 0

    def build(self, text: str) -> Node | None:
        """Return the root of the tree; None when there is none, and then there are faults."""
        for event in _events(text, self.faults):
            kind = type(event).__name__
            if kind == "ScalarEvent":
                self._leaf(event)
            elif kind in _COLLECTIONS:
                self._enter(event, _COLLECTIONS[kind])
            elif kind in ("SequenceEndEvent", "MappingEndEvent"):
                self.open.pop()
                self.pending.pop()
            elif kind == "AliasEvent":
                self._attach(self._refuse(event, "yaml-alias", name=short(event.anchor)))
            elif kind == "DocumentStartEvent" and self.root:
                self._refuse(event, "yaml-documents")
                return None
            if len(self.open) > DEPTH:
                self._refuse(event, "too-deep", limit=DEPTH)
                return None
            if self.count > NODES:
                self._refuse(event, "too-many-values", limit=NODES)
                return None
        if not self.root and not self.faults.found:
            self.faults.add_at(1, 1, "yaml-empty")
        return None if self.open else self.root  # A syntax error leaves collections open.

    def _refuse(self, event: Any, key: str, **values: str | float) -> Node:
        node = Node(event.start_mark.line + 1, event.start_mark.column + 1)
        self.faults.add(node, key, **values)
        return node

    def _enter(self, event: Any, form: type[Sequence | Mapping]) -> None:
        self._decorations(event)
        node = form(event.start_mark.line + 1, event.start_mark.column + 1)
        self._attach(node)
        self.open.append(node)
        self.pending.append(None)

    def _leaf(self, event: Any) -> None:
        self._decorations(event)
        node = Scalar(event.start_mark.line + 1, event.start_mark.column + 1, event.value, not event.style)
        # The text of the file has been searched; only an escape can make one now.
        match = _CONTROL.search(node.text) if event.style == '"' else None
        if match:
            self.faults.add(node, "control-character", code=_code(match[0]))
        self._attach(node)

    def _decorations(self, event: Any) -> None:
        if event.anchor is not None:
            self._refuse(event, "yaml-anchor", name=short(event.anchor))
        if event.tag is not None:
            self._refuse(event, "yaml-tag", name=short(event.tag.replace("tag:yaml.org,2002:", "!!")))

    def _attach(self, node: Node) -> None:
        self.count += 1
        parent = self.open[-1] if self.open else None
        if parent is None:
            self.root = node
        elif isinstance(parent, Sequence):
            parent.items.append(node)
        elif self.pending[-1] is None:
            self.pending[-1] = self._key(node, parent)
        else:
            key, self.pending[-1] = self.pending[-1], None
            if isinstance(key, Scalar):
                parent.keys[key.text] = key
                parent.values[key.text] = node

    def _key(self, node: Node, parent: Mapping) -> Node:
        """Return the key; a plain Node when it is refused, so that its value will not be attached."""
        if not isinstance(node, Scalar):
            self.faults.add(node, "yaml-key")
        elif node.plain and node.text == "<<":
            self.faults.add(node, "yaml-merge")
        elif node.text in parent.keys:
            self.faults.add(node, "yaml-duplicate", name=short(node.text), first=parent.keys[node.text].line)
        else:
            return node
        return Node(node.line, node.column)
