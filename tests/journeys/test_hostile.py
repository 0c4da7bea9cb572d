"""A lesson from a stranger: text is shown and never obeyed, its links lead nowhere, its values break out of none."""

from __future__ import annotations

import re
import shutil
import sys
import time
from pathlib import Path

import pytest

from runner.author import lint
from runner.cli import main
from runner.course import load, render
from runner.engine import machine_values
from runner.records.errors import ExitStatus, InvalidLesson, UsageError
from tests.author.test_lint import faults
from tests.conftest import the_course
from tests.support.cases import copy_of_good, replace
from tests.support.command import CHECKOUT, semdocker
from tests.support.person import Person

# Letters that a file may hold, and that mean something to Rich, Markdown, HTML, the shell, printf, Jinja or format.
SHOWN = r"[bold red]x[/] :smile: <b>y</b> ${IFS} $(reboot) \x1b[2J %s {0} {z} [a](javascript:b) {# c #}"
CONTROL = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
COLOR = re.compile(r"\x1b\[[0-9;]*m")  # all that our own colors need
ELSEWHERE = """
import sys; from pathlib import Path; from runner.host import package_files
package_files.lessons = lambda: Path(sys.argv[1])
from runner.cli import main; sys.exit(main(sys.argv[2:]))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_of_good(tmp_path)


def on_a_terminal(folder: Path, *words: str, status: int = 0) -> str:
    """Return what a terminal is sent, in color. The path is short wherever the folder lies: no line is folded."""
    program = [sys.executable, "-c", ELSEWHERE, str(folder)]
    variables = {"PYTHONPATH": str(CHECKOUT)}
    person = Person(*words, program=program, size=(200, 24), cwd=folder.parent, environment=variables)
    person.end(status)
    return person.shown.replace("\r\n", "\n")


# --- show --------------------------------------------------------------------------------------


def test_show_shows_text_as_it_is(folder: Path) -> None:
    for name in ("pt", "en"):
        path = folder / "02-second" / f"{name}.yaml"
        path.write_text(re.sub(r"intro: .*", lambda _: f"intro: '{SHOWN}'", path.read_text()))
        path.write_text(re.sub(r"(    flags: .*?)-u: [^,]*", lambda m: f"{m[1]}-u: '{SHOWN}'", path.read_text()))
        path.write_text(re.sub(r"title: (Second|Segunda)", "title: '[bold]T[/bold] :smile:'", path.read_text()))
    for shown in (on_a_terminal(folder, "show", "second"), on_a_terminal(folder, "show", "second", "--plain")):
        bare = COLOR.sub("", shown)
        assert not CONTROL.search(bare), bare
        assert "[bold]T[/bold] :smile:" in bare
        for piece in ("[bold red]x[/] :smile:", "${IFS} $(reboot)", r"\x1b[2J", "%s {0} {z}", "{# c #}"):
            assert bare.count(piece) == 2, piece
        assert "\x1b]8" not in shown  # no link that hides where it leads


@pytest.mark.parametrize("text", ["{{ 7 * 7 }}", "{{ hostname.__class__ }}", "{% for x in y %}", "{{ ''|attr('x') }}"])
def test_nothing_but_names_is_a_template(text: str, folder: Path) -> None:
    path = folder / "02-second" / "lesson.yaml"
    replace(path, "run: hostname {{ hostname }}", f'run: hostname "{text}"' if '"' in text else f'run: "echo {text}"')
    done = semdocker("lint", str(folder))
    assert done.returncode == 3
    assert f"not “{text}”" in done.stdout
    with pytest.raises(InvalidLesson):
        load.course(folder)


# --- lint --------------------------------------------------------------------------------------


# What is put into en.yaml, where the fault is, and how it is quoted.
TRICKS = {
    "escape": ("intro: \x1b[2JWho", "3:8", "U+001B"),
    "right to left": ("intro: \u202eWho", "3:8", "U+202E"),
    "isolate": ("intro: \u2066Who", "3:8", "U+2066"),
    "escape by escape": ('intro: "\\e]0;x\\a', "3:8", ""),
    "markup": ("'\\x1b[2J[bold red]key[/]': x\nintro: Who", "3:1", "“\\x1b[2J[bold red]key[/]”"),
    "markup by escape": ('"[bold]\\e[2Jkey": x\nintro: Who', "3:1", "U+001B"),
    "smile": (":smile: x\nintro: Who", "3:1", "“:smile”"),
    "format": ("'%s {0} {z} {': x\nintro: Who", "3:1", "“%s {0} {z} {”"),
}


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize("form", ["terminal", "--plain", "--github", "--json"])
def test_lint_quotes_and_never_obeys(
    trick: str, form: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    new, place, said = TRICKS[trick]
    replace(folder / "02-second" / "en.yaml", "intro: Who", new)
    if form == "terminal":
        shown = COLOR.sub("", on_a_terminal(folder, "lint", folder.name, status=3))
    else:  # without a terminal there is no need for another process
        monkeypatch.chdir(folder.parent)
        assert main(["lint", folder.name, form, "--lang", "en"]) == ExitStatus.INVALID_LESSON
        shown = capsys.readouterr().out
    assert not CONTROL.search(shown), shown
    line, column = place.split(":")
    forms = {"--github": f"line={line},col={column}::", "--json": f'"line": {line},\n      "column": {column},'}
    assert forms.get(form, f"en.yaml:{place}") in shown
    for plain, coded in {"--json": [("\\", "\\\\")], "--github": [("%", "%25")]}.get(form, []):
        said = said.replace(plain, coded)
    assert said in " ".join(shown.split())


def test_names_of_folders_and_paths_are_text_too(folder: Path) -> None:
    (folder / "\x1b[2J\u202e[bold]").mkdir()
    (folder / "03-\x9b31m").mkdir()
    for arguments in ([str(folder)], [str(folder), "--github"], ["\x1b[31mnowhere\u202e"]):
        done = semdocker("lint", *arguments)
        assert done.returncode in (2, 3)
        assert not CONTROL.search(done.stdout + done.stderr), done


NUMBERS = " ".join(f"`{number}`" for number in range(60_000))
LONG = {
    "code": ("en.yaml", "intro: Who owns the name?", f"intro: '{NUMBERS}'"),
    "quotes": ("lesson.yaml", "run: exit", "run: |-\n      exit || " + "\"'" * 200_000),
    "escapes": ("lesson.yaml", "run: exit", "run: |-\n      rm " + "\\" * 300_000),
    "operators": ("lesson.yaml", "run: exit", "run: |-\n      exit" + " || true" * 60_000),
    "redirections": ("lesson.yaml", "run: exit", "run: |-\n      exit" + " >     /dev/null" * 40_000),
    "variables": ("lesson.yaml", "run: exit", "run: |-\n      rm -r" + " {{ root }}/a/b" * 30_000),
    "binds": ("lesson.yaml", "run: exit", "run: |-\n      " + "mount --rbind /a /b; " * 30_000),
    "scripts": ("lesson.yaml", "run: exit", "run: |-\n      rm" + " -c 'rm -c x'" * 40_000),
}


@pytest.mark.parametrize("long", LONG)
def test_long_text_takes_no_long_time(long: str, folder: Path) -> None:
    """Half a megabyte of what a rule might stumble over."""
    name, old, new = LONG[long]
    replace(folder / "02-second" / name, old, new)
    started = time.process_time()
    lint.lint((folder,))
    seconds = time.process_time() - started
    print(f"{long}: {seconds:.2f} s")
    assert seconds < 5  # a quiet machine needs a third; what grows with the square of the length would need minutes


# --- paths -------------------------------------------------------------------------------------


def test_links_stay_in_the_lesson(folder: Path, tmp_path: Path) -> None:
    """Not even another lesson of the same course is to be had through a link."""
    secret = tmp_path / "secret"
    secret.write_text("root:x:0:0")
    for target in (
        "/etc/passwd",
        "../../secret",
        "../01-first/en.yaml",
        "../../lessons/02-second/../../secret",
        "/proc/self/environ",
    ):
        path = folder / "02-second" / "en.yaml"
        path.unlink()
        path.symlink_to(target)
        assert [line for line in faults(folder) if "en.yaml" in line] == ["02-second/en.yaml:1:1 outside"], target
        assert "root:x" not in semdocker("lint", str(folder)).stdout


def test_a_chain_of_links_and_a_folder_of_links(folder: Path, tmp_path: Path) -> None:
    outside = Path(shutil.copytree(folder / "02-second", tmp_path / "04-outside"))
    (folder / "03-one").symlink_to("04-two")
    (folder / "04-two").symlink_to(outside)
    assert sorted(line.split()[-1] for line in faults(folder)) == ["outside", "outside"]


def test_dots_in_the_path_mean_what_they_say(folder: Path) -> None:
    """Whoever types the path may go where they like; the lesson may not."""
    for path in ("02-second/../01-first", "02-second/..", ".", "01-first/./lesson.yaml"):
        assert lint.lint((folder / path,)).faults == ()


@pytest.mark.parametrize("old", ["needs: [first]", "at: container"])
def test_names_are_no_paths(old: str, folder: Path) -> None:
    name = old.partition(":")[0]
    new = f"{name}: [../../etc]" if "[" in old else f"{name}: ../../etc"
    replace(folder / "02-second" / "lesson.yaml", old, new)
    assert faults(folder)


# --- values ------------------------------------------------------------------------------------

GOOD_VALUES = {
    "path": "/a/b",
    "name": "ab",
    "hostname": "ab.c",
    "link": "ab0",
    "count": "12",
    "size": "12M",
    "token": "ab",
}
META = " \t\n;|&$<>()`'\"\\*?[]#~=%!{}^,:\0\x1b\u202e\u00a0\u0661"


def test_every_type_is_tried() -> None:
    assert set(GOOD_VALUES) == set(render.TYPES)


@pytest.mark.parametrize("type_", render.TYPES)
def test_no_value_has_a_character_that_a_shell_obeys(type_: str) -> None:
    good = GOOD_VALUES[type_]
    assert render.valid(type_, good)
    for place in range(len(good) + 1):
        for character in META:
            value = good[:place] + character + good[place:]
            assert not render.valid(type_, value), value
    assert not render.valid(type_, "")
    assert not render.valid(type_, "-rf")


@pytest.mark.parametrize("value", ["/a;reboot", "/a b", "$(reboot)", "/a/../b", "`id`", "/a\nb", "-rf", "/"])
def test_a_value_from_the_command_line_is_refused(value: str) -> None:
    with pytest.raises(UsageError, match="value-path"):
        machine_values.for_seat(the_course(), {"root": value})


@pytest.mark.parametrize("value", ["/a;reboot", "/a b", "$(reboot)", "/a/../b", "`id`", "-rf", "/"])
def test_a_default_is_refused_at_its_place(value: str, folder: Path) -> None:
    replace(folder / "course.yaml", "default: /containers/small", f"default: '{value}'")
    found = faults(folder)
    assert found == ["course.yaml:4:31 value-path"]
