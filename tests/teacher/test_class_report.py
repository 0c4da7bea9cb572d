"""The roll-up of a class: what counts, what is kept apart, and what a teacher reads of it in every form."""

from __future__ import annotations

import csv
import io
import json
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runner.lab import seat_names
from runner.learner import collected, exam_json, progress, progress_export, progress_json
from runner.learner.exam_paper import Paper
from runner.learner.progress import NOTHING, Progress
from runner.learner.progress_export import Student
from runner.messages import language, safe_text
from runner.records.course import Course
from runner.records.errors import ExitStatus
from runner.records.exam import Over
from runner.records.progress import HandedIn, LeftOut, Place, State, Who
from runner.teacher.class_report import ClassReport, Count, rolled_up
from runner.teacher.class_report_export import COLUMNS, csv_text
from runner.teacher.class_report_webpage import webpage
from tests.support.collected_class import exercises, hand_in
from tests.support.command import semdocker
from tests.support.exams import exam, look
from tests.support.webpage import assert_alone_and_harmless, assert_in_order

T1, T2, T3 = "2026-03-01T10:00:00Z", "2026-03-02T10:00:00Z", "2026-03-03T10:00:00Z"
HOSTILE = '=cmd|"/c calc"!A1<script>alert(1)</script>\x1b[2J\u202e'


def done(course: Course, lesson: str, *, when: str = T1, seconds: float = 10, upto: int | None = None) -> Progress:
    """Some steps of a lesson done; all of it, with its questions, unless only so many are wanted."""
    now, whole = NOTHING, course.lesson(lesson)
    for step in whole.steps[:upto]:
        now = progress.with_step(now, lesson, step.id, State.DONE, when=when, seconds=seconds, typed=True)
    for question in whole.quiz if upto is None else ():
        now = progress.with_quiz(now, lesson, question.id, question.answer, right=True, when=when)
    return now


def reported(course: Course, now: Progress, name: str, seat: str = "default", note: str | None = None) -> str:
    return progress_export.json_text(course, now, "en", Student(name, seat), note)


def rolled(course: Course, *paths: Path, by_file: bool = False) -> ClassReport:
    return rolled_up(course, exercises(), collected.read(paths, by_file=by_file))


# --- what counts ---


def test_who_is_where(tmp_path: Path, course: Course) -> None:
    whole = done(course, "rootfs")
    stuck = done(course, "hostname", upto=3, when=T2)
    stuck = progress.with_step(stuck, "hostname", "rename", State.OPEN, when=T3, missed=("hostname",))
    stuck = progress.with_place(stuck, Place("hostname", "rename"))
    (tmp_path / "a.json").write_text(reported(course, whole, "bia"))
    (tmp_path / "b.json").write_text(reported(course, stuck, "ana", "ana"))
    ana, bia = rolled(course, tmp_path).students
    assert (ana.who, ana.place, ana.last, ana.steps.done) == (Who("ana"), Place("hostname", "rename"), T3, 3)
    assert (bia.who, bia.complete, bia.last, bia.reached) == (Who("bia"), 1, T1, "rootfs")
    assert bia.questions == Count(len(course.lesson("rootfs").quiz), sum(len(one.quiz) for one in course.lessons))
    assert [lesson.percent for lesson in bia.lessons][:2] == [100.0, 0.0]


def test_what_a_program_reads_and_the_progress_file_itself_say_the_same(tmp_path: Path, course: Course) -> None:
    now = progress.with_practice(done(course, "rootfs"), "own-name", State.OPEN, when=T2, missed=("name",))
    (tmp_path / "ana.json").write_text(reported(course, now, "ana"))
    (tmp_path / "bia.json").write_bytes(progress_json.written(now))
    ana, bia = rolled(course, tmp_path).students
    assert (ana.lessons, ana.facts, ana.last) == (bia.lessons, bia.facts, bia.last)
    assert ana.facts.total


def test_facts_of_exercises(course: Course) -> None:
    facts = [fact.id for fact in exercises()["own-name"].facts]
    tried = progress.with_practice(NOTHING, "own-name", State.OPEN, when=T1, missed=(facts[0],))
    solved = progress.with_practice(tried, "own-name", State.DONE, when=T2)
    older = progress.with_practice(NOTHING, "own-name", State.OPEN, when=T1)  # nothing was written of its facts
    files = [
        HandedIn(name, 0.0, Who(name), now.lessons, now.practice)
        for name, now in (("a", tried), ("b", solved), ("c", older))
    ]
    report = rolled_up(course, exercises(), files)
    assert [one.facts for one in report.students] == [
        Count(len(facts) - 1, len(facts)), Count(len(facts), len(facts)), Count()
    ]  # fmt: skip
    (missed,) = report.facts
    assert (missed.lesson, missed.fact, missed.tried, missed.missed, missed.still) == ("own-name", facts[0], 3, 2, 1)


