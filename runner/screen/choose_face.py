"""The choice of a face for an output stream, and how large the screen is."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from typing import TextIO

from runner.records.options import Options
from runner.screen import gutter
from runner.screen.face import Face
from runner.screen.narration import View
from runner.screen.plain import Plain


def open_view(options: Options) -> View:
    """Return the narrator of a run. With --json it speaks on stderr: standard output belongs to the document."""
    stream = sys.stderr if options.json else sys.stdout
    view = View(choose_face(stream, plain=options.plain), options.lang)
    view.patient = not options.json
    return view


def at_terminal() -> bool:
    """Return whether we can ask a question and get an answer: input and output are both a terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def screen_size() -> tuple[int, int]:
    """Return columns and lines for the lab's terminal: ours, without the columns that the gutter takes."""
    size = shutil.get_terminal_size((80, 24))
    return size.columns - gutter.COLUMNS, size.lines


def choose_face(stream: TextIO, *, plain: bool, environ: Mapping[str, str] = os.environ) -> Face:
    """Return a color face for a capable terminal. For a pipe, for a dumb terminal and on request it is a plain one."""
    terminal = stream.isatty()
    if plain or not terminal or accessible(environ) or environ.get("TERM", "dumb") in ("dumb", "unknown", ""):
        return Plain(stream, shutil.get_terminal_size().columns if terminal else None)
    from runner.screen.color import Color

    return Color(stream)


def accessible(environ: Mapping[str, str]) -> bool:
    """Return whether ACCESSIBLE is set, by which people who use a screen reader ask for plain text."""
    return environ.get("ACCESSIBLE", "") not in ("", "0")
