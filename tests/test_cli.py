"""The command line from outside: help, errors, exit codes, pipes, and what it may import."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from runner import __version__
from runner.course import load, selection
from runner.host import package_files
from runner.records.course import Course
from runner.records.errors import UsageError
from runner.verbs.app import FILES, VERBS
from tests.support import sample
from tests.support.authors import MAKE, write_lesson
from tests.support.command import CHECKOUT, COMMAND, environment, run, semdocker
from tests.support.person import Person

# --- help ---


@pytest.mark.parametrize("verb", ["", "run", "list", "show", "doctor", "cleanup"])
def test_help_in_both_languages(verb: str) -> None:
    words = [verb] if verb else []
    english, portuguese = semdocker(*words, "--help"), semdocker(*words, "--help", LANG="pt_BR.UTF-8")
    assert english.returncode == portuguese.returncode == 0
    assert english.stdout.startswith("Usage: semdocker")
    assert portuguese.stdout.startswith("Uso: semdocker")
    assert "Show this message and exit." in english.stdout
    assert "Mostra esta mensagem e sai." in portuguese.stdout
    assert "\x1b" not in english.stdout + portuguese.stdout
    assert "..." not in english.stdout.partition("Commands:")[2]  # no verb's summary is cut
    assert "..." not in portuguese.stdout.partition("Comandos:")[2]
    assert max(map(len, portuguese.stdout.splitlines())) <= 80


def test_arguments_are_explained_once() -> None:
    shown = semdocker("run", "--help").stdout
    assert shown.count("Lessons by name or number") == 1
    assert "Positional" not in shown


def test_version() -> None:
    for words in (["--version"], ["--lang", "pt", "--version"]):
        done = semdocker(*words)
        assert (done.returncode, done.stdout) == (0, f"semdocker {__version__}\n")


@pytest.mark.parametrize("words", [["help"], ["ajuda"], ["--lang", "en", "help"]])
def test_help_by_its_other_names(words: list[str]) -> None:
    assert semdocker(*words).stdout == semdocker("-h").stdout == semdocker("--help").stdout
    assert semdocker(*words, "--lang", "pt").stdout == semdocker("--lang", "pt", "--help").stdout
    assert semdocker(*words, "--lang=pt", "xray", "--plain").stdout == semdocker("xray", "--lang", "pt", "-h").stdout
    assert semdocker(*words, "xray").stdout == semdocker("xray", "-h").stdout == semdocker("xray", "--help").stdout


# --- usage errors ---


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["zz"], "Não existe o comando 'zz'."),
        (["shw"], "Não existe o comando 'shw'. Você quis dizer 'show'?"),
        (["list", "--hel"], "Não existe a opção '--hel'."),
        (["show"], "Falta o argumento 'LIÇÃO'."),
        (["list", "zz"], "Argumento a mais (zz)"),
        (["run", "unshar"], "Não existe a lição “unshar”; você quis dizer “unshare”?"),
        (["run", "xyzzy"], "Não existe a lição “xyzzy”. Existem: rootfs"),
        (["run", "--report", "r.txt"], ".json"),
        (["run", "--report", "/no/such/r.json"], "essa pasta não existe"),
        (["show", "99"], "Não existe a lição “99”"),
        (["list", "--lang", "xx"], "Nada está escrito no idioma “xx”. Existem: pt, en."),
        (["list", "--lang", "pt-br"], "você quis dizer “pt”?"),
        (["--lang", "em", "list"], "você quis dizer “en”?"),
        (["list", "--lessons", "/no/such"], "/no/such: essa pasta não existe."),
        (["run", "--trust", "abc"], "--trust recebe o hash"),
        (["prove", "./no/such"], "no/such: essa pasta não existe."),
        (["show", "hostname", "--watch", "--json"], "--json é um documento só"),
    ],
)
def test_usage_errors(words: list[str], sentence: str) -> None:
    done = semdocker(*words, SEMDOCKER_LANG="pt")
    assert done.returncode == 2
    assert done.stdout == ""
    assert sentence in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


# --- options before and after the verb ---


@pytest.mark.parametrize(
    "words", [["--lang", "pt", "list"], ["list", "--lang", "pt"], ["--lang=en", "list", "--lang=pt"]]
)
def test_the_language_before_and_after_the_verb(words: list[str]) -> None:
    assert "Um nome só para o contêiner" in semdocker(*words).stdout


@pytest.mark.parametrize("words", [["--json", "doctor"], ["doctor", "--json"]])
def test_json_before_and_after_the_verb(words: list[str]) -> None:
    document = json.loads(semdocker(*words).stdout)
    assert document["schema"] == "semdocker/doctor/1"
    assert {"capability", "outcome", "observed", "fix", "cause", "lessons"} == set(document["capabilities"][0])


def test_list() -> None:
    done = semdocker("list")
    assert done.returncode == 0
    assert re.search(r"^3 +unshare +20 +Be PID 1$", done.stdout, re.MULTILINE)
    document = json.loads(semdocker("list", "--json", "--lang", "pt").stdout)
    assert document["schema"] == "semdocker/list/1"
    assert [lesson["id"] for lesson in document["lessons"]][:2] == ["rootfs", "chroot"]


def test_show() -> None:
    assert (
        semdocker("show", "hostname").stdout == semdocker("show", "4").stdout == semdocker("show", "04-hostname").stdout
    )
    both = semdocker("show", "cgroups", "--cgroup", "both").stdout
    assert "cpu.cfs_quota_us" in both
    assert "cpu.max" in both
    assert "Answer:" not in both
    assert "Answer:" in semdocker("show", "cgroups", "--answers").stdout
    document = json.loads(semdocker("show", "cgroups", "--cgroup", "v2", "--json").stdout)
    assert document["cgroup_version"] == "v2"
    assert any("memory.max" in step["command"] for step in document["steps"])


def test_show_has_the_speaker_notes_when_they_are_asked_for() -> None:
    lessons = load.course(package_files.lessons()).lessons
    for lesson in sample.of(lessons, 1 / 4, "lessons with notes"):
        with_notes = semdocker("show", lesson.id, "--notes").stdout
        assert with_notes.count("Speaker notes") == len(lesson.steps)
    assert "Speaker notes" not in semdocker("show", "hostname").stdout
    shown = semdocker("show", "hostname", "--notes", "--lang", "pt").stdout
    assert "- Anote o nome no quadro" in shown.partition("host # hostname")[0]  # what to say comes before Enter
    both = semdocker("show", "cgroups", "--notes", "--cgroup", "both").stdout
    assert both.index("the three lines that matter") < both.index("pocket money")
    document = json.loads(semdocker("show", "verification", "--notes", "--json").stdout)
    assert "http://127.0.0.1:8080/" in next(step["notes"] for step in document["steps"] if step["id"] == "serve")
    assert "notes" not in semdocker("show", "verification", "--json").stdout


# --- pipes and terminals ---


def test_a_closed_pipe_is_no_traceback() -> None:
    command = f"{sys.executable} -m runner show cgroups | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, env=environment())
    assert done.returncode in (0, 141)
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == 1


def test_an_ascii_locale_gets_ascii() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "runner", "list", "--lang", "pt"],
        capture_output=True,
        check=True,
        env=environment(PYTHONIOENCODING="ascii"),
    )
    assert b"Um nome so para o conteiner" in done.stdout


def on_a_terminal(*words: str, before: Sequence[str] = (), **variables: str) -> str:
    """Return what a person at a terminal is sent."""
    person = Person(*words, program=[*before, *COMMAND], environment=variables)
    person.end()
    return person.shown


def test_a_terminal_gets_color_unless_it_is_told_otherwise() -> None:
    assert "\x1b[" in on_a_terminal("show", "hostname", TERM="xterm-256color")
    for extra in ({"TERM": "dumb"}, {"TERM": "xterm", "ACCESSIBLE": "1"}):
        assert "\x1b" not in on_a_terminal("show", "hostname", **extra)
    assert "\x1b" not in on_a_terminal("show", "hostname", "--plain", TERM="xterm")


# --- becoming root ---

# An ordinary user, also where the tests run as root.
ORDINARY = (str(shutil.which("unshare")), "--user", "--map-user=1000") if os.geteuid() == 0 else ()


@pytest.fixture
def told(tmp_path: Path) -> dict[str, str]:
    """An environment whose sudo tells what it is to run, a word a line, and does not run it."""
    program = tmp_path / "bin" / "sudo"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    program.chmod(0o755)
    return {"PATH": f"{program.parent}:{os.environ['PATH']}", "SEMDOCKER_LANG": "pt"}


PROGRAM = [sys.executable, str(CHECKOUT / "runner" / "__main__.py")]


@pytest.mark.parametrize(
    ("words", "extra", "before"),
    [
        ("run 3 --report r.json --set memory=1M --json", {}, "--lang pt"),
        ("--lang=pt status --plain --lang en", {}, "--lang en"),
        ("status", {"SEMDOCKER_LANG": "", "LANG": "pt_BR.UTF-8"}, "--lang pt --guessed"),
        ("xray --watch", {"ACCESSIBLE": "1"}, "--lang pt --plain"),
        ("check --seat ana --watch", {"NO_COLOR": "1"}, "--lang pt --plain"),
        ("demo chroot --speed 2x --autoplay 0.5", {}, "--lang pt"),
        ("demo --notes", {}, "--lang pt"),
        ("prove ./01-mine --pairs --lessons ../shelf", {}, "--lang pt"),
        ("cleanup --yes --distrust", {}, "--lang pt"),
    ],
)
def test_sudo_gets_the_line_as_it_was_typed(
    words: str, extra: dict[str, str], before: str, told: dict[str, str], tmp_path: Path
) -> None:
    """Paths stay as they are, for sudo keeps the folder; the environment, which it drops, becomes options in front."""
    shelf = tmp_path / "shelf"
    write_lesson(shelf, MAKE, id="mine")
    done = run([*ORDINARY, *COMMAND, *words.split()], shelf, told | extra)
    assert done.stdout.splitlines() == [*PROGRAM, *before.split(), *words.split()], done.stderr


def test_no_word_at_a_terminal_is_learn_also_behind_sudo(told: dict[str, str]) -> None:
    shown = on_a_terminal(before=ORDINARY, **told)
    assert shown.splitlines() == [*PROGRAM, "--lang", "pt", "learn"]


def test_without_sudo_the_line_to_type_is_told(tmp_path: Path) -> None:
    done = semdocker("cleanup", "--seat", "ana", before=ORDINARY, PATH=str(tmp_path))
    assert done.returncode == 4
    assert f"    sudo {' '.join(PROGRAM)} --lang en --guessed cleanup --seat ana\n" in done.stderr


@pytest.mark.parametrize("words", ["learn", "practice", "demo", "shell", "learn zz", "practice zz", "run zz"])
def test_what_cannot_be_done_is_refused_before_a_password_is_asked_for(words: str, told: dict[str, str]) -> None:
    done = run([*ORDINARY, *COMMAND, *words.split()], CHECKOUT, told)
    assert (done.returncode, done.stdout) == (2, "")


def test_the_module_runs_by_its_path_without_pythonpath() -> None:
    done = subprocess.run(
        [sys.executable, str(CHECKOUT / "runner" / "__main__.py"), "--version"],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"]},
        cwd="/",
    )
    assert done.stdout == f"semdocker {__version__}\n"


# --- which lesson ---


def test_lessons_by_name_number_and_folder(course: Course) -> None:
    for name in ("unshare", "UNSHARE", "3", "03", "03-unshare"):
        assert selection.find(name, course.lessons).id == "unshare"
    for name, key in (("unhsare", "unknown-lesson-near"), ("zebra", "unknown-lesson"), ("", "unknown-lesson")):
        with pytest.raises(UsageError) as caught:
            selection.find(name, course.lessons)
        assert caught.value.key == key


def test_exercises_by_name_lesson_and_chance(course: Course) -> None:
    exercises = load.exercises(package_files.lessons(), course)
    of_cgroups = next(one.id for one in exercises if one.lesson == "cgroups")
    for name in (of_cgroups, "cgroups", "5", "05-cgroups"):
        assert selection.exercise_id(name, course, exercises, broken=False) == of_cgroups
    others = [one for one in exercises if one.lesson != "cgroups"]
    with pytest.raises(UsageError) as caught:  # a lesson that nothing practises is no name of an exercise
        selection.exercise_id("cgroups", course, others, broken=False)
    assert caught.value.key == "unknown-exercise"
    by_chance = selection.exercise_id("random", course, exercises, broken=True)
    assert next(one.broken for one in exercises if one.id == by_chance)


# --- the unexpected ---

BROKEN = """
import sys
from runner import cli
def broken(): raise ValueError("boom")
sys.exit(cli.guarded(broken))
"""


def test_the_unexpected_is_one_sentence_and_a_file(tmp_path: Path) -> None:
    def broken(**extra: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", BROKEN],
            capture_output=True,
            text=True,
            check=False,
            env=environment(TMPDIR=str(tmp_path), **extra),
        )

    done = broken()
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    log = re.search(r"(\S+\.log)", done.stderr)
    assert log
    assert "ValueError: boom" in Path(log[1]).read_text()
    assert "Traceback" in broken(SEMDOCKER_DEBUG="1").stderr


def test_ctrl_c_is_130() -> None:
    code = "from runner import cli\ndef f(): raise KeyboardInterrupt\nraise SystemExit(cli.guarded(f))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment())
    assert (done.returncode, done.stderr) == (130, "semdocker: Interrupted.\n")


# --- what may be imported ---

HEAVY = {"rich", "jinja2", "importlib.metadata", "sqlite3", "asyncio", "pygments"}


@pytest.mark.parametrize(
    ("words", "forbidden"),
    [
        (["--version"], HEAVY | {"click", "typer", "yaml", "gettext", "json", "dataclasses"}),
        (["--help"], HEAVY | {"yaml", "json", *(f"runner.verbs.{FILES.get(verb, verb)}" for verb in VERBS)}),
        (["list"], {"rich", "importlib.metadata", "hashlib", "secrets"}),
        (["show", "hostname"], {"rich", "importlib.metadata"}),
        (["xray"], {"rich", "secrets", "xml.etree.ElementTree"}),
    ],
)
def test_imports_stay_light(words: list[str], forbidden: set[str]) -> None:
    code = """
