"""Draw the README's pictures: run the program on a real terminal and turn what a person sees into SVG.

python tests/pictures/make.py            # as root; writes *.svg beside this file
"""

from __future__ import annotations

import os
import pty
import re
import sys
from itertools import groupby
from pathlib import Path

import pyte
from rich.console import Console
from rich.style import Style
from rich.text import Text

TITLE = re.compile(r"^\W*(Passo|Step) \d+ (de|of) \d+")
COLUMNS, LINES = 84, 2000
# Rich's own template loads a font from elsewhere; a picture in a repository must not.
TEMPLATE = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>{lines}</defs>
<rect fill="#1b1f24" x="1" y="1" width="{width}" height="{height}" rx="8"/>
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g>
</svg>
"""
PICTURES = [("hostname", "pt", "container-host", 10, 12), ("cgroups", "en", "oom", 11, 13)]


def watch(*arguments: str) -> pyte.Screen:
    """Run semdocker on a tall terminal and keep everything it showed."""
    pid, master = pty.fork()
    if pid == 0:
        os.environ |= {"TERM": "xterm-256color", "COLUMNS": str(COLUMNS), "LINES": "40"}
        os.execv(sys.executable, [sys.executable, "-m", "runner", *arguments])
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.ByteStream(screen)
    while True:
        try:
            data = os.read(master, 65536)
        except OSError:
            break
        stream.feed(data)
    os.waitpid(pid, 0)
    return screen


def steps(screen: pyte.Screen, first: int, last: int) -> list[int]:
    """The rows from the title of one step up to that of another."""
    titles = [row for row, text in enumerate(screen.display) if TITLE.search(text)]
    return list(range(titles[first - 1], titles[last - 1]))


def text(screen: pyte.Screen, row: int) -> Text:
    line = Text()
    cells = (screen.buffer[row][column] for column in range(COLUMNS))
    for (colour, bold, italic), run in groupby(cells, key=lambda cell: (cell.fg, cell.bold, cell.italics)):
        line.append("".join(cell.data for cell in run), Style(color=_colour(colour), bold=bold, italic=italic))
    line.rstrip()
    return line


def _colour(name: str) -> str | None:
    if name == "default":
        return None
    return f"#{name}" if re.fullmatch("[0-9a-f]{6}", name) else name.replace("brown", "yellow")


def draw(screen: pyte.Screen, rows: list[int], path: Path) -> None:
    with Path(os.devnull).open("w") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True, color_system="truecolor")
        for row in rows:
            console.print(text(screen, row), no_wrap=True, crop=False)
        path.write_text(console.export_svg(title="", code_format=TEMPLATE, unique_id="s"))


def main() -> None:
    for lesson, language, _, first, last in PICTURES:
        screen = watch("run", lesson, "--lang", language)
        draw(screen, steps(screen, first, last), Path(__file__).parent / f"{lesson}.{language}.svg")


if __name__ == "__main__":
    main()
