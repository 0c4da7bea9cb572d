"""Everything that is printed: `View` narrates a run, `pages` shows the other verbs, a face puts it on the screen."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, TextIO

from runner.screen.plain import Plain

if TYPE_CHECKING:
    from runner.records.options import Options
    from runner.screen.face import Face
    from runner.screen.narration import View


GUTTER = 4  # columns


def open_view(options: Options) -> View:
    """The narrator of a run. With --json standard output belongs to the document, so the talk goes to stderr."""
    from runner.screen.narration import View

    stream = sys.stderr if options.json else sys.stdout
    return View(choose_face(stream, plain=options.plain), options.lang)


def at_terminal() -> bool:
    """Return whether somebody sits at a terminal, who can be asked and can answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def screen_size() -> tuple[int, int]:
    """Columns and lines for the lab's terminal: those of ours, less the gutter in front of captured output."""
    size = shutil.get_terminal_size((80, 24))
    return size.columns - GUTTER, size.lines


def choose_face(stream: TextIO, *, plain: bool, environ: Mapping[str, str] = os.environ) -> Face:
    """Rich on a capable terminal; plain when asked for, on a pipe, and on a dumb terminal."""
    terminal = stream.isatty()
    if plain or not terminal or accessible(environ) or environ.get("TERM", "dumb") in ("dumb", "unknown", ""):
        return Plain(stream, shutil.get_terminal_size().columns if terminal else None)
    from runner.screen.colour import Colour

    return Colour(stream)


def accessible(environ: Mapping[str, str]) -> bool:
    return environ.get("ACCESSIBLE", "") not in ("", "0")