def test_what_the_class_misses_most_comes_first(course: Course) -> None:
    first, second = course.lesson("rootfs").quiz[:2]
    files = []
    for number in range(4):
        now = progress.with_quiz(NOTHING, "rootfs", first.id, ("x",), right=False, when=T1)
        if number:
            now = progress.with_quiz(now, "rootfs", first.id, first.answer, right=True, when=T1)
        now = progress.with_quiz(now, "rootfs", second.id, ("x",), right=number > 1, when=T1)
        files.append(HandedIn(str(number), 0.0, Who(str(number)), now.lessons, {}))
    found = rolled_up(course, {}, files).questions
    assert [(one.id, one.tried, one.missed, one.still) for one in found] == [(first.id, 4, 4, 1), (second.id, 4, 2, 2)]


def test_time_is_that_of_those_who_did_all_the_steps(course: Course) -> None:
    steps = len(course.lesson("rootfs").steps)
    files = [
        HandedIn(str(one), 0.0, Who(str(one)), done(course, "rootfs", seconds=one).lessons, {}) for one in (10, 20, 60)
    ]
    files.append(HandedIn("x", 0.0, Who("x"), done(course, "rootfs", seconds=9999, upto=2).lessons, {}))
    lesson = rolled_up(course, {}, files).lessons[0]
    assert (lesson.begun, lesson.complete, lesson.done[0], lesson.done[-1]) == (4, 3, 4, 3)
    assert lesson.time
    assert (lesson.time.students, lesson.time.median, lesson.time.low) == (3, 20 * steps, 15 * steps)
    assert rolled_up(course, {}, files[:1]).lessons[0].time == (1, *[10.0 * steps] * 5)
    assert rolled_up(course, {}, []).students == ()


def test_what_another_version_of_the_course_had_is_kept_and_named(tmp_path: Path, course: Course) -> None:
    now = progress.with_step(done(course, "rootfs", upto=2), "of-old", "x", State.DONE, when=T3)
    now = progress.with_step(now, "rootfs", "gone", State.DONE, when=T2)
    now = progress.with_practice(now, "no-such", State.DONE, when=T2)
    (tmp_path / "ana.json").write_bytes(progress_json.written(now))
    (tmp_path / "bia.json").write_text(reported(course, now, "bia"))
    report = rolled(course, tmp_path)
    assert [one.steps.done for one in report.students] == [2, 2]
    assert report.elsewhere == {
        "lessons": {"of-old": 2},
        "steps": {"rootfs/gone": 2},
        "questions": {},
        "exercises": {"no-such": 2},
    }


# --- who it is ---


@pytest.mark.parametrize(
    ("student", "file", "who"),
    [
        (("ana", "default"), "x.json", Who("ana")),
        (("ana", "ana"), "x.json", Who("ana")),
        (("ana", "mesa-3"), "x.json", Who("ana", "mesa-3")),
        (("root", "default"), "bia.json", Who("bia")),
        (("root", "maria"), "bia.json", Who("maria")),
        (("", "default"), "progress-joao.json", Who("joao")),
        (("root", "default"), "host1/home/vagrant/progress.json", Who("host1")),
        (("root", "default"), ".local/state/semdocker/progress.json", Who("class")),
    ],
)
def test_the_document_says_who_or_else_the_file(
    tmp_path: Path, course: Course, student: tuple[str, str], file: str, who: Who
) -> None:
    path = tmp_path / "class" / file
    path.parent.mkdir(parents=True)
    path.write_text(reported(course, NOTHING, *student))
    (found,) = collected.read([tmp_path / "class"])
    assert isinstance(found, HandedIn)
    assert found.who == who


def test_the_seat_that_is_called_like_a_login_says_no_more(tmp_path: Path, course: Course) -> None:
    path = tmp_path / "x.json"
    path.write_text(reported(course, NOTHING, "J. Pérez", seat_names.of_login("J. Pérez")))
    assert [one.who for one in collected.read([path]) if isinstance(one, HandedIn)] == [Who("J. Pérez")]


def test_a_file_that_is_named_alone_is_called_like_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "carla" / ".local" / "state" / "semdocker" / "progress.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(progress_json.written(NOTHING))
    (found,) = collected.read([path])
    assert isinstance(found, HandedIn) and found.who == Who("carla")


