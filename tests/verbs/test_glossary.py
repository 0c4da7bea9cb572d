"""The glossary: each term once, in both languages, with a lesson that exists; and words that lint does not want."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from runner.author import lint
from runner.messages import language
from runner.messages.glossary import AVOIDED, TERMS
from runner.records.course import Course
from runner.records.errors import ExitStatus
from runner.screen.color import Color
from runner.verbs import glossary
from tests.support.authors import MAKE, write_lesson
from tests.support.command import semdocker


@pytest.mark.parametrize("lang", ["en", "pt"])
def test_every_term_is_shown_in_both_languages(lang: str, course: Course) -> None:
    found = json.loads(semdocker("glossary", "--json", "--lang", lang).stdout)
    assert len({one["term"] for one in found["terms"]}) == len(TERMS)
    assert {one["lesson"] for one in found["terms"]} <= {lesson.id for lesson in course.lessons}
    translated = [one["meaning"] for one in found["terms"] if one["meaning"] in {term.meaning for term in TERMS}]
    assert len(translated) == (len(TERMS) if lang == "en" else 0)


def test_one_term_or_those_with_a_word() -> None:
    assert "namespace of the hostname" in semdocker("glossary", "uts", "--lang", "en").stdout
    assert semdocker("glossary", "namespace", "--lang", "en", "--plain").stdout.count("\n") == 4


@pytest.mark.parametrize(
    ("plural", "single", "lang"),
    [
        ("namespaces", "namespace", "en"),
        ("capabilities", "capability", "en"),
        ("libraries", "library", "en"),
        ("contêineres", "contêiner", "pt"),
        ("capacidades", "capacidade", "pt"),
        ("imagens", "imagem", "pt"),
        ("motores", "motor", "pt"),
    ],
)
def test_a_term_is_found_by_its_plural(plural: str, single: str, lang: str) -> None:
    found = json.loads(semdocker("glossary", plural, "--json", "--lang", lang).stdout)
    assert single in {one["term"] for one in found["terms"]}


@pytest.mark.parametrize("lang", ["en", "pt"])
def test_at_80_columns_the_meanings_have_most_of_the_room(lang: str) -> None:
    """A term of several words goes on below itself, and not at the cost of every meaning."""
    stream = io.StringIO()
    language.install(lang)
    try:
        glossary._page(Color(stream, width=80, height=24), [*TERMS])
    finally:
        language.install("en")
    lines = stream.getvalue().rstrip("\n").splitlines()
    assert max(map(len, lines)) <= 80
    begins = {len(line) - len(line.lstrip()) for line in lines if line.startswith(" " * 12)}
    assert max(begins) <= 4 + glossary.TERM + 2
    assert max(len(line.rstrip()) for line in lines) > 70


def test_an_unknown_term_is_answered_with_the_nearest() -> None:
    done = semdocker("glossary", "namspace", "--lang", "en")
    assert done.returncode == ExitStatus.USAGE
    assert "did you mean “namespace”?" in done.stderr


def test_lint_names_words_that_the_course_does_not_use(tmp_path: Path) -> None:
    lesson = write_lesson(tmp_path, MAKE)
    words = (lesson / "en.yaml").read_text()
    word, better = next(iter(AVOIDED["en"].items()))
    (lesson / "en.yaml").write_text(words.replace("intro: I", f"intro: a {word.title()} indeed"))
    (fault,) = [fault for fault in lint.lint((lesson,)).faults if fault.key == "word-avoided"]
    assert fault.values == {"word": word, "better": better}
    assert fault.file.endswith("en.yaml")
