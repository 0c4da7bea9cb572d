"""Variables in commands and words: a closed set of types, and templates that are nothing but `{{ name }}`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from runner.course.nodes import short
from runner.records.course import Variable
from runner.records.errors import RunnerError, UsageError

_PATH = r"(?:/(?!\.{1,2}(?:/|\Z))[A-Za-z0-9._+@-]{1,255})+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"

# No pattern admits a blank or a shell metacharacter: a rendered command cannot be broken out of.
TYPES: Mapping[str, str] = {
    "path": rf"(?=.{{1,1024}}\Z){_PATH}",
    "name": r"[A-Za-z][A-Za-z0-9_-]{0,62}",
    "hostname": rf"(?=.{{1,63}}\Z){_LABEL}(?:\.{_LABEL})*",
    "count": r"[1-9][0-9]{0,9}",
    "size": r"[1-9][0-9]{0,11}[KMG]?",
    "token": r"[A-Za-z0-9_]{1,64}",
}

# Given by the runner. Control groups may lie under `cpu,cpuacct`: their paths admit the comma.
_GROUP = TYPES["path"].replace("@", "@,")
MACHINE: Mapping[str, str] = {
    "loader": TYPES["path"],
    "token": TYPES["token"],
    "arch": TYPES["token"],
    "cgroup_version": "v[12]",
    "cpu_group": _GROUP,
    "memory_group": _GROUP,
    "pids_group": _GROUP,
}

# What machine variables may look like; only to try patterns on templates while no machine is known.
SAMPLES: Mapping[str, str] = {
    "loader": "/lib64/ld-linux-x86-64.so.2",
    "token": "c0ffee",
    "arch": "x86_64",
    "cgroup_version": "v2",
    "cpu_group": "/sys/fs/cgroup/container",
    "memory_group": "/sys/fs/cgroup/container",
    "pids_group": "/sys/fs/cgroup/container",
}

_PLAIN = re.compile(r"\{\{ *([a-z][a-z0-9_]*) *\}\}")
_OPENING = re.compile(r"\{\{|\{%")


def names(text: str) -> tuple[str, ...]:
    """The variables a text uses, in order."""
    return tuple(_PLAIN.findall(text)) if "{{" in text else ()


def foreign(text: str) -> str | None:
    """The first piece of template language that is more than a variable's name, if there is one."""
    if "{{" not in text and "{%" not in text:
        return None
    found = _OPENING.search(_PLAIN.sub("", text))
    return found.string[found.start() : found.start() + 40] if found else None


def fill(text: str, samples: Mapping[str, str]) -> str | None:
    """What a text would look like, to try a pattern on it; None when a variable has no sample."""
    return None if any(name not in samples for name in names(text)) else _filled(text, samples)


def valid(type_: str, value: str) -> bool:
    return re.fullmatch(TYPES[type_], value, re.ASCII) is not None


def assignments(texts: tuple[str, ...] | list[str]) -> dict[str, str]:
    """The pairs of `--set name=value`."""
    chosen: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError("set-syntax", text=short(text))
        chosen[name] = value
    return chosen


class Values(Mapping[str, str]):
    """The value of every variable: the course's defaults, the user's choices over them, and the machine's facts."""

    def __init__(
        self,
        variables: Mapping[str, Variable],
        chosen: Mapping[str, str] | None = None,
        machine: Mapping[str, str] | None = None,
    ) -> None:
        self._values = {name: variable.default for name, variable in variables.items()}
        for name, value in (chosen or {}).items():
            if name not in variables:
                raise UsageError("set-unknown", name=short(name), known=", ".join(variables))
            self._values[name] = value
        for name, variable in variables.items():
            if not valid(variable.type, self._values[name]):
                raise UsageError(f"value-{variable.type}", name=name, value=short(self._values[name]))
        for name, value in (machine or {}).items():
            if not re.fullmatch(MACHINE[name], value, re.ASCII):
                raise RunnerError("value-machine", name=name, value=short(value))
            self._values[name] = value

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def render(text: str, values: Mapping[str, str]) -> str:
    """Return the text with its variables filled in; refuse whatever is more than a variable's name."""
    if "{{" not in text:
        return text
    for name in names(text):
        if name not in values:
            raise RunnerError("unknown-variable", name=name, known=", ".join(values))
    odd = foreign(text)
    if odd:
        raise RunnerError("template-not-plain", text=odd)
    return _filled(text, values)


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PLAIN.sub(lambda found: values[found[1]], text)


def rendered(value: Any, values: Values) -> Any:
    """Every string inside a value, in lists and mappings too, with its variables filled in."""
    if isinstance(value, str):
        return render(value, values)
    if isinstance(value, Mapping):
        return {key: rendered(item, values) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rendered(item, values) for item in value]
    return value
