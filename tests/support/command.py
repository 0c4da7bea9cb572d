"""The command as a script meets it: without a terminal, in an environment of its own, its output caught."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

CHECKOUT = Path(__file__).parents[2]
COMMAND = tuple(os.environ.get("SEMDOCKER", f"{sys.executable} -m runner").split())  # or one that is installed


def environment(**variables: str) -> dict[str, str]:
    """Nothing of ours but the path; 80 columns, and English unless a variable says otherwise."""
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(CHECKOUT), "LANG": "C.UTF-8", "COLUMNS": "80", **variables}


def semdocker(
    *arguments: str, before: Sequence[str] = (), cwd: Path = CHECKOUT, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run it to its end. `before` are words that stand in front of it (`unshare -n`); `variables` its environment's."""
    return run([*before, *COMMAND, *arguments], cwd, variables)


def run(words: Sequence[str], cwd: Path, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words,
        cwd=cwd,
        env=environment(**variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def up_to(stream: IO[str], words: str) -> str:
    """Read lines up to the first that has these words, or to the end."""
    lines = []
    while line := stream.readline():
        lines.append(line)
        if words in line:
            break
    return "".join(lines)
