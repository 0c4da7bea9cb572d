"""Variables in commands and words: their types, and templates in which only `{{ name }}` is allowed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from runner.course.yaml_nodes import short
from runner.records.course import Variable
from runner.records.errors import RunnerError, UsageError

_PATH = r"(?:/(?!\.{1,2}(?:/|\Z))[A-Za-z0-9._+@-]{1,255})+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"

# No type allows a blank or a character that the shell obeys, so a value cannot add a command of its own.
TYPES: Mapping[str, str] = {
    "path": rf"(?=.{{1,1024}}\Z){_PATH}",
    "name": r"[A-Za-z][A-Za-z0-9_-]{0,62}",
    "hostname": rf"(?=.{{1,63}}\Z){_LABEL}(?:\.{_LABEL})*",
    "link": r"[A-Za-z0-9][A-Za-z0-9_.-]{0,14}",
    "count": r"[1-9][0-9]{0,9}",
    "size": r"[1-9][0-9]{0,11}[KMG]?",
    "token": r"[A-Za-z0-9_]{1,64}",
}

# The runner sets these variables. A control group may lie under `cpu,cpuacct`, so its path may have a comma.
_GROUP = TYPES["path"].replace("@", "@,")
MACHINE: Mapping[str, str] = {
    "loader": TYPES["path"],
    "libc": TYPES["path"],
    "libtinfo": TYPES["path"],
    "token": TYPES["token"],
    "arch": TYPES["token"],
    "cgroup_version": "v[12]",
    "cpu_group": _GROUP,
    "memory_group": _GROUP,
    "pids_group": _GROUP,
}

# While lessons are read, no machine is known. With these values the patterns of templates are tried.
SAMPLES: Mapping[str, str] = {
    "loader": "/lib64/ld-linux-x86-64.so.2",
    "libc": "/lib/x86_64-linux-gnu/libc.so.6",
    "libtinfo": "/lib/x86_64-linux-gnu/libtinfo.so.6",
    "token": "c0ffee",
    "arch": "x86_64",
    "cgroup_version": "v2",
    "cpu_group": "/sys/fs/cgroup/container",
    "memory_group": "/sys/fs/cgroup/container",
    "pids_group": "/sys/fs/cgroup/container",
}

FOLDER = "folder"  # stands for the place of the student's folder in the lab, where a lesson has one
HOME = "/root"  # where that folder stands

_PLAIN = re.compile(r"\{\{ *([a-z][a-z0-9_]*) *\}\}")
RESERVED = frozenset({*MACHINE, FOLDER})  # names that no course can give to a variable of its own
_OPENING = re.compile(r"\{\{|\{%")


def names(text: str) -> tuple[str, ...]:
    """Return the names of the variables in a text, in order."""
    return tuple(_PLAIN.findall(text)) if "{{" in text else ()


def foreign(text: str) -> str | None:
    """Return the first piece of template language that is not a plain variable; None when there is none."""
    if "{{" not in text and "{%" not in text:
        return None
    match = _OPENING.search(_PLAIN.sub("", text))
    return match.string[match.start() : match.start() + 40] if match else None


def fill(text: str, samples: Mapping[str, str]) -> str | None:
    """Fill samples in for the variables, to try a pattern on the text; None when a variable has no sample."""
    if "{{" not in text:
        return text
    return None if any(name not in samples for name in names(text)) else _filled(text, samples)


def folder_place(name: str) -> str:
    """Return where the student's folder of that name stands in the lab."""
    return f"{HOME}/{name}"


def with_folder(value: Any, name: str | None) -> Any:
    """Return a value with the place of the student's folder filled in, in every string in it; itself without a folder.

    That place is the same on every machine, so the records have it at once.
    """
    if not name:
        return value
    if isinstance(value, str):
        return _PLAIN.sub(lambda match: folder_place(name) if match[1] == FOLDER else match[0], value)
    if isinstance(value, dict):
        return {key: with_folder(item, name) for key, item in value.items()}
    return tuple(with_folder(item, name) for item in value) if isinstance(value, tuple) else value


def valid(type_: str, value: str) -> bool:
    """Say whether a value fits a type."""
    return re.fullmatch(TYPES[type_], value, re.ASCII) is not None


def assignments(texts: tuple[str, ...] | list[str]) -> dict[str, str]:
    """Return the values of `--set name=value` by name. Raise UsageError for another form."""
    chosen: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError("set-syntax", text=short(text))
        chosen[name] = value
    return chosen


class Values(Mapping[str, str]):
    """The value of every variable: the defaults of the course, the choices of the user, and the facts of the machine.

    Making it raises UsageError for a choice that cannot be, and RunnerError for an odd value of the machine.
    """

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
    """Return the text with its variables filled in. Raise RunnerError for any other template language."""
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
    return _PLAIN.sub(lambda match: values[match[1]], text)


def rendered(value: Any, values: Values) -> Any:
    """Return a value with the variables filled in, in every string inside its lists and mappings, too."""
    if isinstance(value, str):
        return render(value, values)
    if isinstance(value, Mapping):
        return {key: rendered(item, values) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rendered(item, values) for item in value]
    return value
