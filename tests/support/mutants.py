"""Broken lesson files: good ones with pieces replaced, and with random trees in the place of values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from hypothesis import strategies as st

Mutant = tuple[str, bytes]  # the name of the file that is replaced, and what it holds instead

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
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


# What pieces are drawn from is built once: hypothesis checks a strategy as long as it draws from it.


def bytes_of(files: Mapping[str, str]) -> st.SearchStrategy[Mutant]:
    """A good file with a few pieces replaced, doubled or taken away."""
    known = st.sampled_from([piece.encode() for piece in (*words(files), *_MARKS, *_HOSTILE)])
    return _bytes({name: text.encode() for name, text in files.items()}, st.one_of(st.binary(max_size=4), known))


@st.composite
def _bytes(draw: st.DrawFn, files: Mapping[str, bytes], pieces: st.SearchStrategy[bytes]) -> Mutant:
    name = draw(st.sampled_from(sorted(files)))
    data = files[name]
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 30)))
        data = data[:start] + draw(pieces) + data[end:]
    return name, data


def trees_of(files: Mapping[str, str]) -> st.SearchStrategy[Mutant]:
    """A good file with a random tree in the place of one of its values."""
    known = st.sampled_from(words(files))
    leaves = st.one_of(known, st.integers(), st.booleans(), st.none(), st.text(max_size=8), st.sampled_from(_HOSTILE))
    trees = st.recursive(
        leaves,
        lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(known, inner, max_size=5)),
        max_leaves=25,
    )
    return _trees(files, trees)


@st.composite
def _trees(draw: st.DrawFn, files: Mapping[str, str], trees: st.SearchStrategy[Any]) -> Mutant:
    name = draw(st.sampled_from(sorted(files)))
    root = yaml.load(files[name], Loader=_LOADER)
    spots = list(_spots(root))
    holder, key = spots[draw(st.integers(0, len(spots) - 1))]
    holder[key] = draw(trees)
    return name, yaml.dump(root, Dumper=_DUMPER, sort_keys=False, allow_unicode=True).encode()


def _spots(node: Any) -> Iterator[tuple[Any, Any]]:
    for key in node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ():
        yield node, key
        yield from _spots(node[key])
