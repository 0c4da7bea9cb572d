"""Draw the README's pictures: `run` and `learn` as somebody at a real terminal sees them, and the x-ray of a lab.

python tests/pictures/make.py            # as root; writes *.svg beside this file
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import sys
import termios
import time
from html import unescape
from itertools import groupby
from pathlib import Path
from tempfile import mkdtemp

import pyte
from rich.console import Console
from rich.style import Style
from rich.text import Text

from runner.course import load
from runner.engine import machine_values
from runner.engine.lab_run import silent
from runner.engine.lesson_run import LessonRun
from runner.host import package_files
from runner.lab import seats
from runner.lab.xray import take_all
from runner.messages.language import install
from runner.records.course import Course
from runner.screen.xray_drawing import drawing

COLUMNS = 84  # of a picture
DIM = (38, 2, 134, 136, 135)  # as Rich draws it
TITLE = re.compile(r"^\W*(Passo|Step) \d+ (de|of) \d+")
LINES = 2000
HERE = Path(__file__).parent
# Lesson, language, and the steps of `run` in the picture.
RUNS = [("hostname", "pt", ("host-intact", "enter")), ("cgroups", "en", ("inside", "out-of-memory"))]

Keys = list[tuple[str, str]]  # what is waited for, and what is pressed then

LEAKY = "unshare -p -m -i -f --kill-child -R /containers/teste --mount-proc /bin/bash"
AT_PROMPT = {"pt": "digite, como em qualquer shell", "en": "type, as in any shell"}
FORGETS: Keys = [
    ("q sai", "\r"),
    *[(AT_PROMPT["pt"], "\r")] * 10,
    *[(AT_PROMPT["pt"], LEAKY + "\r"), (AT_PROMPT["pt"], "\x1d"), ("? mais", "q")],
]
GUESSES: Keys = [
    ("q quit", "\r"),
    *[(AT_PROMPT["en"], "\r")] * 7,
    *[("Enter alone skips", "production\r"), (AT_PROMPT["en"], "\r"), (AT_PROMPT["en"], "\x1d"), ("? more", "q")],
]
# Where somebody only presses Enter: at the end of a page, and at a guess that is not in the picture.
PAGES = (
    "explore à vontade no shell",
    "look around in the shell",
    "Enter mostra mais",
    "Enter shows more",
    "só Enter pula",
    "Enter alone skips",
)
# Lesson, language, keys, and the step shown: up to the next, or to the question at its end.
LESSONS = [("hostname", "pt", FORGETS, 11, "Faltou: "), ("hostname", "en", GUESSES, 8, "")]
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
SPAN = re.compile(
    r'<text(?P<style>[^>]*?)x="(?P<x>[\d.]+)"(?P<place>[^>]*?)textLength="(?P<length>[\d.]+)"(?P<rest>[^>]*)>'
    r"(?P<words>[^<]*)</text>"
)


class Screen(pyte.Screen):
    """A terminal that knows dim letters, which pyte does not: they become grey."""

    def select_graphic_rendition(self, *attributes: int, **private: bool) -> None:
        super().select_graphic_rendition(*(DIM if attributes == (2,) else attributes), **private)


def watch(*arguments: str, keys: Keys | None = None) -> Screen:
    """Run semdocker on a tall terminal, with somebody at the keyboard, and keep everything it showed."""
    pid, master = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
        os.environ |= {"TERM": "xterm-256color", "XDG_STATE_HOME": mkdtemp()}
        os.execv(sys.executable, [sys.executable, "-m", "runner", *arguments])
    screen = Screen(COLUMNS, LINES)
    stream = pyte.ByteStream(screen)
    left, seen = list(keys or ()), b""
    while True:
        try:
            data = os.read(master, 65536)
        except OSError:
            break
        stream.feed(data)
        seen += data
        while left and (found := _first(seen, [left[0], *((page, "\r") for page in PAGES)])):
            words, pressed = found
            seen = seen.partition(words.encode())[2]
            time.sleep(0.3)  # as a person would
            os.write(master, pressed.encode())
            if found == left[0]:
                left.pop(0)
    os.waitpid(pid, 0)
    return screen


def _first(seen: bytes, wanted: Keys) -> tuple[str, str] | None:
    """Of what is waited for, what comes first; the first of the list where two come together."""
    there = [one for one in wanted if one[0].encode() in seen]
    return min(there, key=lambda one: seen.index(one[0].encode()), default=None)


def steps(screen: Screen, first: int, last: int) -> list[int]:
    """The rows from the title of one step up to that of another."""
    titles = [row for row, text in enumerate(screen.display) if TITLE.search(text)]
    return list(range(titles[first - 1], titles[last - 1]))


def until(screen: Screen, first: int, last: str) -> list[int]:
    """The rows from the title of a step to the first after it that has this text."""
    start = next(row for row, text in enumerate(screen.display) if re.search(rf"^\W*(Passo|Step) {first} ", text))
    end = next(row for row, text in enumerate(screen.display) if row > start and last in text)
    return list(range(start, end + 1))


def text(screen: Screen, row: int) -> Text:
    line = Text()
    cells = (screen.buffer[row][column] for column in range(COLUMNS))
    for (color, bold, italic), run in groupby(cells, key=lambda cell: (cell.fg, cell.bold, cell.italics)):
        line.append("".join(cell.data for cell in run), Style(color=_color(color), bold=bold, italic=italic))
    line.rstrip()
    return line


def _color(name: str) -> str | None:
    if name == "default":
        return None
    return f"#{name}" if re.fullmatch("[0-9a-f]{6}", name) else name.replace("brown", "yellow")


def draw(screen: Screen, rows: list[int], path: Path) -> None:
    with Path(os.devnull).open("w") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True, color_system="truecolor")
        for row in rows:
            console.print(text(screen, row), no_wrap=True, crop=False)
        path.write_text(svg(console))


def svg(console: Console) -> str:
    """The picture of everything that a recording console was given so far."""
    picture = console.export_svg(title="", code_format=TEMPLATE, unique_id="s", clear=False)
    return SPAN.sub(_trimmed, picture)


def _trimmed(span: re.Match[str]) -> str:
    """Without the blanks around the words: not every program that draws SVG gives them their width."""
    words = span["words"].replace("&#160;", "\xa0")
    bare = words.strip("\xa0")
    if not bare:
        return ""
    width = float(span["length"]) / len(unescape(words))
    x = float(span["x"]) + width * (len(words) - len(words.lstrip("\xa0")))
    length = width * len(unescape(bare))
    place = f'{span["style"]}x="{x:g}"{span["place"]}textLength="{length:g}"{span["rest"]}'
    return f"<text{place}>{bare.replace(chr(0xA0), '&#160;')}</text>"


def xray(course: Course) -> None:
    """Draw the container of the last lesson, as it is before its end."""
    with seats.hold("picture") as lock:
        values = machine_values.for_seat(course, {})
        run = LessonRun(course, course.lesson("verification"), values, "picture", lock)
        try:
            run.start()
            for step in run.lesson.steps:
                run.perform(step, silent)
                if step.id == "armour":
                    break
            for name in ("pt", "en"):
                install(name)
                (HERE / f"xray.{name}.svg").write_text(drawing(take_all("picture")))
        finally:
            run.finish()


def main() -> None:
    course = load.course(package_files.lessons())
    xray(course)
    for lesson, language, shown in RUNS:
        screen = watch("run", lesson, "--lang", language)
        known = [step.id for step in course.lesson(lesson).steps]
        numbers = sorted(known.index(step) + 1 for step in shown)
        rows = [row for number in numbers for row in steps(screen, number, number + 1)]
        draw(screen, rows, HERE / f"{lesson}.{language}.svg")
    for lesson, language, keys, step, end in LESSONS:
        screen = watch("learn", lesson, "--lang", language, keys=keys)
        rows = until(screen, step, end) if end else steps(screen, step, step + 1)
        draw(screen, rows, HERE / f"learn.{language}.svg")


if __name__ == "__main__":
    main()
