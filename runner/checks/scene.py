"""What every kind of check is given and gives back: the scene, and findings with expected and observed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from runner.host.kernel import Identity
from runner.records.results import CommandResult, Finding, Outcome
from runner.records.spec import REQUIRED, Key, Text

PATH = Text(template=True, pattern=r"/.*", form="form-path")
PORT = Text(template=True, pattern=r"[0-9]{1,5}")
PLACE = Text(pattern=r"[a-z][a-z0-9-]*", form="form-id")


def view(default: str | None = REQUIRED) -> Key:
    """Return the key that says whose view of the machine is meant."""
    return Key(PLACE, "The place whose view counts: `host`, or a name from `enters` or `binds`.", default)


ABSENT = "absent"
PRESENT = "present"


@dataclass(frozen=True)
class Scene:
    """What a check may look at: named processes of the lab, the step's own command, and how the host began."""

    places: Mapping[str, Identity] = field(default_factory=dict)
    command: CommandResult | None = None
    hostname: str = ""
    group: str = ""  # the lab's own control group: the root of the trees that are seen in the lab

    def pid(self, place: str) -> int | None:
        """The PID behind a name; None when nothing has that name (yet)."""
        bound = self.places.get(place)
        return bound.pid if bound else None


def compare(fact: str, expected: object, observed: object, source: str = "") -> Finding:
    """A finding that passes when both are equal; None observed means absent."""
    seen = ABSENT if observed is None else str(observed)
    return judge(fact, str(expected), seen, str(expected) == seen, source)


def judge(fact: str, expected: str, observed: str, passed: bool, source: str = "") -> Finding:
    return Finding(fact, expected, observed, Outcome.PASSED if passed else Outcome.FAILED, source)


def presence(found: object) -> str:
    return PRESENT if found else ABSENT


def yes(found: object) -> str:
    return "yes" if found else "no"