import sys
from runner.cli import main
main(sys.argv[1:])
print("|".join(sys.modules), file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=True, env=environment()
    )
    assert forbidden & set(done.stderr.splitlines()[-1].split("|")) == set()


# --- what a careless parent leaves us ---


def by_shell(line: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which "$@" is our command."""
    return run(["bash", "-c", line, "bash", *COMMAND], CHECKOUT, variables)


PRINTING = ("list", "show chroot", "doctor", "--help", "--version", "list --json", "report", "practice --list")


@pytest.mark.parametrize("verb", PRINTING)
def test_closed_and_full_outputs_are_no_traceback(verb: str) -> None:
    closed = by_shell(f'"$@" {verb} >&-')
    assert (closed.returncode in (0, 4), closed.stderr) == (True, ""), verb
    assert by_shell(f'"$@" {verb} >&- 2>&-').returncode in (0, 4)
    full = by_shell(f'"$@" {verb} >/dev/full')
    assert (full.returncode, full.stderr) == (
        1,
        "semdocker: The output could not be written: No space left on device\n",
    )


@pytest.mark.parametrize("verb", ["learn", "demo", "shell", "practice own-name"])
def test_a_closed_keyboard_is_no_traceback(verb: str) -> None:
    done = by_shell(f'"$@" {verb} <&-')
    assert done.returncode == 2
    assert "This should not have happened" not in done.stderr and "Traceback" not in done.stderr


def test_a_parent_that_ignores_its_children_does_no_harm() -> None:
    done = by_shell("trap '' CHLD; \"$@\" doctor")
    assert done.returncode in (0, 4)
    assert "should not have happened" not in done.stderr


@pytest.mark.root
def test_a_lock_never_becomes_a_standard_stream() -> None:
    done = by_shell('"$@" run hostname --plain <&-')
    assert done.returncode == 0, done.stderr
    assert "as it was" in done.stdout


@pytest.mark.root
@pytest.mark.parametrize("columns", ["1", "2", "3"])
def test_a_very_narrow_window_does_no_harm(columns: str) -> None:
    done = semdocker("run", "hostname", "--plain", COLUMNS=columns, LINES="1")
    assert done.returncode == 0, done.stderr
