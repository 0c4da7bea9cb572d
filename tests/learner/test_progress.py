"""Progress is never lost and never lies: the records, the file, two writers, and root that writes as the student."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.host import login
from runner.learner import progress, progress_file, progress_json, strict_json
from runner.learner.progress import NOTHING, Progress, tally
from runner.learner.repetition import Solved
from runner.records.course import Course
from runner.records.progress import AnswerRecord, Place, PredictionRecord, State, StepRecord

ROOT = Path(__file__).parents[2]
T1, T2 = "2026-01-31T10:00:00Z", "2026-01-31T11:00:00Z"
as_root = pytest.mark.root


def some() -> Progress:
    done = progress.with_step(NOTHING, "hostname", "rename", State.DONE, when=T1, hints=1, seconds=2.5)
    done = progress.with_quiz(done, "hostname", "which-flag", ("uts",), right=True, when=T1, seconds=3)
    done = progress.with_prediction(done, "hostname", "rename", "a\udcff<", "b", right=False)
    return progress.with_place(done, Place("hostname", "evidence"))


# --- the records ---


def test_what_was_reached_is_not_lost_by_trying_again() -> None:
    tried = progress.with_step(NOTHING, "l", "s", State.OPEN, when=T1, hints=2, seconds=1)
    assert tried.of("l").steps["s"] == StepRecord(State.OPEN, 1, 2, 1.0, T1)
    helped = progress.with_step(tried, "l", "s", State.ASSISTED, when=T2, hints=1, seconds=1)
    assert helped.of("l").steps["s"] == StepRecord(State.ASSISTED, 2, 3, 2.0, T2)
    failed = progress.with_step(helped, "l", "s", State.OPEN, when="later")
    assert (failed.of("l").steps["s"].state, failed.of("l").steps["s"].when) == (State.ASSISTED, T2)
    alone = progress.with_step(failed, "l", "s", State.DONE, when="later")
    assert (alone.of("l").steps["s"].state, alone.of("l").steps["s"].when) == (State.DONE, "later")
    assert progress.with_step(alone, "l", "s", State.ASSISTED, when=T1).of("l").steps["s"].state is State.DONE
    assert Progress() == NOTHING


def test_practice_is_kept_like_a_step_and_a_file_without_it_is_read() -> None:
    tried = progress.with_practice(some(), "own-name", State.OPEN, when=T1, hints=2, seconds=1)
    done = progress.with_practice(tried, "own-name", State.DONE, when=T2)
    assert done.practice["own-name"] == StepRecord(State.DONE, 2, 2, 1.0, T2, typed=True)
    assert progress_json.parse(progress_json.written(done)) == done
    older = json.loads(progress_json.written(some()))
    del older["practice"], older["repeats"]
    assert progress_json.parse(json.dumps(older).encode()) == some()
    assert progress.without_practice(done, "own-name") == some()
    older = json.loads(progress_json.written(done))
    del older["repeats"]
    assert progress_json.parse(json.dumps(older).encode()).solved == {"own-name": Solved(1, T2, unaided=False)}
    assert progress.without(done, "hostname").practice == done.practice
    assert progress.without(done) == NOTHING


def test_the_facts_that_the_last_failed_attempt_missed_are_kept_and_a_file_without_them_is_read() -> None:
    tried = progress.with_step(NOTHING, "l", "s", State.OPEN, when=T1, missed=("mount", "hostname"))
    tried = progress.with_step(tried, "l", "s", State.OPEN, when=T1, missed=("hostname",))
    done = progress.with_step(tried, "l", "s", State.DONE, when=T2)
    assert done.of("l").steps["s"].missed == ("hostname",)
    left = progress.with_practice(done, "own-name", State.OPEN, when=T2, missed=("named",))
    assert left.practice["own-name"].missed == ("named",)
    assert progress_json.parse(progress_json.written(left)) == left
    older = json.loads(progress_json.written(done))
    del older["lessons"]["l"]["steps"]["s"]["missed"]
    assert progress_json.parse(json.dumps(older).encode()).of("l").steps["s"].missed == ()


def test_an_answer_that_was_right_stays_right() -> None:
    wrong = progress.with_quiz(NOTHING, "l", "q", ("a",), right=False, when=T1)
    right = progress.with_quiz(wrong, "l", "q", ("b",), right=True, when=T2, seconds=4)
    again = progress.with_quiz(right, "l", "q", ("a",), right=False, when="later")
    record = again.of("l").quiz["q"]
    assert (record.chosen, record.right, record.asked, record.when) == (("b",), True, 3, T2)
    assert again.of("l").seconds == 4


def test_forgetting_takes_the_place_with_it() -> None:
    two = progress.with_step(some(), "rootfs", "x", State.DONE, when=T1)
    assert progress.without(two) == NOTHING
    assert progress.without(two, "hostname").place is None
    assert set(progress.without(two, "hostname").lessons) == {"rootfs"}
    less = progress.without(two, "hostname", "rename").of("hostname")
    assert (less.steps, less.predictions, set(less.quiz)) == ({}, {}, {"which-flag"})
    assert progress.without(two, "rootfs", "x") == progress.without(two, "rootfs")  # no empty lesson stays
    assert progress.without(two, "rootfs", "x").place == two.place
    assert progress.without(two, "no-such") == two


def test_each_lesson_keeps_its_own_place(course: Course) -> None:
    lost, here, there = (
        Place("hostname", "lost"),
        Place("cgroups", course.lesson("cgroups").steps[4].id),
        Place("chroot", None),
    )
    both = NOTHING
    for place in (lost, here, there):
        both = progress.with_place(both, place)
    assert progress.places(course, both) == [there, here], "the newest first; hostname has no such step any more"
    assert progress.places(course, progress.with_place(both, here)) == [here, there]
    over = progress.without_place(both, "chroot")
    assert (over.place, progress.places(course, over)) == (here, [here])
    assert progress_json.parse(progress_json.written(both)) == both


def test_the_only_place_of_a_file_of_an_earlier_version_is_known() -> None:
    document = json.loads(progress_json.written(some()))
    del document["places"]
    assert progress_json.parse(json.dumps(document).encode()).places == some().places


def test_done_is_every_step_and_every_right_answer_and_nothing_else(course: Course) -> None:
    lesson = course.lesson("hostname")
    first = tally(lesson, NOTHING)
    assert (first.begun, first.complete, len(first.missing_steps)) == (False, False, len(lesson.steps))
    made = progress.with_step(NOTHING, lesson.id, "of-an-older-course", State.DONE, when=T1)
    for number, step in enumerate(lesson.steps):
        state = State.ASSISTED if number == 0 else State.DONE
        made = progress.with_step(made, lesson.id, step.id, state, when=T1)
    assert tally(lesson, made).missing_steps == ()
    for question in lesson.quiz:
        assert not tally(lesson, made).complete
        made = progress.with_quiz(made, lesson.id, question.id, ("x",), right=False, when=T1)
        assert question.id in tally(lesson, made).missing_questions
        made = progress.with_quiz(made, lesson.id, question.id, question.answer, right=True, when=T1)
    found = tally(lesson, made)
    assert found.complete
    assert (found.done, found.assisted, found.steps) == (len(lesson.steps) - 1, 1, len(lesson.steps))
    assert found.right == found.questions == len(lesson.quiz)


# --- the document ---


def test_the_document_is_readable_and_comes_back() -> None:
    content = progress_json.written(some())
    assert progress_json.parse(content) == some()
    found = json.loads(content)
    assert found["schema"] == "semdocker/progress/1"
    assert found["place"] == {"lesson": "hostname", "step": "evidence"}
    rename = found["lessons"]["hostname"]["steps"]["rename"]
    attempts = {"state": "done", "attempts": 1, "hints": 1, "seconds": 2.5, "when": T1, "typed": False, "missed": []}
    assert rename == attempts
    assert len(content.splitlines()) > 20


written = progress_json.written
BROKEN = [
    b"", b"{", b"[]", b"null", b"\xff\xfe", b"{}", b'{"schema": 1}', b'{"schema": "semdocker/progress/0"}',
    b'{"schema": "semdocker/progress/1"}', b'{"schema": "semdocker/progress/1", "lessons": []}',
    b'{"schema": "semdocker/progress/1", "lessons": {}, "place": {"lesson": 1}}', b"[" * 100_000,
    written(some()).replace(b'"done"', b'"perfect"'), written(some()).replace(b"2.5", b"NaN"),
    written(some()).replace(b"2.5", b"-1"), written(some()).replace(b"2.5", b"1e999"),
    written(some()).replace(b'"attempts": 1', b'"attempts": true'), written(some())[:-20],
    written(some()).replace(b"2.5", b"9" * 400), written(some()).replace(b'"attempts": 1', b'"attempts": 1000000001'),
    written(some()).replace(b'"missed": []', b'"missed": "hostname"'),
    written(some()).replace(b'"right": true', b'"right": 1'), b"9" * 10_000,
    written(some()).replace(b'"uts"', b"3"),
]  # fmt: skip


@pytest.mark.parametrize("content", BROKEN, ids=range(len(BROKEN)))
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError):
        progress_json.parse(content)


def test_a_fault_tells_the_way_to_it() -> None:
    with pytest.raises(ValueError, match=r"lessons\.hostname\.steps\.rename\.seconds"):
        progress_json.parse(progress_json.written(some()).replace(b"2.5", b"-1"))


ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-1, 2), st.just(strict_json.LARGEST + 1), st.floats(), st.text(max_size=3),
    st.sampled_from(State).map(str), st.lists(st.none() | st.text(max_size=2), max_size=2), st.just({}),
)  # fmt: skip


@pytest.mark.parametrize(
    ("at_once", "by_fields", "sound"),
    [
        (progress_json._step, progress_json._step_by_fields, StepRecord(State.DONE, 1, 0, 2.5, T1)),
        (progress_json._answer, progress_json._answer_by_fields, AnswerRecord(asked=1, seconds=2.5, when=T1)),
        (progress_json._prediction, progress_json._prediction_by_fields, PredictionRecord("a", "b", right=False)),
    ],
)
@given(st.data())
def test_a_record_that_is_read_at_once_is_read_as_strictly(
    at_once: Callable[[dict[str, Any]], object],
    by_fields: Callable[[dict[str, Any]], object],
    sound: StepRecord | AnswerRecord | PredictionRecord,
    data: st.DataObject,
) -> None:
    """And the same is said of a fault."""
    fields = {name: [*value] if isinstance(value, tuple) else value for name, value in sound._asdict().items()}
    name = data.draw(st.sampled_from(sound._fields))
    fields[name] = data.draw(ODD)
    if data.draw(st.booleans()):
        del fields[data.draw(st.sampled_from(sound._fields))]
    assert tried(at_once, fields) == tried(by_fields, fields)


def tried(read: Callable[[dict[str, Any]], object], fields: dict[str, Any]) -> str:
    try:
        return repr(read(fields))
    except ValueError as error:
        return f"fault: {error}"


@given(st.integers(0, 900), st.binary(max_size=3))
def test_no_damage_is_a_surprise(place: int, patch: bytes) -> None:
    content = progress_json.written(some())
    with suppress(ValueError, strict_json.Newer):
        progress_json.parse(content[:place] + patch + content[place + len(patch) :])


# --- the file ---


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("SUDO_UID", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "semdocker" / "progress.json"


def test_where_the_file_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUDO_UID", raising=False)
    monkeypatch.setenv("HOME", "/home/ana")
    monkeypatch.setenv("XDG_STATE_HOME", "relative/counts/as/none")
    assert progress_file.path(login.person(), "default") == Path("/home/ana/.local/state/semdocker/progress.json")
    monkeypatch.setenv("XDG_STATE_HOME", "/elsewhere")
    assert progress_file.path(login.person(), "default") == Path("/elsewhere/semdocker/progress.json")


@pytest.mark.root
@pytest.mark.parametrize("made", [".", "ana", "ana/state"])
def test_root_writes_nothing_where_another_user_could_have_laid_a_link(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, made: str
) -> None:
    """As after a plain `su`, which keeps the variables of who called it."""
    folder = tmp_path / "ana" / "state"
    folder.mkdir(parents=True)
    os.chown(tmp_path / made, 4242, 4242)
    for name in ("SUDO_UID", "SUDO_GID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    who = login.person()
    assert (who.state, who.data) == (Path("/root/.local/state"), Path("/root/.local/share"))
    os.chown(tmp_path / made, 0, 0)
    assert login.person().state == folder


def test_nothing_yet_is_no_trouble(file: Path) -> None:
    assert progress_file.load("default") == (NOTHING, None)
    assert not file.parent.exists()


def test_what_is_kept_comes_back(file: Path) -> None:
    assert progress_file.update("default", lambda _: some()) == (some(), None)
    assert progress_file.load("default") == (some(), None)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert sorted(path.name for path in file.parent.iterdir()) == ["progress.json", "progress.lock"]


def test_lessons_that_nobody_knows_are_kept(file: Path) -> None:
    other = progress.with_step(NOTHING, "from-another-course", "s", State.DONE, when=T1)
    progress_file.update("default", lambda _: other)
    found, _ = progress_file.update("default", lambda now: progress.with_step(now, "rootfs", "s", State.DONE, when=T1))
    assert (
        set(progress_file.load("default").progress.lessons) == set(found.lessons) == {"from-another-course", "rootfs"}
    )


@pytest.mark.parametrize(
    ("content", "key"),
    [(b"{ not JSON", "progress-corrupt"), (b'{"schema": "semdocker/progress/2", "x": 1}', "progress-newer")],
)
def test_what_cannot_be_understood_is_kept_aside(file: Path, content: bytes, key: str) -> None:
    file.parent.mkdir(parents=True)
    for number in (1, 2):
        file.write_bytes(content)
        loaded, note = progress_file.load("default")
        assert loaded == NOTHING
        assert note
        assert note.key == key
        assert file.read_bytes() == content  # to look changes nothing
        updated, note = progress_file.update("default", lambda _: some())
        assert updated == some()
        assert note
        assert note.key == f"{key}-kept"
        assert Path(note.values["kept"]).name.startswith("progress.json.corrupt-20")
        assert Path(note.values["kept"]).read_bytes() == content
        assert len(list(file.parent.glob("progress.json.corrupt-*"))) == number
    assert progress_file.update("default", lambda now: now).note is None


def test_what_is_no_file_is_not_waited_for(file: Path) -> None:
    file.parent.mkdir(parents=True)
    os.mkfifo(file)
    note = progress_file.load("default").note
    assert note
    assert note.values["detail"] == "not a regular file"
    assert progress_file.update("default", lambda _: some()).progress == some()
    assert progress_file.load("default") == (some(), None)
    file.write_bytes(b" " * (progress_file.LIMIT + 1))
    note = progress_file.load("default").note
    assert note
    assert note.key == "progress-corrupt"


def test_a_disk_that_refuses_costs_nothing_of_this_session(file: Path) -> None:
    file.parent.parent.write_text("a file where the folder should be")
    mine, note = progress_file.update("default", lambda now: progress.without_place(now, "hostname"), some())
    assert mine == replace(some(), places=())
    assert note
    assert note.key == progress_file.UNSAVED
    assert set(note.values) == {"path", "detail"}


def test_a_lock_that_is_held_is_not_waited_for_long(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_file, "PATIENCE", 0.1)
    progress_file.update("default", lambda _: some())
    with progress_file._alone(file.parent / progress_file.LOCK):
        note = progress_file.update("default", lambda _: NOTHING).note
    assert note
    assert note.key == progress_file.UNSAVED
    assert progress_file.load("default").progress == some()


WRITER = """
import sys
from runner.learner import progress, progress_file as store
from runner.records.progress import State
for number in range(20):
    name = f"{sys.argv[1]}-{number}"
    note = store.update("default", lambda now: progress.with_step(now, "l", name, State.DONE, when="now")).note
    assert note is None, note
