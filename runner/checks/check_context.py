"""The scene that every kind of check looks at, and helpers that make its findings."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from runner.host import kernel
from runner.host.kernel import Identity
from runner.records.results import CommandResult, Finding, Outcome
from runner.records.shapes import REQUIRED, Key, Text

PATH = Text(template=True, pattern=r"/.*", form="form-path")
PORT = Text(template=True, pattern=r"[0-9]{1,5}")
PLACE = Text(pattern=r"[a-z][a-z0-9-]*", form="form-id")


def view(default: str | None = REQUIRED) -> Key:
    """Declare the parameter that says whose view of the machine counts."""
    return Key(PLACE, "The place whose view counts: `host`, or a name from `enters` or `binds`.", default)


T = TypeVar("T")
ABSENT = "absent"
PRESENT = "present"


@dataclass(frozen=True)
class Scene:
    """What a check may look at: named processes of the lab, the step's command, and the host name before the lesson."""

    places: Mapping[str, Identity] = field(default_factory=dict)
    command: CommandResult | None = None
    hostname: str = ""
    group: str = ""  # the lab's own control group: the root of the trees that are seen in the lab

    def pid(self, place: str) -> int | None:
        """Return the PID of the process that has this name; None when no process has it (yet)."""
        bound = self.places.get(place)
        return bound.pid if bound else None


def asked(pid: int | None, kind: str, ask: Callable[[], T]) -> T | None:
    """Return what a function finds in a namespace of a process. None stands for a process that is not there (yet).

    Raise OSError when the process is there, and the kernel does not answer.
    """
    answer = kernel.within(pid, kind, kernel.NAMESPACES[kind], ask) if pid else None
    if answer is None and pid and kernel.namespace(pid, kind) is not None:
        raise OSError(errno.EIO, os.strerror(errno.EIO), f"/proc/{pid}/ns/{kind}")
    return answer


def compare(fact: str, expected: object, observed: object, source: str = "") -> Finding:
    """Return a finding that passes when both are equal as text. An observed None counts as absent."""
    text = ABSENT if observed is None else str(observed)
    return judge(fact, str(expected), text, str(expected) == text, source)


def judge(fact: str, expected: str, observed: str, passed: bool, source: str = "") -> Finding:
    """Return a finding that passes or fails as the caller says."""
    return Finding(fact, expected, observed, Outcome.PASSED if passed else Outcome.FAILED, source)


def presence(value: object) -> str:
    """Return the word for something that is there, or is not."""
    return PRESENT if value else ABSENT


def yes(value: object) -> str:
    """Return "yes" or "no"."""
    return "yes" if value else "no"
