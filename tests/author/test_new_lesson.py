"""`new`: a lesson that is clean and runs as it is, and never at the cost of another."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from runner.author import lint, new_lesson
from runner.course import load
from runner.engine import machine_values
from runner.engine.lab_run import silent
from runner.engine.lesson_run import LessonRun
from runner.host import package_files
from runner.messages import language
from runner.records.course import Course
from runner.records.errors import RunnerError, UsageError
from runner.records.results import CheckResult, Outcome
from tests.support.cases import copy_of_good, replace
from tests.support.command import semdocker


@pytest.fixture
def course(tmp_path: Path) -> Course:
    new_lesson.create("my-lesson", tmp_path / "lessons")
    return load.course(tmp_path / "lessons")


@pytest.mark.parametrize("spoken", ["en", "pt"])
def test_it_lints_clean_in_both_languages(spoken: str, tmp_path: Path) -> None:
    done = semdocker("new", "minha-licao", "--lang", spoken, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "semdocker lint lessons" in done.stdout
    report = lint.lint((tmp_path / "lessons",))
    assert (report.lessons, report.faults) == (1, ())
    lesson = (tmp_path / "lessons" / "01-minha-licao" / "lesson.yaml").read_text()
    assert ("# What is typed." if spoken == "en" else "# O que se digita.") in lesson
    assert "#:" not in lesson
    assert "@" not in lesson


def test_it_shows_what_a_lesson_can_do(course: Course) -> None:
    lesson = course.lesson("my-lesson")
    assert any(step.fails for step in lesson.steps)
    assert any(step.predict for step in lesson.steps)
    assert any(step.enters for step in lesson.steps)
    assert {step.undo.replay for step in lesson.steps} == {True, False}
    assert any(step.undo.commands for step in lesson.steps)
    assert len(lesson.quiz) >= 2


def prove(course: Course, id: str, seat: int) -> None:
    """Each check red before its step, green after, red again when undone; the machine clean."""
    run = LessonRun(course, course.lesson(id), machine_values.for_seat(course, {}), "default", seat)
    try:
        run.start()
        for step in run.lesson.steps:
            assert outcomes(run.look(step, None, wait=False)) <= {Outcome.FAILED}
            assert run.perform(step, silent).outcome is Outcome.PASSED, step.id
            run.step_back()
            assert outcomes(run.look(step, None, wait=False)) <= {Outcome.FAILED}
            assert run.perform(step, silent).outcome is Outcome.PASSED, step.id
    finally:
        rollback = run.finish()
    assert rollback.clean


@pytest.mark.root
def test_it_is_proven_twice_in_a_row(course: Course, seat: int) -> None:
    prove(course, "my-lesson", seat)
    prove(course, "my-lesson", seat)


def outcomes(results: list[CheckResult]) -> set[Outcome]:
    return {result.outcome for result in results}


@pytest.mark.root
def test_a_newcomer_is_led_by_the_messages(tmp_path: Path, seat: int) -> None:
    """From `new` to a lesson with a step of one's own: at each turn, lint says what is missing and where."""

    def said(sentence: str) -> None:
        done = semdocker("lint", "lessons", cwd=tmp_path)
        assert sentence in " ".join(done.stdout.split()), done.stdout

    def change(name: str, old: str, new: str) -> None:
        replace(tmp_path / "lessons" / "01-mine" / name, old, new)

    assert semdocker("new", "mine", cwd=tmp_path).returncode == 0
    said("1 lesson: nothing to complain about.")
    change(
        "lesson.yaml",
        "  - id: refused\n",
        "  - id: copy\n    run: cp {{ root }}/note {{ rot }}/copy\n\n  - id: refused\n",
    )
    said("“undo” is missing here.")
    said("lesson.yaml:31:10: The variable “rot” is not declared; did you mean “root”?")
    change("lesson.yaml", "{{ rot }}/copy\n", "{{ root }}/copy\n    undo: rm -rf {{ root }}\n")
    said("Name what goes, below a variable")
    said("The step “copy” has no check")
    said("“copy” has no words under “steps”.")
    check = '    checks:\n      - file: {path: "{{ root }}/copy", holds: one line}\n'
    change("lesson.yaml", "    undo: rm -rf {{ root }}\n", f"{check}    undo: rm {{{{ root }}}}/copy\n")
    words = "  copy:\n    title: T\n    explain: E.\n    hints: ['cp {{ root }}/note {{ root }}/copy']\n  refused:\n"
    for name in ("pt.yaml", "en.yaml"):
        change(name, "  refused:\n", words)
    said("This hint is the command itself")
    for name in ("pt.yaml", "en.yaml"):
        change(name, "['cp {{ root }}/note {{ root }}/copy']", "[H.]")
    said("1 lesson: nothing to complain about.")
    prove(load.course(tmp_path / "lessons"), "mine", seat)


