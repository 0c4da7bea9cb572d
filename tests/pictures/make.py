"""Draw the README's pictures: the program's own stills, and `learn` as somebody at a real terminal sees it.

python tests/pictures/make.py            # as root; writes *.svg beside this file
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time
from itertools import groupby
from pathlib import Path
from tempfile import mkdtemp

import pyte
from rich.console import Console
from rich.style import Style
from rich.text import Text

from runner.screen.svg import COLUMNS, svg

TITLE = re.compile(r"^\W*(Passo|Step) \d+ (de|of) \d+")
LINES = 2000
HERE = Path(__file__).parent
# Lesson, language, and the steps in the picture.
STILLS = [("hostname", "pt", ("host-intact", "enter")), ("cgroups", "en", ("inside", "out-of-memory"))]

Keys = list[tuple[str, str]]  # what is waited for, and what is pressed then

LEAKY = "unshare -p -m -i -f --kill-child -R /containers/teste --mount-proc /bin/bash"
FORGETS: Keys = [
    ("q sai", "\r"),
    *[("q sai", "\r")] * 8,
    ("só Enter pula", "\r"),
    *[("q sai", "\r")] * 2,
    ("q sai", "t"),
    (":/#", LEAKY + "\r"),
    ("[s/N]", "n"),
    ("q sai", "q"),
]
GUESSES: Keys = [
    ("q quit", "\r"),
    *[("q quit", "\r")] * 8,
    ("Enter alone skips", "production\r"),
    ("q quit", "q"),
]
# Lesson, language, keys, and the step shown: up to the next, or to the question at its end.
LESSONS = [("hostname", "pt", FORGETS, 11, "[s/N]"), ("hostname", "en", GUESSES, 8, "")]


def watch(*arguments: str, keys: Keys | None = None) -> pyte.Screen:
    """Run semdocker on a tall terminal, with somebody at the keyboard, and keep everything it showed."""
    pid, master = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
        os.environ |= {"TERM": "xterm-256color", "XDG_STATE_HOME": mkdtemp()}
        os.execv(sys.executable, [sys.executable, "-m", "runner", *arguments])
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.ByteStream(screen)
    left, seen = list(keys or ()), b""
    while True:
        try:
            data = os.read(master, 65536)
        except OSError:
            break
        stream.feed(data)
        seen += data
        while left and left[0][0].encode() in seen:
            seen = seen.partition(left[0][0].encode())[2]
            time.sleep(0.3)  # as a person would
            os.write(master, left.pop(0)[1].encode())
    os.waitpid(pid, 0)
    return screen


def steps(screen: pyte.Screen, first: int, last: int) -> list[int]:
    """The rows from the title of one step up to that of another."""
    titles = [row for row, text in enumerate(screen.display) if TITLE.search(text)]
    return list(range(titles[first - 1], titles[last - 1]))


def until(screen: pyte.Screen, first: int, last: str) -> list[int]:
    """The rows from the title of a step to the first after it that has this text."""
    start = next(row for row, text in enumerate(screen.display) if re.search(rf"^\W*(Passo|Step) {first} ", text))
    end = next(row for row, text in enumerate(screen.display) if row > start and last in text)
    return list(range(start, end + 1))


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
        path.write_text(svg(console))


def main() -> None:
    for lesson, language, shown in STILLS:
        stills = [f"--still={step}={HERE / f'{lesson}.{language}.svg'}" for step in shown]
        subprocess.run([sys.executable, "-m", "runner", "run", lesson, "--lang", language, *stills], check=True)
    for lesson, language, keys, step, end in LESSONS:
        screen = watch("learn", lesson, "--lang", language, keys=keys)
        rows = until(screen, step, end) if end else steps(screen, step, step + 1)
        draw(screen, rows, HERE / f"learn.{language}.svg")


if __name__ == "__main__":
    main()
