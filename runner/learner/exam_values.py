"""The values that a student has in an exam. They follow from seed and seat, so a teacher can find them again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from runner.records.course import Variable

MARKED = ("root", "hostname", "cgroup")  # names, which end in the student's mark
MARK = 4  # hexadecimal digits
# Numbers, which are larger by less than this. What the words of exercises call by another name ("half a CPU") is not
# among them.
LARGER = {"memory": 64, "pids": 12, "port": 900}


def own(variables: Mapping[str, Variable], seed: str, seat: str) -> dict[str, str]:
    """Return a student's own values for those variables of the course that have some."""
    found = {}
    for name, variable in variables.items():
        if name in MARKED:
            found[name] = f"{variable.default}-{_digest(seed, seat, 'mark')[:MARK]}"
        elif name in LARGER:
            found[name] = _larger(variable.default, int(_digest(seed, seat, name), 16) % LARGER[name])
    return found


def token(seed: str, seat: str) -> str:
    """Return what stands for the machine's random token, which a page of a web server has."""
    return _digest(seed, seat, "token")[:16]


def _larger(value: str, more: int) -> str:
    """Return a number that is larger by so much, with its unit: 256M becomes 299M."""
    return re.sub(r"^[0-9]+", lambda number: str(int(number[0]) + more), value)


def _digest(*words: str) -> str:
    return hashlib.sha256("\0".join(words).encode()).hexdigest()
