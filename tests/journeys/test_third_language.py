"""A third language is files only: a catalogue, and words beside the others; what is missing is shown in another."""

from __future__ import annotations

import json
import re
import runpy
import shutil
import subprocess
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from tests.support import command
from tests.support.authors import MAKE, write_lesson
from tests.support.person import Person

ROOT = Path(__file__).parents[2]
TITLE = "Un nombre solo para el contenedor"
SENTENCES: dict[str | tuple[str, ...], str | tuple[str, ...]] = {
    "List the lessons.": "Muestra las lecciones.",
    "Show this message and exit.": "Muestra este mensaje y sale.",
    "Lesson": "Lección",
    "Goal: {goal}": "Objetivo: {goal}",
    "passed": "superada",
    "exit status": "estado de salida",
    "This lesson is not written in “{language}”; it is shown in “{shown}”.": (
        "Esta lección no está escrita en “{language}”; se muestra en “{shown}”."
    ),
    ("{count} step", "{count} steps"): ("{count} paso", "{count} pasos"),
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as a translator has it, with the first files of a Spanish translation added, and nothing else."""
    tree = tmp_path_factory.mktemp("tree")
    (tree / "runner").symlink_to(ROOT / "runner")
    shutil.copytree(ROOT / "lessons", tree / "lessons")
    shutil.copytree(ROOT / "locales", tree / "locales")
    catalogue = Catalog(locale="es", domain="semdocker", charset="utf-8")
    for message, translated in SENTENCES.items():
        catalogue.add(message, translated)
    update = runpy.run_path(str(ROOT / "locales" / "update.py"))
    folder = tree / "locales" / "es" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "semdocker.mo").write_bytes(update["compiled"](catalogue))
    words = (tree / "lessons" / "04-hostname" / "en.yaml").read_text()
    spanish = re.sub(r"^title: .*$", f"title: {TITLE}", words, count=1, flags=re.MULTILINE)
    (tree / "lessons" / "04-hostname" / "es.yaml").write_text(spanish)
    return tree


def semdocker(tree: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return command.semdocker(*arguments, cwd=tree, PYTHONPATH=str(tree), **variables)


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        (["list", "--lang", "es"], {}),
        (["--lang=es", "list"], {}),
        (["list"], {"LANG": "es_MX.UTF-8"}),
        (["list"], {"SEMDOCKER_LANG": "es"}),
        (["list"], {"LANG": "fr_FR.UTF-8", "LANGUAGE": "fr:es"}),
    ],
)
def test_the_catalogue_of_lessons(tree: Path, arguments: list[str], extra: dict[str, str]) -> None:
    shown = semdocker(tree, *arguments, **extra).stdout
    assert "Lección" in shown
    assert TITLE in shown
    assert "Be PID 1" in shown, "a lesson that is not translated yet is listed in English"


def test_the_command_line(tree: Path) -> None:
    shown = semdocker(tree, "list", "--help", "--lang", "es").stdout
    assert "Muestra las lecciones." in shown
    assert "Muestra este mensaje y sale." in shown
    assert "Plain text: no colours" in shown, "what is not translated yet is English"


def test_a_language_that_does_not_exist_is_refused(tree: Path) -> None:
    done = semdocker(tree, "list", "--lang", "fr")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "semdocker: Nothing is written in the language “fr”. There are: pt, en, es.\n"
    assert "did you mean “es”?" in semdocker(tree, "list", "--lang", "es_ES").stderr
    for name in ("../..", "e*", "ES", "*"):
        assert semdocker(tree, "list", f"--lang={name}").returncode == 2


def test_a_lesson_and_one_that_is_missing(tree: Path) -> None:
    ours = semdocker(tree, "show", "hostname", "--lang", "es")
    assert f"4 · {TITLE}" in ours.stdout
    assert "Objetivo: " in ours.stdout
    assert "no está escrita" not in ours.stdout
    assert ours.stderr == ""
    other = semdocker(tree, "show", "unshare", "--lang", "es")
    assert other.stdout.startswith("Esta lección no está escrita en “es”; se muestra en “en”.\n")
    assert "3 · Be PID 1" in other.stdout
    assert json.loads(semdocker(tree, "show", "hostname", "--lang", "es", "--json").stdout)["title"] == TITLE


def test_words_that_are_not_complete_are_left_out_and_said(tree: Path) -> None:
    file = tree / "lessons" / "04-hostname" / "es.yaml"
    whole = file.read_text()
    try:
        file.write_text(whole.replace("\n  rename:\n", "\n  renamed:\n", 1))
        done = semdocker(tree, "show", "hostname", "--lang", "es")
        assert done.returncode == 0
        assert done.stdout.startswith("Esta lección no está escrita en “es”; se muestra en “en”.\n")
        assert re.search(r"^lessons/04-hostname/es\.yaml:\d+:\d+: “rename” has no words", done.stderr, re.MULTILINE)
        assert semdocker(tree, "show", "hostname", "--lang", "pt").returncode == 0
    finally:
        file.write_text(whole)


FIRST = """\
title: Un nombre
intro: {v1: Hola}
steps:
  host-name:
    title: ¿Cómo se llama esta máquina?
    hints: ["Pregunta"]
"""


def test_a_language_may_grow_word_by_word(tree: Path) -> None:
    """What is written is shown, all else in English, which is said; and lint names each key that is missing."""
    file = tree / "lessons" / "04-hostname" / "es.yaml"
    whole = file.read_text()
    try:
        file.write_text(FIRST)
        assert "Un nombre\n" in semdocker(tree, "list", "--lang", "es").stdout
        done = semdocker(tree, "show", "hostname", "--lang", "es", "--plain")
        assert done.returncode == 0
        assert done.stdout.startswith("Not all of this lesson is written in “es” yet; the rest is shown in “en”.\n")
        english = semdocker(tree, "show", "hostname", "--lang", "en", "--plain").stdout
        assert "¿Cómo se llama esta máquina?" in done.stdout
        spanish = done.stdout.splitlines()[1:]
        assert sum(line not in english for line in spanish) <= 4  # the two titles, the goal's label, and a count
        judged = semdocker(tree, "lint", "lessons/04-hostname", "--lang", "en")
        assert judged.returncode == 0, judged.stdout
        for name in ("goal", "v2", "quiz", "end", "explain", "rename", "notes"):
            line = rf"^lessons/04-hostname/es\.yaml:\d+:\d+: warning: “{name}” is not translated here yet"
            assert re.search(line, judged.stdout, re.MULTILINE), name
        assert "hints" not in judged.stdout
    finally:
        file.write_text(whole)


def test_an_exercise_may_grow_so_too(tree: Path) -> None:
    file = tree / "lessons" / "exercises" / "own-name" / "es.yaml"
    file.write_text("title: Bautizar el contenedor\n")
    try:
        shown = semdocker(tree, "show", "own-name", "--lang", "es", "--plain").stdout
        assert "Bautizar el contenedor" in shown
        english = semdocker(tree, "show", "own-name", "--lang", "en", "--plain").stdout
        assert english.splitlines()[1:] == shown.splitlines()[1:]
        judged = semdocker(tree, "lint", "lessons", "--lang", "en")
        assert judged.returncode == 0, judged.stdout
        assert "own-name/es.yaml:1:1: warning: “facts” is not translated here yet" in judged.stdout
    finally:
        file.unlink()


def test_the_languages_that_must_be_there_must_be_complete(tree: Path) -> None:
    file = tree / "lessons" / "04-hostname" / "pt.yaml"
    whole = file.read_text()
    try:
        file.write_text(whole.replace("\n  rename:\n", "\n  renamed:\n", 1))
        assert semdocker(tree, "show", "hostname", "--lang", "es").returncode == 3
    finally:
        file.write_text(whole)


def test_lessons_from_elsewhere_may_bring_one(tree: Path, tmp_path: Path) -> None:
    lesson = write_lesson(tmp_path, MAKE, id="mine")
    words = (lesson / "en.yaml").read_text()
    (lesson / "fr.yaml").write_text(words.replace("title: T", "title: Un titre", 1))
    folder = f"--lessons={tmp_path}"
    assert "Un titre" in semdocker(tree, "show", "mine", folder, "--lang", "fr").stdout
    assert "Un titre" in semdocker(tree, "show", "mine", folder, LANG="fr_FR.UTF-8").stdout
    assert "Be PID 1" in semdocker(tree, folder, "list", "--lang", "fr").stdout
    assert semdocker(tree, "show", "mine", folder, "--lang", "it").returncode == 2


@pytest.mark.root
def test_a_run(tree: Path) -> None:
    done = semdocker(tree, "run", "hostname", "chroot", "--lang", "es")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert TITLE in done.stdout
    assert "estado de salida" in done.stdout
    assert re.search(r"^hostname +superada +16/16", done.stdout, re.MULTILINE)
    assert done.stdout.count("no está escrita en “es”") == 1, "only chroot"


@pytest.mark.root
def test_a_student_goes_round_the_languages(tree: Path, tmp_path: Path) -> None:
    words = ["learn", "hostname", "--lang", "es"]
    variables = {"PYTHONPATH": str(tree), "XDG_STATE_HOME": str(tmp_path)}
    student = Person(*words, seat="student", cwd=tree, environment=variables)
    student.wait_for("Objetivo")
    student.wait_for("q quit")
    student.send("l")
    student.wait_for("q sai")
    student.send("l")
    student.wait_for("q quit")
    student.send("q")
    student.end()