def test_of_two_files_of_one_student_the_newer_counts_and_it_is_said(tmp_path: Path, course: Course) -> None:
    for name, now in (("a", done(course, "rootfs", when=T2)), ("b", done(course, "rootfs", upto=1, when=T1))):
        (tmp_path / f"{name}.json").write_text(reported(course, now, "ana"))
    report = rolled(course, tmp_path)
    assert [(one.who.name, Path(one.file).name) for one in report.students] == [("ana", "a.json")]
    assert [(Path(one.file).name, one.who.name, Path(one.by).name) for one in report.superseded] == [
        ("b.json", "ana", "a.json")
    ]
    apart = rolled(course, tmp_path, by_file=True)  # a login that many share
    assert [one.who.name for one in apart.students] == ["a", "b"] and not apart.superseded


def test_an_exam_counts_as_practice(tmp_path: Path, course: Course) -> None:
    """What was reached of each exercise, also of those that nobody touched: not to come to them is no advantage.

    Of an exam that was changed, or is not over, nothing counts.
    """
    whole = Paper(exam("own-name", "leaky-name", "free-runner"), lambda _: None)
    whole.begin()
    for at, true in enumerate(("*", "machine")):
        whole.turn_to(at)
        whole.look(look(whole.exam.answers[at].exercise, true))
    growing = exam_json.written(whole.exam)
    whole.close(Over.TIME)
    (tmp_path / "ana.json").write_bytes(exam_json.written(whole.exam))
    (tmp_path / "better.json").write_bytes(exam_json.written(whole.exam).replace(b"false", b"true"))
    (tmp_path / "growing.json").write_bytes(growing)
    report = rolled(course, tmp_path)
    (ana,) = report.students
    untouched = exercises()["free-runner"].facts
    assert (ana.who, ana.exercises, ana.facts) == (Who("ana"), Count(1, 3), Count(3, 5 + len(untouched)))
    assert [(missed.lesson, missed.fact) for missed in report.facts] == [
        ("leaky-name", "container"),
        ("leaky-name", "drawer"),
        *(("free-runner", fact.id) for fact in untouched),
    ]
    assert {Path(one.file).name: one.reason for one in report.left_out} == {
        "better.json": "rollup.left.changed",
        "growing.json": "rollup.left.not-over",
    }


def test_an_exam_of_many_who_are_root_is_known_by_the_seat(tmp_path: Path) -> None:
    """Or, where nobody named one and all files are called alike, by the folder."""
    for seat, folder in (("ana", "x"), ("default", "bia"), ("default", "caio")):
        one = replace(exam(seat=seat, user="root"), begun=T1, ended=T2, over=Over.TIME)
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"exam-{seat}.json").write_bytes(exam_json.written(one))
    for by_file in (False, True):
        found = [one.who for one in collected.read([tmp_path], by_file=by_file) if isinstance(one, HandedIn)]
        assert found == [Who("bia"), Who("caio"), Who("ana")]


def test_a_time_that_is_none_is_not_the_newest(tmp_path: Path, course: Course) -> None:
    for name, when in (("a", T2), ("b", "zzz")):
        (tmp_path / f"{name}.json").write_text(reported(course, done(course, "rootfs", when=when), "ana"))
    assert [Path(one.file).name for one in rolled(course, tmp_path).students] == ["a.json"]


# --- what is left out ---


def test_every_odd_file_is_named_with_its_reason_and_is_nobody_s_zero(tmp_path: Path, course: Course) -> None:
    sound = reported(course, done(course, "rootfs"), "ana")
    contents: dict[str, bytes] = {
        "empty": b"",
        "large": b" " * (collected.LIMIT + 1),
        "foreign": b'{"schema": "somebody/else/1"}',
        "foreign.txt": b"my notes",
        "foreign.list": b"[1, 2]",
        "damaged": sound.encode()[:-50],
        "damaged.type": sound.replace('"attempts": 1', '"attempts": "1"').encode(),
        "damaged.deep": b"{" + b'"a":[' * 100_000,
        "damaged.huge": sound.replace('"attempts": 1', '"attempts": ' + "9" * 400).encode(),
        "damaged.untold": json.dumps({**json.loads(sound), "not_counted": None}).encode(),
        "newer": sound.replace("progress-report/1", "progress-report/2").encode(),
        "noted": reported(course, NOTHING, "bia", note="progress-corrupt").encode(),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "ana.json").write_text(sound)
    (tmp_path / "link").symlink_to("ana.json")
    (tmp_path / "link.folder").symlink_to(tmp_path)
    (tmp_path / "link.loop").symlink_to("link.loop")
    (tmp_path / "progress.lock").write_text("")
    os.mkfifo(tmp_path / "irregular")
    report = rolled(course, tmp_path, tmp_path / "unreadable")
    found = {Path(one.file).name: one.reason.rpartition(".")[2] for one in report.left_out}
    assert found == {
        name: name.partition(".")[0]
        for name in (*contents, "link", "link.folder", "link.loop", "irregular", "unreadable")
    }
    assert [one.who.name for one in report.students] == ["ana"]


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    assert [*collected.read([tmp_path])] == [LeftOut(str(tmp_path), "rollup.left.nothing")]


