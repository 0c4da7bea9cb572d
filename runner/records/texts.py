"""The shapes of the texts that authors write, and a text with one form for each cgroup version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from runner.records.shapes import Either, Key, Record, Spec, Text

NAME = r"[a-z][a-z0-9-]{0,39}"
ID = Text(pattern=NAME, form="form-id")
LANGUAGE = r"[a-z]{2}"

# A tab typed into an interactive shell would ask it for completions.
COMMAND = Text(template=True, pattern=r"[^\t]*", form="form-command")
PROSE = Text(template=True)
LINE = Text(template=True, pattern=r"[^\n]*", form="form-line")
PLACE_NAME = Text(pattern=r"[^\n{}\[\]\\$`'\"!]{1,24}", form="form-place")  # It stands in prompts, too.
HEADING = Text(pattern=r"[^\n{}]*", form="form-heading")  # The catalog knows no variables.


class Dual(NamedTuple):
    """A command or a text with one form for each cgroup version; both are equal where it makes no difference."""

    v1: str
    v2: str

    def on(self, version: str) -> str:
        """Return the form for a cgroup version, "v1" or "v2"."""
        return self.v1 if version == "v1" else self.v2

    @property
    def differs(self) -> bool:
        return self.v1 != self.v2

    @classmethod
    def of(cls, value: str | Mapping[str, str]) -> Dual:
        """Make it from one text, or from one for each version.

        YAML adds a newline at the end of a block of text. It is no part of the command, so it is taken off.
        """
        v1, v2 = (value, value) if isinstance(value, str) else (value["v1"], value["v2"])
        return cls(v1.strip("\n"), v2.strip("\n"))


def pair(form: Spec) -> Record:
    """Return the shape that wants one form for each cgroup version."""
    return Record({"v1": Key(form), "v2": Key(form)})


def dual(form: Spec) -> Either:
    """Return the shape that allows one form for both cgroup versions, or one for each."""
    return Either((form, pair(form)), Dual.of)
