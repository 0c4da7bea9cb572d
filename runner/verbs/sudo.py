"""Becoming root: the same command again through sudo, every choice as an argument, for sudo drops the environment."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from runner.records.errors import Unfit
from runner.records.options import Options
from runner.screen.choose import accessible


def need_root(verb: str, options: Options) -> None:
    """Return if we are root; else become it (which never returns) or say what to type."""
    if os.geteuid() == 0:
        return
    command = ["sudo", *entry(), *arguments(verb, options)]
    if not _sudo_works():
        raise Unfit("not-root", command=shlex.join(command))
    sys.stdout.flush()
    os.execvp("sudo", command)  # noqa: S606 -- no shell is meant


def entry() -> list[str]:
    """The program that is running now, by absolute path; `python -m runner` by the path of its main file."""
    script = Path(sys.argv[0]).absolute()
    return [sys.executable, str(script)] if script.suffix == ".py" else [str(script)]


def arguments(verb: str, options: Options) -> list[str]:
    words = ["--lang", options.lang]
    words += ["--guessed"] if options.guessed else []
    words += ["--plain"] if options.plain or _wants_plain(os.environ) else []
    words += ["--json"] if options.json else []
    for folder in options.folders:
        words += ["--lessons", str(folder)]
    for digest in options.trust:
        words += ["--trust", digest]
    words.append(verb)
    words += ["--report", str(options.report.absolute())] if options.report else []
    for setting in options.settings:
        words += ["--set", setting]
    words += ["--seat", options.seat] if options.seat not in ("", "default") else []
    words += ["--in", options.place] if options.place else []
    words += ["--watch", f"{options.watch:g}"] if options.watch is not None else []
    words += ["--pairs"] if options.pairs else []
    words += _staged(options)
    words += ["--distrust"] if options.distrust else []
    words += ["--yes"] if options.yes else []
    words += [options.exercise] if options.exercise else []
    return [*words, *options.lessons]


def _staged(options: Options) -> list[str]:
    """What `demo` is asked for."""
    words = ["--speed", f"{options.speed:g}"] if options.speed != Options().speed else []
    words += ["--autoplay", f"{options.autoplay:g}"] if options.autoplay is not None else []
    words += ["--notes"] if options.notes else []
    return words


def _wants_plain(environ: Mapping[str, str]) -> bool:
    """Wishes that sudo would not pass on; without colours, plain is the nearest that a flag can ask for."""
    return accessible(environ) or bool(environ.get("NO_COLOR"))


def _sudo_works() -> bool:
    """Whether sudo can ask for a password here, or needs none."""
    import subprocess

    if shutil.which("sudo") is None:
        return False
    if sys.stdin.isatty():
        return True
    probe = subprocess.run(["sudo", "-n", "true"], check=False, capture_output=True, stdin=subprocess.DEVNULL)
    return probe.returncode == 0