"""


def test_two_writers_at_once_lose_nothing(file: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "XDG_STATE_HOME": os.environ["XDG_STATE_HOME"]}
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, name], env=environment) for name in "abcd"]
    assert [writer.wait() for writer in writers] == [0] * 4
    assert len(progress_file.load("default").progress.of("l").steps) == 80


# --- behind sudo ---


class Student:
    """An account that is not root, with a home of its own and a place that only root may touch."""

    def __init__(self, base: Path) -> None:
        self.account = pwd.getpwnam("nobody")
        self.home = base / "home"
        self.secret = base / "secret"
        self.home.mkdir()
        os.chown(self.home, self.account.pw_uid, self.account.pw_gid)
        self.secret.mkdir(mode=0o700)
        self.file = self.home / ".local/state/semdocker/progress.json"

    def owns(self, path: Path) -> bool:
        found = path.lstat()
        return (found.st_uid, found.st_gid) == (self.account.pw_uid, self.account.pw_gid)

    def folder(self) -> Path:
        """The folder of the file, as the student would have made it."""
        self.file.parent.mkdir(parents=True)
        for path in (self.file.parent, *self.file.parent.parents[:3]):
            os.chown(path, self.account.pw_uid, self.account.pw_gid)
        return self.file.parent


@pytest.fixture
def student(monkeypatch: pytest.MonkeyPatch) -> Iterator[Student]:
    base = Path(tempfile.mkdtemp(prefix="semdocker-test-"))  # pytest's own folder is closed to others
    base.chmod(0o755)
    made = Student(base)
    real = pwd.getpwuid
    account = pwd.struct_passwd((*made.account[:5], str(made.home), made.account.pw_shell))
    monkeypatch.setattr(pwd, "getpwuid", lambda uid: account if uid == made.account.pw_uid else real(uid))
    monkeypatch.setenv("SUDO_UID", str(made.account.pw_uid))
    monkeypatch.setenv("SUDO_GID", str(made.account.pw_gid))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    yield made
    shutil.rmtree(base)


@as_root
def test_behind_sudo_everything_belongs_to_the_login_user(student: Student) -> None:
    assert progress_file.update("default", lambda _: some()) == (some(), None)
    assert progress_file.load("default") == (some(), None)
    made = [path for path in student.home.rglob("*") if path != student.home]
    assert student.file in made
    assert all(student.owns(path) for path in made)
    assert os.geteuid() == 0
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)  # nobody is left


@as_root
def test_root_follows_no_link_of_the_student(student: Student) -> None:
    """A link in the folder, the file's and the lock's place: nothing of root's is read, made or changed."""
    target = student.secret / "progress.json"
    target.write_bytes(progress_json.written(some()))
    student.folder()
    student.file.symlink_to(target)
    assert progress_file.load("default").progress == NOTHING
    after, note = progress_file.update("default", lambda now: progress.with_step(now, "l", "s", State.DONE, when=T1))
    assert note
    assert note.key == "progress-corrupt-kept"
    assert set(after.lessons) == {"l"}
    assert Path(note.values["kept"]).is_symlink()
    assert target.read_bytes() == progress_json.written(some())
    assert student.owns(student.file)
    assert not student.file.is_symlink()
    lock = student.file.parent / progress_file.LOCK
    lock.unlink()
    lock.symlink_to(student.secret / "lock")
    assert progress_file.update("default", lambda _: NOTHING).note
    assert sorted(path.name for path in student.secret.iterdir()) == ["progress.json"]