def test_the_next_number_is_chosen(tmp_path: Path) -> None:
    for id in ("one", "two"):
        new_lesson.create(id, tmp_path)
    (tmp_path / "02-two").rename(tmp_path / "07-two")
    lesson, files = new_lesson.create("three", tmp_path)
    assert lesson == tmp_path / "08-three"
    assert [path.name for path in files] == ["lesson.yaml", "pt.yaml", "en.yaml"]
    (tmp_path / "07-two").rename(tmp_path / "99-two")
    with pytest.raises(UsageError, match="new-full"):
        new_lesson.create("four", tmp_path)
    assert lint.lint((tmp_path,)).faults == ()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    new_lesson.create("one", tmp_path)
    path = tmp_path / "01-one" / "pt.yaml"
    path.write_text("mine")
    with pytest.raises(UsageError, match="new-exists"):
        new_lesson.create("one", tmp_path)
    (tmp_path / "course.yaml").write_text("mine, too")
    (tmp_path / "_schema" / "lesson.json").write_text("{}")
    new_lesson.create("two", tmp_path)
    assert path.read_text() == "mine"
    assert (tmp_path / "course.yaml").read_text() == "mine, too"
    assert (tmp_path / "_schema" / "lesson.json").read_text() == "{}"


@pytest.mark.parametrize(
    ("id", "near"),
    [
        ("Minha Lição!", "minha-licao"),
        ("01-rootfs", "rootfs"),
        ("a_b", "a-b"),
        ("../etc", "etc"),
        ("X" * 60, "x" * 40),
        ("a/b", "a-b"),
    ],
)
def test_a_bad_id_is_refused_with_a_better_one(id: str, near: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        new_lesson.create(id, tmp_path / "lessons")
    assert (error.value.key, error.value.values["near"]) == ("new-id-near", near)
    assert not (tmp_path / "lessons").exists()
    new_lesson.create(near, tmp_path / "lessons")


def test_an_id_of_nothing_that_could_be_kept(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="new-id"):
        new_lesson.create("42!", tmp_path)


def test_where_it_goes(tmp_path: Path) -> None:
    assert semdocker("new", "one", cwd=tmp_path).returncode == 0
    assert semdocker("new", "two", cwd=tmp_path / "lessons").returncode == 0  # this folder is a course itself
    done = semdocker("new", "three", "--into", "other", "--json", cwd=tmp_path)
    document = json.loads(done.stdout)
    assert document["schema"] == "semdocker/new/1"
    assert document["lesson"] == "other/01-three"
    assert sorted(path.name for path in (tmp_path / "lessons").glob("[0-9]*")) == ["01-one", "02-two"]
    assert "other/course.yaml" in document["files"]


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunnerError, match="not-written"):
        new_lesson.create("one", tmp_path / "file" / "lessons")
    done = semdocker("new", "one", "--into", str(tmp_path / "file" / "lessons"))
    assert (done.returncode, done.stdout) == (1, "")
    assert "cannot be written" in done.stderr


def test_a_course_with_other_variables_is_told_what_is_missing(tmp_path: Path) -> None:
    folder = copy_of_good(tmp_path)
    course = folder / "course.yaml"
    course.write_text(course.read_text().replace("hostname:", "host_name:").replace("{{ hostname", "{{ host_name"))
    new_lesson.create("fourth", folder)
    report = lint.lint((folder / "04-fourth",))
    assert {fault.key for fault in report.faults if "04-fourth" in fault.file} == {"unknown-variable-near"}


def test_the_models_are_no_lessons() -> None:
    assert "_new" not in {lesson.directory.name for lesson in load.course(package_files.lessons()).lessons}
    for path in (package_files.lessons() / "_new").iterdir():
        assert stat.S_ISREG(path.stat().st_mode)


def test_comments_fit_the_page(tmp_path: Path) -> None:
    for spoken in language.REQUIRED:
        language.install(spoken)
        lesson, _ = new_lesson.create("one", tmp_path / spoken)
        lines = [line for path in lesson.iterdir() for line in path.read_text().splitlines()]
        assert max(len(line) for line in lines if line.lstrip().startswith("#")) <= 80
    language.install("en")


CUT_SHORT = """
import resource, signal, sys
from pathlib import Path
from runner.author import new_lesson
from runner.messages import language

language.install("en")
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))
new_lesson.create("cut-short", Path(sys.argv[1]))
"""


def test_killed_while_it_writes_it_leaves_no_half_of_a_file(tmp_path: Path) -> None:
    """The kernel ends a program that writes more to a file than it may, in the middle of the write."""
    done = subprocess.run([sys.executable, "-c", CUT_SHORT, str(tmp_path)], check=False)
    assert done.returncode == -signal.SIGXFSZ
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
