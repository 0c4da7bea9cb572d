"""`semdocker practice --exam` on the command line: what is refused before the clock starts, and what never changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from runner.course.render import Values
from runner.learner import exam_file, exam_json, exam_values
from runner.records.course import Course
from runner.records.errors import ExitStatus
from runner.records.exam import Over
from tests.support.command import semdocker
from tests.support.exams import BEGUN, exam

TASKS = ("own-name", "leaky-name")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--exam", "50"), "Name the exercises"),
        (("--exam", "0", "own-name"), "0"),
        (("--exam", "1441", "own-name"), "1441"),
        (("--exam", "50", "own-nam"), "did you mean “own-name”"),
        (("--exam", "50", *TASKS, "--list"), "neither --broken nor --list nor --json"),
        (("--exam", "50", *TASKS, "--json"), "neither --broken nor --list nor --json"),
        (("--exam", "50", *TASKS, "--broken", "random"), "neither --broken nor --list nor --json"),
        (("--exam", "50", *TASKS, "--to", "ana.xml"), "with --to, the name must end in .json"),
        (("--exam", "50", *TASKS, "--to", ".json"), "with --to, the name must end in .json"),
        (("--exam", "50", *TASKS, "--junit", "ana.json"), "with --junit, the name must end in .xml"),
        (("--exam", "50", *TASKS, "--to", "/no/such/folder/a.json"), "/no/such/folder"),
        (("--exam", "50", *TASKS, "--to", "x" * 300 + ".json"), "too long"),
        (("--exam", "50", *TASKS, "--seed", "a\x1b[2J"), "all of them visible"),
        (("--exam", "50", *TASKS, "--seed", "x" * 101), "at most 100"),
        (("--exam", "50", *TASKS, "--set", "memory=much"), "much"),
        (("--exam", "50", *TASKS), "terminal"),
        (("--to", "ana.json", "own-name"), "--to belongs to an exam"),
        (("--junit", "ana.xml", "own-name"), "--junit belongs to an exam"),
        (("--seed", "7", "own-name"), "--seed belongs to an exam"),
        (TASKS, "one exercise only"),
    ],
)
def test_wrong_words_are_refused(tmp_path: Path, words: tuple[str, ...], sentence: str) -> None:
    done = semdocker("practice", *words, "--lang", "en", cwd=tmp_path)
    assert done.returncode == ExitStatus.USAGE
    assert sentence in " ".join(done.stderr.split())
    assert "\x1b" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_too_many(tmp_path: Path) -> None:
    many = ("own-name", "leaky-name", "own-limits", "own-pids", "build-root", "enter-root", "free-runner")
    done = semdocker("practice", "--exam", "50", *many, "busy-disk", "way-out", "own-crown", "--lang", "en")
    assert (done.returncode, "at most 9" in done.stderr) == (ExitStatus.USAGE, True)


def begun(path: Path, course: Course, **more: object) -> None:
    """Write what somebody has begun with TASKS, 50 minutes and the seed "7" on the seat ana."""
    own = Values(course.variables, exam_values.own(course.variables, "7", "ana"))
    values = {**own, "token": exam_values.token("7", "ana")}
    exam_file.save(path, replace(exam(*TASKS, seed="7", values=values), begun=BEGUN, **more))  # type: ignore[arg-type]


def again(path: Path, *words: str) -> str:
    command = ("practice", "--exam", "50", *TASKS, "--seed", "7", "--seat", "ana", "--lang", "en")
    done = semdocker(*command, "--to", str(path), *words, cwd=path.parent)
    assert done.returncode == ExitStatus.USAGE
    return " ".join(done.stderr.split())


def test_what_is_there_already(tmp_path: Path, course: Course) -> None:
    """The same exam is gone on with (at a terminal), another is refused, and one that is over says its digest."""
    path = tmp_path / "ana.json"
    begun(path, course)
    assert "terminal" in again(path)
    for other in (("--seed", "8"), ("--seat", "bia"), ("--exam", "51"), ("free-runner",), ("--set", "memory=300M")):
        assert "is of another exam" in again(path, *other)
    begun(path, course, over=Over.TIME, ended=BEGUN)
    assert exam_json.document(exam_json.parse(path.read_bytes()))["sha256"] in again(path)
    path.write_text("{}")
    assert f"{path} is there already" in again(path, "--to", "ana.json"), "with its directory"
    assert path.read_text() == "{}"


def test_junit_is_not_written_over_either(tmp_path: Path) -> None:
    (tmp_path / "ana.xml").write_text("mine")
    assert "is there already" in again(tmp_path / "ana.json", "--junit", "ana.xml")


@pytest.mark.parametrize(
    ("language", "words"), [("en", "cannot prove that nobody helped"), ("pt", "provar que ninguém ajudou")]
)
def test_the_help_says_what_it_proves(language: str, words: str) -> None:
    assert words in " ".join(semdocker("practice", "--help", "--lang", language).stdout.split())
