"""What recordings are compared with: their text, and what asciinema shows of them."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pexpect

from tests.support.instructor import ENVIRONMENT


def recorded(cast: Path) -> str:
    head, *events = map(json.loads, cast.read_text().splitlines())
    assert head["version"] == 2
    assert [time for time, *_ in events] == sorted(time for time, *_ in events)
    return "".join(data for _, kind, data in events if kind == "o")


def played(cast: Path) -> str:
    """The recording as asciinema plays it, as fast as it can."""
    program = [sys.executable, "-m", "asciinema", "play", "--speed", "100000", str(cast)]
    home = {"ASCIINEMA_CONFIG_HOME": str(cast.parent)}
    player = pexpect.spawn(program[0], program[1:], env=ENVIRONMENT | home, timeout=60, encoding="utf-8")
    shown = player.read()
    player.close()
    assert player.exitstatus == 0, shown
    return re.sub("\r+\n", "\r\n", str(shown))