@as_root
@pytest.mark.parametrize("link", [".local", ".local/state", ".local/state/semdocker"])
def test_root_follows_no_folder_of_the_student(student: Student, link: str) -> None:
    folder = student.home / link
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.symlink_to(student.secret)
    after, note = progress_file.update("default", lambda _: some())
    assert after == some()
    assert note
    assert note.key == progress_file.UNSAVED
    assert list(student.secret.iterdir()) == []
    assert progress_file.load("default").progress == NOTHING


@as_root
def test_in_the_student_s_name_means_with_their_rights_only(student: Student) -> None:
    who = login.person()
    assert (who.uid, who.behind_sudo) == (student.account.pw_uid, True)
    status = login.act(who, lambda: Path("/proc/self/status").read_bytes()).decode()
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert fields["Uid"].split() == [str(who.uid)] * 4
    assert fields["Gid"].split() == [str(who.gid)] * 4
    assert "0" not in fields["Groups"].split()
    assert int(fields["CapEff"], 16) == int(fields["CapPrm"], 16) == 0
    with pytest.raises(OSError, match="Permission denied"):
        login.act(who, (student.secret / "x").read_bytes)
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        login.act(who, lambda: bytes(1 // 0))


@as_root
@pytest.mark.parametrize("uid", ["0", "", "-1", "x", "4294967290", "99999999999999999999"])
def test_a_user_that_sudo_cannot_mean_is_root(uid: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_UID", uid)
    monkeypatch.setenv("SUDO_GID", "0")
    assert (login.person().uid, login.person().behind_sudo) == (0, False)


@as_root
@pytest.mark.skipif(shutil.which("sudo") is None, reason="needs sudo")
def test_sudo_hands_on_no_folder_and_it_is_found_all_the_same() -> None:
    code = "from runner.host import login; print(login.given_to_sudo('XDG_STATE_HOME'))"
    words = ["sudo", "-n", "env", f"PYTHONPATH={ROOT}", sys.executable, "-c", code]
    environment = {"PATH": os.environ["PATH"], "XDG_STATE_HOME": "/somewhere"}
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment)
    assert done.stdout == "/somewhere\n", done.stderr
