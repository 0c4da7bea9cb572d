"""Folders for what the command keeps of a person, one for each test that does not bring its own."""

from __future__ import annotations

import atexit
import shutil
from pathlib import Path
from tempfile import mkdtemp

STATE = Path(mkdtemp(prefix="semdocker-tests."))
atexit.register(shutil.rmtree, STATE, ignore_errors=True)


def fresh_state() -> Path:
    return Path(mkdtemp(dir=STATE))
