"""README and TEACHING, in both languages: what they tell people to type exists, and both tell the same."""

from __future__ import annotations

import os
import pty
import re
import select
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from runner.course import load
from runner.host import package_files
from runner.records.course import Course
from runner.records.errors import ExitStatus
from tests.support.command import CHECKOUT, COMMAND, environment, semdocker

ENGLISH, PORTUGUESE = "README.md", "README.pt.md"
PAGES = [(ENGLISH, PORTUGUESE), ("TEACHING.md", "TEACHING.pt.md")]
each_page = pytest.mark.parametrize(("english", "portuguese"), PAGES)
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)


def read(name: str) -> str:
    return (CHECKOUT / name).read_text()


def blocks(name: str) -> list[str]:
    """Return what is there to paste, without the comments, which are in the language of the text."""
    return [re.sub(r" +#.*", "", block) for block in BLOCK.findall(read(name))]


def verbs(name: str) -> set[tuple[str, ...]]:
    """Return each `semdocker …` of the text as its verb and its options; names and values are the reader's own."""
    typed = re.findall(r"`(?:[^`]*\")?semdocker ([^`\"]+)\"?[^`]*`", BLOCK.sub("", read(name)))
    return {(words[0], *(word for word in words[1:] if word.startswith("-"))) for words in map(str.split, typed)}


@each_page
def test_both_languages_give_the_same_commands(english: str, portuguese: str) -> None:
    assert blocks(english) == blocks(portuguese) != []
    assert verbs(english) == verbs(portuguese)
    assert len(verbs(english)) > 5


@each_page
def test_each_names_the_other_in_its_first_line(english: str, portuguese: str) -> None:
    assert f"({portuguese})" in read(english).splitlines()[0]
    assert f"({english})" in read(portuguese).splitlines()[0]


@pytest.mark.parametrize("verb", sorted({verb for page, _ in PAGES for verb, *_ in verbs(page)} - {"--help"}))
def test_the_program_knows_what_the_text_says_to_type(verb: str) -> None:
    page = semdocker(verb, "--help")
    assert page.returncode == 0
    for named, *options in (typed for english, _ in PAGES for typed in verbs(english)):
        assert named != verb or all(option in page.stdout for option in options)


@pytest.mark.parametrize("name", [*PAGES[0], *PAGES[1], "CONTRIBUTING.md"])
def test_links_lead_somewhere(name: str) -> None:
    for file, anchor in re.findall(r"\]\((?!https:)([^)#]*)#?([^)]*)\)", read(name)):
        assert (CHECKOUT / file).exists(), file
        titles = re.findall(r"^#+ (.*)", read(file or name), re.MULTILINE) if anchor else []
        assert not anchor or anchor in {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("name", PAGES[1])
def test_the_plan_has_the_steps_and_the_minutes_of_the_course(name: str, course: Course) -> None:
    rows = re.findall(r"`([\w-]+)` \| (\d+) \| (\d+)", read(name))
    known = [(lesson.id, str(len(lesson.steps)), str(lesson.minutes)) for lesson in course.lessons]
    assert sorted(rows) == sorted(known)


def test_the_picture_of_the_rooms_is_the_contract() -> None:
    contract = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"][0]["layers"]
    picture = read("CONTRIBUTING.md").partition("This picture **is**")[2].partition("| room |")[0]
    drawn = re.findall(r"^    (\w+(?:  \|  \w+)*)(?: {3,}.*)?$", picture, re.MULTILINE)
    floors = [" | ".join(f"runner.{room}" for room in floor.split("  |  ")) for floor in drawn]
    assert floors == contract


@pytest.mark.parametrize("name", [ENGLISH, PORTUGUESE])
def test_the_lessons_and_the_exercises_are_those_of_the_course(name: str, course: Course) -> None:
    page = read(name)
    assert re.findall(r"^\| (\d+) \| `([\w-]+)`", page, re.MULTILINE) == [
        (str(lesson.number), lesson.id) for lesson in course.lessons
    ]
    assert re.findall(r"\(`([\w-]+)`\)[,:]", page) == [part.id for part in course.parts]
    exercises = load.exercises(package_files.lessons(), course)
    broken = sum(exercise.broken for exercise in exercises)
    assert re.search(rf"\b{len(exercises) - broken} [^.]*\b{broken} ", page)


# --- the command that starts the course ---


def test_a_person_who_sends_the_output_elsewhere_gets_the_help() -> None:
    master, keyboard = pty.openpty()
    done = subprocess.run(
        COMMAND, cwd=CHECKOUT, env=environment(), stdin=keyboard, capture_output=True, text=True, check=False
    )
    os.close(keyboard)
    os.close(master)
    assert done.returncode == 2
    assert "Usage: semdocker" in done.stdout + done.stderr


@pytest.mark.root
def test_where_nobody_is_at_a_keyboard_the_course_runs(seat: int) -> None:
    """A busy seat stops it before anything is done; `learn` would have stopped for want of a terminal."""
    assert semdocker("learn").returncode == ExitStatus.USAGE
    assert semdocker().returncode == ExitStatus.BUSY


KILLED = """
import os, signal, sys
from runner.screen import keys, repaint

with repaint.repeated(sys.stdout, plain=False) as show, keys.raw(0):
    show(lambda face: face.say("a page"))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def until(person: int, wanted: bytes) -> bytes:
    """Read what the terminal shows up to these bytes."""
    shown = b""
    while wanted not in shown:
        assert select.select([person], [], [], 20)[0], shown
        shown += os.read(person, 65536)
    return shown


@pytest.mark.parametrize("shell", ["bash", "dash"])
@pytest.mark.parametrize("page", [ENGLISH, PORTUGUESE])
def test_what_the_text_says_to_type_gives_the_terminal_back(page: str, shell: str, tmp_path: Path) -> None:
    """After kill -9: bash puts back the modes that it knows, dash none, and neither leaves the other screen."""
    (cure,) = re.findall(r"`(stty sane[^`]*)` (?:and|e) Ctrl-J", read(page))
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    person, terminal = pty.openpty()
    told = {**environment(), "PS1": "ready ", "TERM": "xterm-256color", "ENV": "", "HOME": "/nonexistent"}
    child = subprocess.Popen(
        ["setsid", "--ctty", shell, *(["--norc"] if shell == "bash" else []), "-i"],
        stdin=terminal, stdout=terminal, stderr=terminal, env=told, cwd=CHECKOUT,
    )  # fmt: skip
    try:
        until(person, b"ready ")
        os.write(person, f"{shlex.join([sys.executable, str(script)])}\n".encode())
        shown = until(person, b"ready ")
        assert b"\x1b[?1049h" in shown and b"\x1b[?25l" in shown
        assert b"\x1b[?1049l" not in shown
        os.write(person, f"{cure}\n".encode())
        shown = until(person, b"ready ")
        assert b"\x1b[?1049l" in shown and b"\x1b[?25h" in shown
        os.write(person, b"stty -a; echo $((6 * 7))\n")
        modes = until(person, b"42").decode().replace(";", " ").split()
        assert {"echo", "icanon", "isig", "icrnl", "opost"} <= {*modes}
    finally:
        child.kill()
        child.wait()
        os.close(person)
        os.close(terminal)
