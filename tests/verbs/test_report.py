"""`report` and `reset` from outside: what they show, in every form, and what they forget."""

from __future__ import annotations

import csv
import io
import json
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from runner.learner import progress, progress_export, progress_json
from runner.learner.progress import NOTHING, Progress
from runner.learner.progress_export import Student
from runner.learner.progress_webpage import webpage
from runner.messages import language, safe_text
from runner.records.course import Course
from runner.records.progress import Place, State
from runner.screen.duration import spent
from tests.support import command
from tests.support.person import Person

ROOT = Path(__file__).parents[2]
WHEN = "2026-01-31T10:00:00Z"
HOSTILE = '=1+1"<script>alert(1)</script>&\x1b[2J\u202e,;\n\udcff'
SCHEMA = b'{"schema": "semdocker/progress/2"}'

Semdocker = Callable[..., subprocess.CompletedProcess[str]]


def made(course: Course) -> Progress:
    """One lesson complete with help, one begun, one that this course does not have."""
    now = NOTHING
    rootfs = course.lesson("rootfs")
    for number, step in enumerate(rootfs.steps):
        state = State.ASSISTED if number == 1 else State.DONE
        now = progress.with_step(now, "rootfs", step.id, state, when=WHEN, hints=number % 2, seconds=90)
    for question in rootfs.quiz:
        now = progress.with_quiz(now, "rootfs", question.id, question.answer, right=True, when=WHEN, seconds=5)
    now = progress.with_step(now, "hostname", "rename", State.OPEN, when=WHEN, seconds=12)
    now = progress.with_prediction(now, "hostname", "rename", HOSTILE, "@host", right=False)
    now = progress.with_quiz(now, "hostname", "which-flag", ("pid", HOSTILE), right=False, when=WHEN)
    now = progress.with_step(now, "of-another-course", "x", State.DONE, when=WHEN)
    return progress.with_place(now, Place("hostname", "evidence"))


@pytest.fixture
def file(tmp_path: Path, course: Course) -> Path:
    path = tmp_path / "semdocker" / "progress.json"
    path.parent.mkdir()
    path.write_bytes(progress_json.written(made(course)))
    return path


def environment(file: Path, **variables: str) -> dict[str, str]:
    return command.environment(XDG_STATE_HOME=str(file.parent.parent), **variables)