# --- the documents ---


def test_the_gradebook_has_a_row_for_each_student_and_no_formulas(tmp_path: Path, course: Course) -> None:
    for number, name in enumerate((HOSTILE, "+1", "-1", "@x", "\t=1", "ana")):
        (tmp_path / f"{number}.json").write_text(reported(course, done(course, "rootfs"), name))
    text = csv_text(rolled(course, tmp_path))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert tuple(rows[0]) == (*COLUMNS, *(lesson.id for lesson in course.lessons))
    assert len(rows) == 6
    assert text == safe_text.inert(text)
    for row in rows:
        assert not any(value.startswith(safe_text.FORMULA) for value in row.values())
        assert (row["lessons_complete"], row["rootfs"], row["chroot"]) == ("1", "100.0", "0.0")
    assert "ana" in {row["student"] for row in rows}


Roll = Callable[..., subprocess.CompletedProcess[str]]


def roll(*words: str | Path, tongue: str = "en") -> subprocess.CompletedProcess[str]:
    return semdocker("class", "report", *map(str, words), "--lang", tongue)


def test_the_document(tmp_path: Path, course: Course) -> None:
    folder = hand_in(tmp_path / "class", course, 8)
    (folder / "odd.json").write_text("{")
    ran = roll(folder, "--json")
    assert ran.returncode == ExitStatus.FAILED
    found: dict[str, Any] = json.loads(ran.stdout)
    assert (found["schema"], found["lang"], len(found["students"])) == ("semdocker/class-report/1", "en", 8)
    assert {"version", "host", "date"} <= found.keys()
    assert [Path(one["file"]).name for one in found["not_counted"]["files"]] == ["odd.json"]
    assert [lesson["id"] for lesson in found["lessons"]] == [lesson.id for lesson in course.lessons]
    for lesson, declared in zip(found["students"][0]["lessons"], course.lessons, strict=True):
        assert len(lesson["steps"]) == len(declared.steps)
    assert "odd.json" in ran.stderr and "damaged" in ran.stderr


@pytest.mark.parametrize(("tongue", "words"), [("en", "What the class misses"), ("pt", "O que a turma erra")])
def test_the_table(tmp_path: Path, course: Course, tongue: str, words: str) -> None:
    folder = hand_in(tmp_path / "class", course, 5, lessons=6)
    ran = roll(folder, tongue=tongue)
    assert (ran.returncode, ran.stderr) == (ExitStatus.OK, "")
    assert words in ran.stdout
    assert re.search(r"^ana +\w", ran.stdout, re.MULTILINE)


def test_a_long_name_does_not_spoil_the_table(tmp_path: Path, course: Course) -> None:
    for name in ("x" * 500, "ana"):
        (tmp_path / f"{name[:5]}.json").write_text(reported(course, done(course, "rootfs"), name))
    assert max(map(len, roll(tmp_path).stdout.splitlines())) < 160


def test_files_are_written_only_where_they_were_asked_for(tmp_path: Path, course: Course) -> None:
    folder = hand_in(tmp_path / "class", course, 3)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    for _ in range(2):  # those that it wrote itself are no students'
        ran = roll(folder, "--csv", folder / "class.csv", "--to", folder / "class.html")
        assert (ran.returncode, ran.stderr) == (ExitStatus.OK, "")
    assert {path.name for path in folder.iterdir()} == {*before, "class.csv", "class.html"}
    assert all((folder / name).read_bytes() == content for name, content in before.items())
    assert len((folder / "class.csv").read_text().splitlines()) == 4


