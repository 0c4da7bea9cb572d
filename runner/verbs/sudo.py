"""How we become root: the same command line runs again through sudo."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from runner.host import shell_line
from runner.lab.effects import lab_mount
from runner.records.errors import Unfit, UsageError
from runner.records.options import Options
from runner.screen.choose_face import accessible


def need_root(options: Options) -> None:
    """Return if we are root; else run again through sudo and never return. Raises Unfit where sudo cannot do that, and
    UsageError in a lab, where nothing of ours can be done or seen.
    """
    need_machine()
    if os.geteuid() == 0:
        return
    command = ["sudo", *entry(), *replayed(options)]
    if not _sudo_works():
        raise Unfit("not-root", command=shell_line.line(*command))
    sys.stdout.flush()
    os.execvp("sudo", command)  # noqa: S606 -- there is no shell on purpose


def need_machine() -> None:
    """Return if we are on the machine itself. Raises UsageError in a lab, where all that is there is the lab's own."""
    if lab_mount.sources(os.getpid()):
        raise UsageError("inside-lab")


def entry() -> list[str]:
    """Return the words that start this program again, with absolute paths, also for `python -m runner`."""
    script = Path(sys.argv[0]).absolute()
    return [sys.executable, str(script)] if script.suffix == ".py" else [str(script)]


def replayed(options: Options) -> list[str]:
    """Return the command line as it was typed, after options for what we read from the environment: sudo drops that.

    sudo keeps the working directory, so relative paths stay right. No option says NO_COLOR; --plain comes nearest.
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
