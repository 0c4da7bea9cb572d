"""Broken lesson files: good ones with pieces replaced, and with random trees in the place of values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from hypothesis import strategies as st

Mutant = tuple[str, bytes]  # the name of the file that is replaced, and what it holds instead

_MARKS = [
    "\n",
    "  ",
    "{{ ",
    " }}",
    "[",
    "]",
    "{",
    "}",
    ": ",
    "- ",
    "&a ",
    "*a",
    "!!int ",
    "|",
    '"',
    "'",
    "#",
    "\t",
    "---",
]
_HOSTILE = ["\x1b[2J", "\u202e", "\ufeff", "\0", "[bold]", "{% x %}", "{{ 7 * 7 }}", "`", "$(reboot)", "../", "9" * 40]


def words(files: Mapping[str, str]) -> list[str]:
    return sorted({word for text in files.values() for word in text.replace("{{", " ").replace(":", " ").split()})


@st.composite
def bytes_of(draw: st.DrawFn, files: Mapping[str, str]) -> Mutant:
    """A good file with a few pieces replaced, doubled or taken away."""
    pieces = st.sampled_from([piece.encode() for piece in (*words(files), *_MARKS, *_HOSTILE)])
    name = draw(st.sampled_from(sorted(files)))
    data = files[name].encode()
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 30)))
        data = data[:start] + draw(st.one_of(st.binary(max_size=4), pieces)) + data[end:]
    return name, data


@st.composite
def trees_of(draw: st.DrawFn, files: Mapping[str, str]) -> Mutant:
    """A good file with a random tree in the place of one of its values."""
    known = st.sampled_from(words(files))
    leaves = st.one_of(known, st.integers(), st.booleans(), st.none(), st.text(max_size=8), st.sampled_from(_HOSTILE))
    trees = st.recursive(
        leaves,
        lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(known, inner, max_size=5)),
        max_leaves=25,
    )
    name = draw(st.sampled_from(sorted(files)))
    root = yaml.safe_load(files[name])
    spots = list(_spots(root))
    holder, key = spots[draw(st.integers(0, len(spots) - 1))]
    holder[key] = draw(trees)
    return name, yaml.safe_dump(root, sort_keys=False, allow_unicode=True).encode()


def _spots(node: Any) -> Iterator[tuple[Any, Any]]:
    for key in node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ():
        yield node, key
        yield from _spots(node[key])
