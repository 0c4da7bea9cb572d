"""Becoming root: the same command line again, through sudo."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from runner.records.errors import Unfit
from runner.records.options import Options
from runner.screen.choose import accessible


def need_root(options: Options) -> None:
    """Return if we are root; else become it (which never returns) or say what to type."""
    if os.geteuid() == 0:
        return
    command = ["sudo", *entry(), *replayed(options)]
    if not _sudo_works():
        raise Unfit("not-root", command=shlex.join(command))
    sys.stdout.flush()
    os.execvp("sudo", command)  # noqa: S606 -- no shell is meant


def entry() -> list[str]:
    """Return the program that is running now, by absolute path; `python -m runner` by the path of its main file."""
    script = Path(sys.argv[0]).absolute()
    return [sys.executable, str(script)] if script.suffix == ".py" else [str(script)]


def replayed(options: Options) -> list[str]:
    """Return the command line as it was typed; in front of it what was read from the environment, which sudo drops.

    sudo keeps the folder we are in, so relative paths stay right. Without colors, plain is the nearest that an option
    can ask for.
    """
    words = ["--lang", options.lang]
    words += ["--guessed"] if options.guessed else []
    words += ["--plain"] if accessible(os.environ) or os.environ.get("NO_COLOR") else []
    return [*words, *options.argv]


def _sudo_works() -> bool:
    """Return whether sudo can ask for a password here, or needs none."""
    if shutil.which("sudo") is None:
        return False
    if sys.stdin.isatty():
        return True
    probe = subprocess.run(["sudo", "-n", "true"], check=False, capture_output=True, stdin=subprocess.DEVNULL)
    return probe.returncode == 0
