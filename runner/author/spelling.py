"""An optional dictionary: a plain list of words, one a line; what lessons say and it does not know is marked."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from runner.course.documents import Document
from runner.course.nodes import Mapping as MappingNode
from runner.course.nodes import Node, Scalar, Sequence
from runner.records.errors import UsageError

# Not prose: code, variables, addresses.
_CODE = re.compile(r"```.*?```|`[^`]*`|\{\{[^}]*\}\}|https?://\S+", re.DOTALL)
_WORD = re.compile(r"(?<![\w/.-])[^\W\d_]{3,}(?![\w/])")
_NO_PROSE = ("translated",)


def dictionaries(texts: tuple[str, ...]) -> dict[str, Dictionary]:
    """The pairs of `--dictionary pt=FILE`. Raises UsageError for another form or a file that cannot be read."""
    found = {}
    for text in texts:
        language, equals, name = text.partition("=")
        if not equals or not re.fullmatch("[a-z]{2}", language):
            raise UsageError("dictionary-syntax", text=text)
        try:
            found[language] = Dictionary(Path(name).read_text("utf-8").split("\n"))
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError("dictionary-unreadable", path=name, reason=str(error)) from error
    return found


class Dictionary:
    """Words that are known in a language, however they are capitalised."""

    def __init__(self, words: list[str]) -> None:
        # Hunspell's lists have flags after a slash; what they would add is not known here.
        self._known = {word.partition("/")[0].strip().casefold() for word in words}
        self._near: Mapping[str, list[str]] | None = None

    def near(self, word: str) -> str | None:
        """The likeliest word meant: looked for among those that begin alike, or a big dictionary would take seconds."""
        from difflib import get_close_matches

        if self._near is None:
            self._near = defaultdict(list)
            for known in self._known:
                self._near[known[:2]].append(known)
        return next(iter(get_close_matches(word, self._near.get(word[:2], ()), n=1, cutoff=0.75)), None)

    def unknown(self, text: str) -> list[str]:
        """Each unknown word once. Names in capitals, and words inside paths or with digits, are no prose."""
        words = _WORD.findall(_CODE.sub(" ", text))
        return [word for word in dict.fromkeys(words) if word.casefold() not in self._known and not word[1:2].isupper()]


def mark(document: Document, dictionary: Dictionary) -> None:
    """A fault for each unknown word of a file."""
    if isinstance(document.node, MappingNode):
        for name, value in document.node.values.items():
            if name not in _NO_PROSE:
                _mark(value, document, dictionary)


def _mark(node: Node, document: Document, dictionary: Dictionary) -> None:
    if isinstance(node, Scalar):
        for word in dictionary.unknown(node.text):
            near = dictionary.near(word.casefold())
            if near:
                document.faults.add(node, "spelling-near", word=word, near=near)
            else:
                document.faults.add(node, "spelling", word=word)
    inner = node.items if isinstance(node, Sequence) else node.values.values() if isinstance(node, MappingNode) else ()
    for item in inner:
        _mark(item, document, dictionary)
