"""The scene that every kind of check looks at, and helpers that make its findings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from runner.host import kernel
from runner.host.kernel import Identity
from runner.records.results import ABSENT, PRESENT, CommandResult, Finding, Outcome
from runner.records.shapes import REQUIRED, Key, Text

PATH = Text(template=True, pattern=r"/.*", form="form-path")
# What is no port or no address is refused here: getaddrinfo(3) would take 99999 for another port, and 999.1.1.1 for the
# name of a host.
PORT = Text(
    template=True,
    pattern=r"[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]",
    form="form-port",
)
_BYTE = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4, _IPV6 = rf"{_BYTE}(?:\.{_BYTE}){{3}}", r"[0-9a-f]*:[0-9a-f:.]*"
ADDRESS = Text(template=True, pattern=_IPV4, form="form-address")
GATEWAY = Text(template=True, pattern=rf"{_IPV4}|{_IPV6}", form="form-address")
NETWORK = Text(template=True, pattern=rf"(?:{_IPV4}|{_IPV6})/[0-9]{{1,3}}", form="form-address")
TARGET = Text(template=True, pattern=rf"default|{NETWORK.pattern}", form="form-address")
LINK = Text(template=True, pattern=r"[^\s/]{1,15}", form="form-link")
PLACE = Text(pattern=r"[a-z][a-z0-9-]*", form="form-id")


def view(default: str | None = REQUIRED) -> Key:
    """Declare the parameter that says whose view of the machine counts."""
    return Key(PLACE, "The place whose view counts: `host`, or a name from `enters` or `binds`.", default)


T = TypeVar("T")


class Gone(Exception):
    """The process that a check is about is not there. Nothing is true of it, not even that it lacks something."""

    def __init__(self, pid: int | None) -> None:
        super().__init__()
        self.source = f"/proc/{pid}/status" if pid else ""


@dataclass(frozen=True)
class Scene:
    """What a check may look at: named processes of the lab, the step's command, and the host name before the lesson."""

    places: Mapping[str, Identity] = field(default_factory=dict)
    command: CommandResult | None = None
    hostname: str = ""
    group: str = ""  # the lab's own control group: the root of the trees that are seen in the lab

    def pid(self, place: str) -> int:
        """Return the PID of the process that has this name. Raise Gone when none has it (yet), or it has ended."""
        bound = self.places.get(place)
        if bound is None or not kernel.alive(bound):
            raise Gone(bound.pid if bound else None)
        return bound.pid


def asked(pid: int, kind: str, ask: Callable[[], T]) -> T:
    """Return what a function finds in a namespace of a process. Raise Gone when the process has ended, OSError when
    we may not enter, and whatever the function raises.
    """
    answer = kernel.within(pid, kind, lambda: (ask(),))  # None is an answer, too.
    if answer is None:
        raise Gone(pid)
    return answer[0]


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