@pytest.mark.parametrize(
    "words", [("--csv", "{}/ana.json"), ("--to", "{}/ana.json"), ("--csv", "/no/such/x.csv"), ("{}/none",), ()]
)
def test_a_slip_writes_over_nobody_s_file(tmp_path: Path, course: Course, words: tuple[str, ...]) -> None:
    folder = hand_in(tmp_path / "class", course, 1)
    before = (folder / "ana.json").read_bytes()
    named = [word.format(folder) for word in words]
    ran = roll(*named) if words == ("{}/none",) else roll(*([folder] if words else []), *named)
    assert (ran.returncode, ran.stdout) == (ExitStatus.USAGE, "")
    assert ran.stderr and "Traceback" not in ran.stderr
    assert (folder / "ana.json").read_bytes() == before


def test_where_nobody_is_the_gradebook_of_yesterday_stays(tmp_path: Path) -> None:
    (tmp_path / "class.csv").write_text("student\nana\n")
    (tmp_path / "odd").mkdir()
    ran = roll(tmp_path / "odd", "--csv", tmp_path / "class.csv")
    assert (ran.returncode, "empty folder" in ran.stderr) == (ExitStatus.USAGE, True)
    assert (tmp_path / "class.csv").read_text() == "student\nana\n"


# --- the page ---


@pytest.mark.parametrize("tongue", language.REQUIRED)
@pytest.mark.parametrize("lessons", [1, 6, None])
def test_the_page_needs_nothing_else_and_nothing_in_it_is_obeyed(
    tmp_path: Path, course: Course, tongue: language.Language, lessons: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(language, "_catalog", language._catalog)
    language.install(tongue)
    folder = hand_in(tmp_path / "class", course, 45, lessons=lessons)
    bad = progress.with_step(
        NOTHING, "rootfs", course.lesson("rootfs").steps[0].id, State.OPEN, when=T1, missed=(HOSTILE,)
    )
    bad = progress.with_step(bad, HOSTILE, HOSTILE, State.DONE, when=HOSTILE)
    bad = progress.with_place(bad, Place(HOSTILE, HOSTILE))
    (folder / "bad.json").write_text(reported(course, bad, HOSTILE, HOSTILE))
    (folder / "worse.json").write_bytes(progress_json.written(bad))
    (folder / "<b>odd.json").write_text("{")
    html = webpage(course, exercises(), rolled(course, folder), tongue, T1)
    page = assert_alone_and_harmless(html)
    assert_in_order(page)
    assert not page.named("script", "b")
    assert "&lt;b&gt;odd.json" in html and "&lt;script&gt;" in html
    maps = [one for one in page.named("svg") if one.attributes.get("aria-label", "").find("47") > 0]
    assert len(maps) >= 2  # more than forty students are more than one picture
    assert all(one.attributes.get("aria-label") or one.attributes.get("aria-hidden") for one in page.named("svg"))


def test_the_map_shows_each_step_of_each_student(course: Course) -> None:
    whole = done(course, "rootfs")
    second = course.lesson("rootfs").steps[1].id
    helped = progress.with_step(NOTHING, "rootfs", second, State.ASSISTED, when=T1)
    files = [HandedIn(name, 0.0, Who(name), now.lessons, {}) for name, now in (("ana", whole), ("bia", helped))]
    html = webpage(course, {}, rolled_up(course, {}, files), "en", T1)
    steps = len(course.lesson("rootfs").steps)
    paths = dict(re.findall(r'<path class="(\w+)" d="([^"]*)"', html))
    assert re.fullmatch(rf"M124\.0 16h{steps * 8}\.0v10h-{steps * 8}\.0z", paths["done"])
    assert re.fullmatch(r"M132\.0 34h8\.0v6h-8\.0z", paths["assisted"])
    assert paths["open"] == ""


@pytest.mark.root
def test_behind_sudo_files_are_read_and_written_with_the_persons_rights(course: Course) -> None:
    nobody = pwd.getpwnam("nobody")
    base = Path(tempfile.mkdtemp(prefix="semdocker-test-"))
    try:
        base.chmod(0o755)
        folder = hand_in(base / "class", course, 60, lessons=2)  # more than one child reads
        secret = folder / "secret.json"
        secret.write_text(reported(course, NOTHING, "secret"))
        secret.chmod(0o600)
        (base / "home").mkdir()
        os.chown(base / "home", nobody.pw_uid, nobody.pw_gid)
        written = base / "home" / "class.csv"
        uid, gid = str(nobody.pw_uid), str(nobody.pw_gid)
        ran = semdocker("class", "report", str(folder), "--csv", str(written), SUDO_UID=uid, SUDO_GID=gid)
        assert (ran.returncode, "secret.json" in ran.stderr) == (ExitStatus.FAILED, True)
        assert (written.stat().st_uid, len(written.read_text().splitlines())) == (nobody.pw_uid, 61)
    finally:
        shutil.rmtree(base)
