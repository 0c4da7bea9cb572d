"""A command as people copy it from the screen into a shell, whatever bytes are in its words.

`shlex.quote` keeps what a terminal cannot show, or would obey: there `safe_text` puts something else in its place, and
so the shell would read another word. Such a word is written as $'…', the ANSI-C quoting of bash(1); so is one with
a backquote, for our own pages put commands between backquotes.
"""

from __future__ import annotations

import shlex

ESCAPES = {"\n": "\\n", "\t": "\\t", "\\": "\\\\", "'": "\\'"}


def line(*words: str) -> str:
    """Return a command of these words on one line."""
    return " ".join(map(word, words))


def path(text: str) -> str:
    """Return a path that no program takes for an option; a word for `line`."""
    return f"./{text}" if text.startswith("-") else text


def word(text: str) -> str:
    """Return a text as one word for bash; bytes that are no UTF-8 are lone surrogates in it (see `kernel_files`)."""
    if text.isprintable() and "`" not in text:
        return shlex.quote(text)
    return f"$'{''.join(map(_escaped, text))}'"


def _escaped(character: str) -> str:
    if character in ESCAPES:
        return ESCAPES[character]
    if character.isprintable() and character != "`":
        return character
    return "".join(f"\\{byte:03o}" for byte in character.encode("utf-8", "surrogateescape"))  # never a digit too many