@pytest.fixture
def semdocker(file: Path) -> Semdocker:
    state = {"XDG_STATE_HOME": str(file.parent.parent)}

    def run(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return command.run([*command.COMMAND, *words], command.CHECKOUT, {**state, **variables})

    return run


# --- report ---


def test_the_table(semdocker: Semdocker, course: Course) -> None:
    steps = len(course.lesson("rootfs").steps)
    questions = len(course.lesson("rootfs").quiz)
    shown = semdocker("report").stdout
    assert re.search(
        rf"^rootfs +{steps}/{steps} \(1 with help\) +{questions}/{questions} +\d+ min +nothing", shown, re.M
    )
    assert re.search(r"^hostname +0/16 +0/6 +12 s +16 steps, 6 questions$", shown, re.M)
    assert re.search(r"^chroot .* not begun$", shown, re.M)
    assert f"Lessons complete: 1 of {len(course.lessons)}." in shown
    numbers = ", ".join(map(str, range(1, 17)))
    assert f"hostname: steps {numbers}; questions 1, 2" in " ".join(shown.split())
    number = [step.id for step in course.lesson("hostname").steps].index("evidence") + 1
    assert f"“semdocker learn” goes on in lesson hostname, at step {number}." in shown
    assert "of-another-course" in shown
    portuguese = semdocker("report", "--lang", "pt").stdout
    assert "16 passos, 6 perguntas" in portuguese
    assert "1 com ajuda" in portuguese


def test_before_anything_was_done(semdocker: Semdocker, file: Path) -> None:
    file.unlink()
    assert "Nothing has been done yet." in semdocker("report").stdout
    found = json.loads(semdocker("report", "--json").stdout)
    assert not any(lesson["begun"] for lesson in found["lessons"])
    assert not file.exists()


def test_the_document(semdocker: Semdocker, course: Course) -> None:
    found = json.loads(semdocker("report", "--json", "--lang", "pt").stdout)
    assert (found["schema"], found["lang"], found["note"]) == ("semdocker/progress-report/1", "pt", None)
    assert found["place"] == {"lesson": "hostname", "step": "evidence"}
    assert found["not_counted"] == ["of-another-course"]
    assert [lesson["id"] for lesson in found["lessons"]] == [lesson.id for lesson in course.lessons]
    rootfs, hostname = found["lessons"][0], found["lessons"][3]
    assert (rootfs["complete"], rootfs["begun"], rootfs["missing"]) == (True, True, {"steps": [], "questions": []})
    assert rootfs["steps"]["assisted"] == 1
    assert not hostname["complete"]
    assert "rename" in hostname["missing"]["steps"]
    assert hostname["records"]["quiz"]["which-flag"]["chosen"] == ["pid", HOSTILE]


def test_csv_has_a_row_for_each_step_and_question_and_no_formulas(semdocker: Semdocker, course: Course) -> None:
    rows = list(csv.DictReader(io.StringIO(semdocker("report", "--csv").stdout)))
    assert tuple(rows[0]) == progress_export.COLUMNS
    assert len(rows) == sum(len(lesson.steps) + len(lesson.quiz) for lesson in course.lessons)
    by_id = {(row["lesson"], row["kind"], row["id"]): row for row in rows}
    rename = by_id["hostname", "step", "rename"]
    assert rename["guess"] == "'" + HOSTILE.replace("\udcff", "\\udcff")
    assert (rename["machine"], rename["guess_right"], rename["state"]) == ("'@host", "false", "open")
    answer = by_id["hostname", "question", "which-flag"]
    assert (answer["state"], answer["attempts"], answer["chosen"].split()[0]) == ("wrong", "1", "pid")
    assert by_id["rootfs", "step", course.lesson("rootfs").steps[1].id]["state"] == "assisted"
    untouched = by_id["cgroups", "question", course.lesson("cgroups").quiz[0].id]
    assert (untouched["state"], untouched["attempts"], untouched["when"]) == ("open", "0", "")
    for row in rows:
        assert not any(value.startswith(safe_text.FORMULA) for value in row.values())


class Reader(HTMLParser):
    """Tags and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


@pytest.mark.parametrize("tongue", language.REQUIRED)
def test_the_page_needs_nothing_else_and_nothing_in_it_is_obeyed(
    course: Course, tongue: language.Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(language, "_catalog", language._catalog)
    language.install(tongue)
    page = webpage(course, made(course), tongue, Student("<b>ana</b>", "default"), WHEN)
    found = Reader(page)
    assert not {"script", "link", "img", "iframe", "b", "a", "object"} & set(found.tags)
    assert not {"src", "href", "style"} & {name for name, _ in found.attributes}
    assert not re.search(r"https?:|url\((?!#)|@import", page)
    assert found.tags.count("svg") == len(course.lessons)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&amp;\\x1b[2J\\u202e" in page
    assert "&lt;b&gt;ana&lt;/b&gt;" in page
    page.encode()  # as UTF-8
    assert not set("\x1b\u202e{") & set(page.split("</style>")[1])
    assert f'<html lang="{tongue}">' in page
    assert {"pt": "Progresso de", "en": "Progress of"}[tongue] in page
    assert {"pt": "com ajuda", "en": "with help"}[tongue] in page
    Xml.fromstring(page[page.index("<body>") : page.index("</html>")])  # well-formed: every tag is closed


def test_the_bars_add_up(course: Course) -> None:
    page = webpage(course, made(course), "en", Student("ana", "default"), WHEN)
    widths = [
        [float(width) for width in re.findall(r'<rect x="[\d.]+" width="([\d.]+)"', bar)]
        for bar in re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    ]
    assert all(sum(bar) == pytest.approx(600, abs=0.2) for bar in widths)
    assert len(widths[0]) == 2  # done and with help, nothing missing
    assert len(widths[1]) == 1  # not begun


def test_the_page_is_a_file(semdocker: Semdocker, tmp_path: Path) -> None:
    done = semdocker("report", "--html", str(tmp_path / "p.html"), "--lang", "pt")
    assert (done.returncode, done.stderr) == (0, "")
    assert "p.html" in done.stdout
    assert (tmp_path / "p.html").read_text().startswith("<!DOCTYPE html>")
    both = semdocker("report", "--html", str(tmp_path / "p.html"), "--json")
    assert json.loads(both.stdout)["schema"] == progress_export.SCHEMA
    for words, code in ((("--html", "/no/such/p.html"), 2), (("--html", str(tmp_path)), 1), (("--csv", "--json"), 2)):
        failed = semdocker("report", *words)
        assert (failed.returncode, failed.stdout) == (code, ""), failed.stderr
        assert "Traceback" not in failed.stderr


@pytest.mark.parametrize(("content", "key"), [(b"{", "progress-corrupt"), (SCHEMA, "progress-newer")])
def test_a_file_that_cannot_be_understood_is_said_and_left(
    semdocker: Semdocker, file: Path, content: bytes, key: str
) -> None:
    file.write_bytes(content)
    done = semdocker("report", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["note"] == key
    assert str(file) in done.stderr.replace("\n", "")
    assert [path.name for path in file.parent.iterdir()] == ["progress.json"]


@pytest.mark.root
def test_behind_sudo_it_is_the_login_user_s_report_and_page(course: Course) -> None:
    nobody = pwd.getpwnam("nobody")
    base = Path(tempfile.mkdtemp(prefix="semdocker-test-"))
    try:
        base.chmod(0o755)
        secret = base / "secret"
        secret.write_text("root's")
        home = base / "home"
        (home / "semdocker").mkdir(parents=True)
        file = home / "semdocker" / "progress.json"
        file.write_bytes(progress_json.written(made(course)))
        (home / "p.html").symlink_to(secret)
        for path in (home, *home.rglob("*")):
            os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
        sudo = {"SUDO_UID": str(nobody.pw_uid), "SUDO_GID": str(nobody.pw_gid)}

        def run(*words: str) -> subprocess.CompletedProcess[str]:
            command = [sys.executable, "-m", "runner", *words]
            return subprocess.run(
                command, capture_output=True, text=True, check=False, env=environment(file, **sudo), cwd="/"
            )

        assert "Progress of nobody" in run("report").stdout
        assert run("report", "--html", str(home / "p.html")).returncode == 0
        assert secret.read_text() == "root's"
        assert (home / "p.html").stat().st_uid == nobody.pw_uid
        refused = run("report", "--html", str(base / "p.html"))  # root's own folder
        assert (refused.returncode, "Permission denied" in refused.stderr) == (1, True)
        assert run("reset", "--all", "--yes").returncode == 0
        assert file.stat().st_uid == nobody.pw_uid
        assert progress_json.parse(file.read_bytes()) == NOTHING
    finally:
        shutil.rmtree(base)


def test_durations() -> None:
    shown = [spent(seconds) for seconds in (0, 12.4, 59.4, 61, 3599, 3900)]
    assert shown == ["0 s", "12 s", "59 s", "1 min", "1 h 0 min", "1 h 5 min"]


# --- reset ---


def kept(file: Path) -> Progress:
    return progress_json.parse(file.read_bytes())


def test_a_step_by_name_and_by_number(semdocker: Semdocker, file: Path, course: Course) -> None:
    before = kept(file)
    done = semdocker("reset", "hostname", "rename", "--yes")
    assert (done.returncode, done.stdout) == (0, "Forgotten:\n  lesson hostname, step rename\n")
    assert kept(file) == progress.without(before, "hostname", "rename")
    first = course.lesson("rootfs").steps[0].id
    assert f"step {first}" in semdocker("reset", "1", "1", "-y").stdout
    assert first not in kept(file).of("rootfs").steps
    assert "nothing to forget" in semdocker("reset", "1", "1", "-y").stdout


def test_a_lesson_also_of_another_course(semdocker: Semdocker, file: Path) -> None:
    done = semdocker("reset", "4", "--yes", "--lang", "pt")
    assert (done.returncode, done.stdout) == (0, "Esquecido:\n  lição hostname: 1 passo, 1 pergunta\n")
    assert kept(file).place is None
    assert semdocker("reset", "of-another-course", "x", "--yes").returncode == 0
    assert set(kept(file).lessons) == {"rootfs"}


def test_all(semdocker: Semdocker, file: Path) -> None:
    done = semdocker("reset", "--all", "--yes", "--json")
    assert (
        json.loads(done.stdout).items()
        >= {
            "schema": "semdocker/reset/1",
            "seat": "default",
            "exercises": [],
            "lessons": ["rootfs", "hostname", "of-another-course"],
            "step": None,
        }.items()
    )
    assert kept(file) == NOTHING
    file.write_bytes(b"{")
    broken = semdocker("reset", "--all", "--yes")
    assert broken.returncode == 0
    assert "corrupt-20" in broken.stderr
    assert semdocker("report").stderr == ""


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "Say what to forget"),
        (["--all", "rootfs"], "--all forgets everything"),
        (["hostnam", "--yes"], "did you mean “hostname”?"),
        (["hostname", "renam", "--yes"], "did you mean “rename”?"),
        (["hostname", "99", "--yes"], "has no step “99”"),
        (["hostname"], "say --yes"),
        (["--all", "--json"], "say --yes"),
    ],
)
def test_nothing_is_forgotten_by_mistake(semdocker: Semdocker, file: Path, words: list[str], sentence: str) -> None:
    before = file.read_bytes()
    done = semdocker("reset", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in " ".join(done.stderr.split())
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("answer", "tongue", "goes"),
    [("y\r", "en", True), ("s\r", "pt", True), ("n\r", "en", False), ("\r", "pt", False), ("\x04", "en", False)],
)
def test_a_terminal_is_asked(file: Path, answer: str, tongue: str, goes: bool) -> None:
    state = {"XDG_STATE_HOME": str(file.parent.parent)}
    person = Person("reset", "hostname", "--plain", "--lang", tongue, environment=state)
    person.wait_for({"en": "[y/N]", "pt": "[s/N]"}[tongue])
    person.send(answer)
    person.end()
    assert {"en": "This will be forgotten", "pt": "Isto será esquecido"}[tongue] in person.shown
    assert ("hostname" not in kept(file).lessons) == goes
    assert ({"en": "Nothing was forgotten", "pt": "Nada foi esquecido"}[tongue] in person.shown) != goes


def test_a_file_that_cannot_be_written_is_an_error(semdocker: Semdocker, file: Path) -> None:
    lock = file.parent / "progress.lock"
    lock.symlink_to(file)
    done = semdocker("reset", "--all", "--yes")
    assert (done.returncode, done.stdout) == (1, "")
    assert "could not be written" in done.stderr
    assert kept(file) != NOTHING


# --- practice ---


@pytest.fixture
def practised(file: Path, course: Course) -> None:
    now = progress.with_practice(made(course), "own-name", State.DONE, when=WHEN, hints=1, seconds=61)
    file.write_bytes(
        progress_json.written(progress.with_practice(now, "after-cleaning", State.ASSISTED, when=WHEN, seconds=9))
    )


@pytest.mark.usefixtures("practised")
def test_practice_is_in_every_report(semdocker: Semdocker, tmp_path: Path) -> None:
    assert re.search(r"own-name +done +1 +1 +1 min", semdocker("report").stdout)
    assert json.loads(semdocker("report", "--json").stdout)["practice"]["after-cleaning"]["state"] == "assisted"
    rows = list(csv.DictReader(io.StringIO(semdocker("report", "--csv").stdout)))
    assert [(row["id"], row["state"], row["hints"]) for row in rows if row["kind"] == "practice"] == [
        ("own-name", "done", "1"),
        ("after-cleaning", "assisted", "0"),
    ]
    semdocker("report", "--html", str(tmp_path / "page.html"))
    assert "after-cleaning" in (tmp_path / "page.html").read_text()


@pytest.mark.usefixtures("practised")
def test_an_exercise_is_forgotten_by_its_name(semdocker: Semdocker, file: Path) -> None:
    done = semdocker("reset", "own-name", "--yes")
    assert "exercise own-name" in done.stdout
    left = progress_json.parse(file.read_bytes())
    assert set(left.practice) == {"after-cleaning"}
    assert "hostname" in left.lessons
    assert "exercise after-cleaning" in semdocker("reset", "--all", "--yes").stdout
    assert progress_json.parse(file.read_bytes()) == NOTHING


@pytest.mark.usefixtures("practised")
def test_forgetting_a_lesson_leaves_practice(semdocker: Semdocker, file: Path) -> None:
    semdocker("reset", "hostname", "--yes")
    assert set(progress_json.parse(file.read_bytes()).practice) == {"own-name", "after-cleaning"}


# --- seats ---


def test_each_seat_of_a_login_has_progress_of_its_own(semdocker: Semdocker, file: Path, course: Course) -> None:
    """What was kept before there was progress per seat belongs to the seat that nobody names."""
    (file.parent / "progress-maria.json").write_bytes(progress_json.written(NOTHING))
    mine, hers = (json.loads(semdocker("report", "--json", *words).stdout) for words in ((), ("--seat", "maria")))
    assert [lesson["begun"] for lesson in mine["lessons"]].count(True) == 2
    assert not any(lesson["begun"] for lesson in hers["lessons"])
    assert "seat maria" in semdocker("report", "--seat", "maria").stdout
    assert "seat" not in semdocker("report").stdout
    assert {row["seat"] for row in csv.DictReader(io.StringIO(semdocker("report", "--csv", "--seat", "x").stdout))} == {
        "x"
    }
    assert "Nothing was" not in semdocker("reset", "--all", "--yes", "--seat", "maria").stdout
    assert semdocker("reset", "rootfs", "--yes", SEMDOCKER_SEAT="maria").returncode == 0
    assert kept(file) == made(course)
