"""What recordings are compared with: their text, and what asciinema shows of them."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from tests.support.person import Person


def recorded(cast: Path) -> str:
    head, *events = map(json.loads, cast.read_text().splitlines())
    assert head["version"] == 2
    assert [time for time, *_ in events] == sorted(time for time, *_ in events)
    return "".join(data for _, kind, data in events if kind == "o")


def played(cast: Path) -> str:
    """The recording as asciinema plays it, as fast as it can."""
    program = [sys.executable, "-m", "asciinema", "play", "--speed", "100000"]
    player = Person(str(cast), program=program, patience=60, environment={"ASCIINEMA_CONFIG_HOME": str(cast.parent)})
    player.end()
    return re.sub("\r+\n", "\r\n", player.shown)
