"""Lessons from elsewhere: beside the built-in ones, in an instructor's order, shown and trusted before they run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runner.course import load, selection
from runner.engine import machine_values
from runner.engine.lab_run import silent
from runner.engine.lesson_run import LessonRun
from runner.host import package_files
from runner.lab import seats
from runner.messages import catalog
from runner.records.errors import InvalidLesson
from runner.records.options import Options
from tests.conftest import the_course
from tests.support.authors import write_lesson
from tests.support.command import CHECKOUT, semdocker
from tests.support.lesson import SEAT
from tests.support.person import CTRL_C, Person
from tests.support.shelf import CHECK, MINE, SYLLABUS, course_with


def faults_with(*folders: Path) -> list[str]:
    with pytest.raises(InvalidLesson) as caught:
        course_with(*folders)
    return [f"{Path(one.file).name}:{one.line}:{one.column} {one.key}" for one in caught.value.faults]


# --- the course ---


def test_beside_the_built_in_lessons(shelf: Path) -> None:
    built_in = load.course(package_files.lessons()).lessons
    found = course_with(shelf)
    assert [lesson.id for lesson in found.lessons] == [*(lesson.id for lesson in built_in), "mine"]
    assert found.lesson("mine").number == len(built_in) + 1
    (origin,) = found.origins
    assert (origin.folder, origin.lessons) == (shelf, ("mine",))


def test_a_course_file_orders_lessons_and_sets_variables(shelf: Path) -> None:
    (shelf / "course.yaml").write_text(SYLLABUS)
    found = course_with(shelf)
    assert [(lesson.number, lesson.id) for lesson in found.lessons] == [(1, "hostname"), (2, "mine"), (3, "rootfs")]
    assert found.title["en"] == found.title["pt"] == "Two hours"
    assert found.variables["memory"].default == "128M"
    assert found.variables["depth"].type == "count"
    assert found.variables["root"] == load.course(package_files.lessons()).variables["root"]
    assert found.lesson("cgroups").id == "cgroups", "what is not listed may still be needed"
    assert selection.ids(("2", "07-mine", "rootfs"), found) == ("mine", "rootfs")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("[hostname, mine", "[hostnam, mine", "3:11 unknown-lesson-near"),
        ("mine, rootfs", "mine, mine", "3:27 twice"),
        ("[hostname, mine, rootfs]", "[]", "3:10 too-few"),
        ("memory: 128M", "memory: 128MB", "5:11 value-size"),
        ("memory:", "memry:", "5:3 unknown-variable-near"),
        ("memory:", "loader:", "5:3 variable-reserved"),
        ("memory: 128M", "memory: {type: count, default: '1'}", "5:18 variable-other-type"),
        ('default: "3"', 'default: "x"', "6:33 value-count"),
        ("format: 1", "format: 2", "1:9 format-version"),
        ("title: {en: Two hours}", "title: {}", "2:8 title-missing"),
        ("lessons:", "lesons:", "3:1 unknown-key-near"),
    ],
)
def test_a_wrong_course_file(shelf: Path, old: str, new: str, fault: str) -> None:
    assert old in SYLLABUS
    (shelf / "course.yaml").write_text(SYLLABUS.replace(old, new, 1))
    assert faults_with(shelf) == [f"course.yaml:{fault}"]


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.tuples(st.integers(0, len(SYLLABUS)), st.integers(0, 20)), piece=st.text(max_size=6))
def test_a_broken_course_file_gives_faults(shelf: Path, cut: tuple[int, int], piece: str) -> None:
    start, length = cut
    text = SYLLABUS[:start] + piece + SYLLABUS[start + length :]
    (shelf / "course.yaml").write_bytes(text.encode(errors="surrogatepass"))
    try:
        course_with(shelf)
    except InvalidLesson as error:
        assert error.faults
        for fault in error.faults:
            assert fault.line >= 1 <= fault.column
            catalog.text(fault.key, **fault.values)


def test_names_do_not_clash_and_only_one_file_orders(shelf: Path, tmp_path: Path) -> None:
    write_lesson(tmp_path / "other", MINE, id="chroot")
    assert faults_with(shelf, tmp_path / "other") == ["lesson.yaml:2:5 lesson-twice"]
    shutil.rmtree(tmp_path / "other")
    write_lesson(tmp_path / "other", MINE, id="theirs")
    for folder in (shelf, tmp_path / "other"):
        (folder / "course.yaml").write_text("format: 1\ntitle: {pt: Curso}\n")
    assert faults_with(shelf, tmp_path / "other") == ["course.yaml:1:1 course-twice"]


def test_one_language_is_enough_and_others_stand_in(shelf: Path) -> None:
    (shelf / "07-mine" / "en.yaml").unlink()
    words = course_with(shelf).lesson("mine").words
    assert "en" not in words
    assert words["en"] == words["es"] == words["pt"]
    (shelf / "07-mine" / "pt.yaml").unlink()
    assert faults_with(shelf) == ["en.yaml:1:1 file-missing"]


def test_a_link_does_not_lead_out(shelf: Path, tmp_path: Path) -> None:
    (shelf / "07-mine" / "lesson.yaml").rename(tmp_path / "lesson.yaml")
    (shelf / "07-mine" / "lesson.yaml").symlink_to(tmp_path / "lesson.yaml")
    assert faults_with(shelf) == ["lesson.yaml:1:1 outside"]


# --- as a person or a script meets them ---


@pytest.mark.root
def test_prove_takes_a_path(shelf: Path, nobody_agreed: None) -> None:
    digest = course_with(shelf).origins[0].digest
    done = semdocker("prove", str(shelf / "07-mine"), "--trust", digest, "--json")
    assert done.returncode == 0, done.stderr[-2000:]
    document = json.loads(done.stdout)
    assert [(one["lesson"], one["round"]) for one in document["rounds"]] == [("mine", 1), ("mine", 2)]
    weak = {**MINE, "checks": [CHECK, {"file": {"path": "/etc", "type": "directory"}}]}
    shutil.rmtree(shelf / "07-mine")
    write_lesson(shelf, weak, id="mine", number=7, needs=["rootfs"])
    digest = course_with(shelf).origins[0].digest
    done = semdocker("prove", str(shelf), "--trust", digest, "--lang", "en")
    assert done.returncode == 1
    assert "FAILED: make: check 2 (file) cannot fail: it is green before this step is done (what a step" in done.stdout
    assert ", file type:" in done.stdout
    assert "expected directory, observed directory · /etc" in done.stdout
    assert done.stdout.splitlines()[-1] == "0 of 1 lesson is proven; the doubts are above."


def test_paths_are_looked_into(shelf: Path) -> None:
    built_in = os.path.relpath(package_files.lessons() / "04-hostname")
    found = selection.with_paths(Options(lessons=("chroot", f"./{built_in}", str(shelf), f"{shelf}/07-mine")))
    assert found.lessons == ("chroot", "hostname", "mine", "mine")
    assert found.folders == (shelf.resolve(),)


def test_list_show_and_doctor_know_them(shelf: Path) -> None:
    (shelf / "course.yaml").write_text(SYLLABUS)
    listed = json.loads(semdocker("list", "--json", "--lessons", str(shelf)).stdout)
    assert [lesson["id"] for lesson in listed["lessons"]] == ["hostname", "mine", "rootfs"]
    assert json.loads(semdocker("--lessons", str(shelf), "list", "--json").stdout) == listed
    shown = semdocker("show", "mine", "--lessons", str(shelf), "--lang", "en")
    assert shown.returncode == 0
    assert "mkdir -p /containers/teste/mine" in shown.stdout
    assert semdocker("show", f"{shelf}/07-mine", "--lang", "en").stdout.splitlines()[2:] == [
        *shown.stdout.replace("2 · T", "7 · T").splitlines()[2:]
    ]
    doctor = json.loads(semdocker("doctor", "--json", "--lessons", str(shelf)).stdout)
    assert "mine" in next(one for one in doctor["capabilities"] if one["capability"] == "root")["lessons"]
    assert "tool.busybox" not in {one["capability"] for one in doctor["capabilities"]}, "verification is not listed"


# --- live preview ---


class Preview(Person):
    """`show --watch` on a terminal of 80 columns and 24 lines."""

    def __init__(self, lesson: Path) -> None:
        # A short path is shown on one line, wherever the folder lies.
        super().__init__("show", f"./{lesson.name}", "--watch", "--lang", "en", cwd=lesson.parent)

    def shows(self, *texts: str) -> str:
        """Wait until all of these texts are on the screen; return the screen."""
        self.until(lambda: all(text in "\n".join(self.display) for text in texts), str(texts))
        return "\n".join(self.display)


def test_a_live_preview(shelf: Path) -> None:
    folder = shelf / "07-mine"
    steps = [{**MINE, "id": f"make-{number}"} for number in range(9)]
    shutil.rmtree(folder)
    write_lesson(shelf, *steps, id="mine", number=7)
    words = (folder / "en.yaml").read_text()
    preview = Preview(folder)
    title = f"━━ {len(the_course().lessons) + 1} · T"  # the built-in lessons come before
    assert "Step 1 of 9" in preview.shows(title, "Shown again when a file changes")
    (folder / "en.yaml").write_text(words.replace("  make-7:\n    title: t", "  make-7:\n    title: The seventh"))
    assert title not in preview.shows("Step 8 of 9 · The seventh", "Shown again")
    (folder / "en.yaml").write_text(words.replace("goal: G", "gaol: G"))
    preview.shows("en.yaml:2:1:", "“gaol” is not known here; did you mean “goal”?", "below is how it was before", title)
    (folder / "en.yaml").write_text(words.replace("  make-2:\n    title: t", "  make-2:\n    title: The second"))
    assert "gaol" not in preview.shows("Step 3 of 9 · The second")
    preview.send(CTRL_C)
    preview.end(130)


def test_a_preview_into_a_pipe_is_plain(shelf: Path) -> None:
    command = [sys.executable, "-u", "-m", "runner", "show", f"{shelf}/07-mine", "--watch", "--lang", "en"]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        lines = []
        while "Undo" not in (line := process.stdout.readline()):
            lines.append(line)
        process.terminate()
        rest = process.stdout.read()
    assert process.returncode == 143
    assert "\x1b" not in "".join(lines) + rest


def test_a_course_file_alone_is_enough(tmp_path: Path) -> None:
    """It chooses among the built-in lessons, and sets variables; a folder with nothing in it is still refused."""
    (tmp_path / "course.yaml").write_text(SYLLABUS.replace("mine, ", ""))
    found = course_with(tmp_path)
    assert [lesson.id for lesson in found.lessons] == ["hostname", "rootfs"]
    assert found.variables["memory"].default == "128M"
    listed = semdocker("list", "--lessons", str(tmp_path), "--json")
    assert [one["id"] for one in json.loads(listed.stdout)["lessons"]] == ["hostname", "rootfs"]
    (tmp_path / "course.yaml").unlink()
    assert faults_with(tmp_path) == [f"{tmp_path.name}:1:1 no-lessons"]


def test_lint_judges_a_folder_as_it_would_run(shelf: Path) -> None:
    """Beside the built-in lessons: what those offer may be needed and chosen, and only the folder's faults are told."""
    for heading in ("", SYLLABUS):
        if heading:
            (shelf / "course.yaml").write_text(heading)
        done = semdocker("lint", str(shelf), "--json")
        document = json.loads(done.stdout)
        assert (done.returncode, document["lessons"]) == (0, 1), done.stdout
        assert {fault["key"] for fault in document["faults"]} <= {"step-unchecked", "translation-unrecorded"}
    (shelf / "course.yaml").write_text(SYLLABUS.replace("rootfs", "nowhere"))
    document = json.loads(semdocker("lint", str(shelf), "--json").stdout)
    assert [fault["key"] for fault in document["faults"] if fault["severity"] == "error"] == ["unknown-lesson"]


@pytest.mark.root
def test_check_knows_a_live_lesson_from_elsewhere(shelf: Path) -> None:
    """The lab itself tells the other terminal in which folders its lesson is."""
    course = course_with(shelf)
    with seats.hold(SEAT) as lock:
        run = LessonRun(course, course.lesson("mine"), machine_values.for_seat(course, {}), SEAT, lock)
        try:
            run.start()
            before = semdocker("check", "--json", "--seat", SEAT)
            (fact,) = json.loads(before.stdout)["facts"]
            assert (before.returncode, fact["outcome"]) == (1, "failed"), before.stderr
            run.current_terminal.run("mkdir /containers/teste/mine", timeout=5, limit=100, emit=silent)
            assert semdocker("check", "--seat", SEAT).returncode == 0
        finally:
            assert run.finish().clean
