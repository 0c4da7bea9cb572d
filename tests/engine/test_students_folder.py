"""Whose lab has the folder that is kept: a student's, but neither one that is broken nor one that shows a solution."""

from __future__ import annotations

import io
import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from runner.course import selection
from runner.engine.lab_run import LabRun
from runner.lab import kept_folder
from runner.learner import students_folder
from runner.messages import language
from runner.records.course import Course
from runner.records.exercise import Exercise
from runner.screen.narration import View
from runner.screen.plain import Plain
from tests.conftest import seated

pytestmark = pytest.mark.root
NOBODY = pwd.getpwnam("nobody")
SEAT = "nobody"  # the student's own


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    base = Path(tempfile.mkdtemp(prefix="semdocker-test-"))  # pytest's own folder is closed to others
    os.chown(base, NOBODY.pw_uid, NOBODY.pw_gid)
    for name, value in (("SUDO_UID", NOBODY.pw_uid), ("SUDO_GID", NOBODY.pw_gid), ("XDG_DATA_HOME", base)):
        monkeypatch.setenv(name, str(value))
    yield base
    shutil.rmtree(base)


@pytest.fixture
def with_folder(course: Course) -> Course:
    """The course, in which the lesson `hostname` has a folder."""
    lessons = tuple(replace(one, folder="mine") if one.id == "hostname" else one for one in course.lessons)
    return replace(course, lessons=lessons)


def write(run: LabRun, name: str) -> None:
    typed = run.lab.terminal.run(f"touch /root/mine/{name}", timeout=10, limit=4096, emit=lambda _: None)
    assert (typed.exit, typed.output) == (0, "")


def kept(data: Path) -> list[str]:
    return sorted(os.listdir(data / "semdocker/mine")) if (data / "semdocker").exists() else []


def exercise(course: Course, *, broken: bool) -> Exercise:
    return next(one for one in selection.all_exercises(course) if one.lesson == "hostname" and one.broken is broken)


def possible(run: LabRun) -> None:
    if run.not_kept and run.not_kept.key == "folder-owners":
        pytest.skip("the file system has no idmapped mounts")


def test_a_lesson(with_folder: Course, data: Path) -> None:
    with seated(with_folder, SEAT) as seat:
        with seat.lesson(with_folder.lesson("hostname"), lambda _: None) as run:
            write(run, "unattended")
        assert kept(data) == []
        with seat.lesson(with_folder.lesson("hostname"), lambda _: None, student=True) as run:
            possible(run)
            write(run, "first")
            run.restart()
            write(run, "second")
        with seat.lesson(with_folder.lesson("chroot"), lambda _: None, student=True) as run:
            assert not run.keeps_folder
            assert not Path(f"/proc/{run.lab.shell.pid}/root/root/mine").exists()
    assert kept(data) == ["first", "second"]


def test_an_exercise(with_folder: Course, data: Path) -> None:
    with seated(with_folder, SEAT) as seat:
        with seat.exercise(exercise(with_folder, broken=True), lambda _: None, student=True) as run:
            write(run, "broken")
        with seat.exercise(exercise(with_folder, broken=False), lambda _: None, student=True) as run:
            possible(run)
            write(run, "own")
            run.restart(to_show=True)
            write(run, "shown")
            run.restart()
            write(run, "again")
    assert kept(data) == ["again", "own"]


def test_a_folder_that_cannot_be_kept_is_told_and_the_lesson_goes_on(with_folder: Course, data: Path) -> None:
    (data / "semdocker").symlink_to("/tmp")
    said = io.StringIO()
    view = View(Plain(said), "en")
    language.install("en")
    with (
        seated(with_folder, SEAT) as seat,
        seat.lesson(with_folder.lesson("hostname"), lambda _: None, student=True) as run,
    ):
        students_folder.announce(view, run.lesson, SEAT)
        students_folder.admit(view, run)
        write(run, "lost")
    told = " ".join(said.getvalue().split())
    place = str(kept_folder.path("mine", SEAT))
    assert place == f"{data}/semdocker/mine"
    assert f"Your directory /root/mine is kept from one lab to the next. On the machine it is {place}." in told
    assert f"Your directory {place} cannot be used: Not a directory. You have an empty one" in told
    assert not Path("/tmp/mine").exists()
    view.face.gap()
    before = said.getvalue()
    students_folder.announce(view, with_folder.lesson("chroot"), SEAT)
    assert said.getvalue() == before
