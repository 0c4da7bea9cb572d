"""What the tests in real machines share: our wheel, and a Debian under QEMU (`qemu.py`)."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

QEMU = Path(__file__).with_name("qemu.py")
ROOT = Path(__file__).parents[2]
PACKAGES = {"qemu-system-x86_64": "qemu-system-x86", "mmdebstrap": "mmdebstrap", "mke2fs": "e2fsprogs"}

Debian = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout as a wheel: what a user installs."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--disable-pip-version-check", "--no-deps", "-w", str(folder)]
    subprocess.run([*build, str(ROOT)], check=True)
    return next(folder.glob("semdocker-*.whl"))


@pytest.fixture
def debian() -> Debian:
    """`debian(script, *options)`: boot, run the shell script in a login session of user vagrant, give the outcome."""
    if missing := [package for tool, package in PACKAGES.items() if not shutil.which(tool)]:
        pytest.skip(f"apt-get install {' '.join(missing)}")

    def run(script: str, *options: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(QEMU), "run", *map(str, options), "--", "bash", "-c", script]
        return subprocess.run(command, capture_output=True, text=True, check=False, errors="replace")

    return run
