"""An exam on paper: what counts, whose values, the document and its digest, and the file it is written to."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.course.render import Values
from runner.host import login
from runner.lab import signals
from runner.learner import exam_clock, exam_file, exam_json, exam_values
from runner.learner.exam_clock import Clock
from runner.learner.exam_paper import Paper
from runner.learner.exam_screen import grouped
from runner.records.course import Course
from runner.records.errors import RunnerError, TimeOver, UsageError
from runner.records.exam import Exam, Over
from tests.support.exams import BEGUN, TASKS, exam, look

# --- what counts ---


def test_the_best_moment_counts() -> None:
    """What is lost again stays reached, and another fact of as many does not take its place."""
    saved: list[Exam] = []
    paper = Paper(exam(), saved.append)
    paper.begin()
    paper.turn_to(1)
    paper.look(look("leaky-name", "machine"))
    paper.look(look("leaky-name", "container"))
    paper.look(look("leaky-name", ""))
    facts = {fact.id: fact.true for fact in saved[-1].answers[1].facts}
    assert facts == {"machine": True, "container": False, "drawer": False}
    assert [answer.state for answer in saved[-1].answers] == ["untouched", "open"]
    paper.look(look("leaky-name", "*"))
    paper.turn_to(0)
    paper.turn_to(1)
    paper.look(look("leaky-name", "machine"))
    assert saved[-1].answers[1].state == "solved"


def test_each_gain_is_saved_at_once() -> None:
    saved: list[Exam] = []
    paper = Paper(exam(), saved.append)
    paper.begin()
    paper.turn_to(0)
    before = len(saved)
    for _ in range(3):
        paper.look(look("own-name", ""))
    assert len(saved) == before, "a look at which nothing is new writes nothing"
    paper.look(look("own-name", "*"))
    assert saved[-1].answers[0].solved


def test_a_file_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """No exam begins or ends so; one that goes on does, and says it once each time."""
    trouble: list[RunnerError] = [RunnerError("not-written", path="x", reason="No space left on device")]

    def save(_: Exam) -> None:
        for error in trouble:
            raise error

    paper = Paper(exam("leaky-name"), save)
    with pytest.raises(RunnerError):
        paper.begin()
    paper.turn_to(0)
    paper.look(look("leaky-name", "machine"))
    assert "No space left" in " ".join(paper.troubles())
    assert paper.troubles() == []
    with pytest.raises(RunnerError):
        paper.close(Over.TIME)
    error = trouble.pop()
    paper.put_down()
    trouble.append(error)
    paper.put_down()
    assert len(paper.troubles()) == 1


def test_since_when_a_fact_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a break: a fact that became false in between became true later."""
    times = iter(range(100))
    monkeypatch.setattr("runner.messages.documents.now", lambda: f"{next(times):03}")
    paper = Paper(exam("leaky-name"), lambda _: None)
    paper.turn_to(0)
    paper.look(look("leaky-name", "machine"))
    first = paper.exam.answers[0].facts[0].when
    for true in ("", "machine", "machine container"):
        paper.look(look("leaky-name", true))
    machine, container, drawer = paper.exam.answers[0].facts
    assert first < machine.when < container.when
    assert not drawer.when


def test_seconds_are_those_that_an_exercise_lay_open(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(exam_clock, "now", lambda: now)
    paper = Paper(exam(), lambda _: None)
    for at, seconds in ((0, 30), (1, 10), (0, 5)):
        paper.turn_to(at)
        now += seconds
        paper.put_down()
        now += 100  # between two exercises
    assert [answer.seconds for answer in paper.exam.answers] == [35, 10]


def test_a_kill_takes_away_a_minute_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the time on an exercise in which nothing new is reached, and of which the last is counted at the end."""
    now = 0.0
    monkeypatch.setattr(exam_clock, "now", lambda: now)
    saved: list[Exam] = []
    paper = Paper(exam(), saved.append)
    paper.begin()
    paper.turn_to(0)
    for passed in (30, 61, 100):
        now = passed
        paper.look(look("own-name", ""))
    assert saved[-1].answers[0].seconds == 61
    paper.close(Over.HANDED_IN)
    assert saved[-1].answers[0].seconds == 100


def test_the_time_on_an_exercise_is_also_that_of_a_machine_that_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    clocks = {time.CLOCK_BOOTTIME: 0.0}
    monkeypatch.setattr("runner.learner.exam_clock.time.clock_gettime", clocks.__getitem__)
    paper = Paper(exam(), lambda _: None)
    paper.turn_to(0)
    clocks[time.CLOCK_BOOTTIME] = 3600
    paper.put_down()
    assert paper.exam.answers[0].seconds == 3600


def test_an_exam_does_not_begin_where_a_file_can_be_written_only_once() -> None:
    """Some shared folders give each file to somebody else, who alone may write over it."""
    saved: list[Exam] = []

    def save(one: Exam) -> None:
        if saved:
            raise RunnerError("not-written", path="x", reason="Operation not permitted")
        saved.append(one)

    with pytest.raises(RunnerError):
        Paper(exam(), save).begin()


def test_what_was_handed_in_stays_as_it_is() -> None:
    saved: list[Exam] = []
    paper = Paper(exam(), saved.append)
    paper.begin()
    paper.turn_to(0)
    paper.close(Over.HANDED_IN)
    paper.put_down()
    assert saved[-1] is paper.exam
    assert [one.over for one in saved].count(Over.HANDED_IN) == 1


def test_an_exam_whose_time_ran_out_ended_then() -> None:
    """Whenever it is closed; and no later than it is closed."""
    paper = Paper(replace(exam(), begun=BEGUN), lambda _: None)
    paper.close(Over.TIME)
    assert paper.exam.ended == "2026-03-02T10:50:00Z" < paper.exam.date
    early = Paper(exam(), lambda _: None)
    early.begin()
    early.close(Over.TIME)
    assert early.exam.ended == early.exam.date


# --- values of one's own ---


def test_the_same_seat_has_the_same_values_and_another_has_others(course: Course) -> None:
    ana, again, bia = (exam_values.own(course.variables, "class 3", seat) for seat in ("ana", "ana", "bia"))
    assert ana == again
    assert all(ana[name] != bia[name] for name in exam_values.MARKED)
    assert exam_values.own(course.variables, "class 4", "ana") != ana
    assert exam_values.token("class 3", "ana") == exam_values.token("class 3", "ana")
    assert exam_values.token("class 3", "ana") != exam_values.token("class 3", "bia")


def test_values_are_known_for_ever(course: Course) -> None:
    """A later version must find the values of an old exam again."""
    assert exam_values.own(course.variables, "class 3", "ana") == {
        "root": "/containers/teste-1b81",
        "hostname": "container-host-1b81",
        "cgroup": "container-1b81",
        "memory": "311M",
        "pids": "28",
        "port": "8811",
    }


@given(seed=st.text(), seat=st.text("abcdefghij0123456789-", min_size=1, max_size=31))
def test_all_values_are_valid(course_variables: Course, seed: str, seat: str) -> None:
    variables = course_variables.variables
    values = Values(variables, exam_values.own(variables, seed, seat))
    assert 256 <= int(values["memory"].removesuffix("M")) < 320
    assert 20 <= int(values["pids"]) < 32
    assert (values["cpu_quota"], values["cpu_period"]) == ("50000", "100000"), "words of exercises call them a half"


@pytest.fixture(scope="module")
def course_variables() -> Course:
    from tests.conftest import the_course

    return the_course()


# --- the document ---


def done() -> Exam:
    paper = Paper(exam(), lambda _: None)
    paper.begin()
    paper.turn_to(0)
    paper.look(look("own-name", "*"))
    paper.turn_to(1)
    paper.look(look("leaky-name", "machine"))
    paper.put_down()
    paper.close(Over.HANDED_IN)
    return paper.exam


def test_the_document_is_read_as_it_was_written() -> None:
    whole = replace(done(), answers=tuple(replace(one, seconds=round(one.seconds)) for one in done().answers))
    assert exam_json.parse(exam_json.written(whole)) == whole
    document = json.loads(exam_json.written(whole))
    assert document["schema"] == "semdocker/exam/1"
    assert [one["state"] for one in document["exercises"]] == ["solved", "open"]
    assert (document["over"], document["minutes"], document["seed"]) == ("handed-in", 50, "class 3")


@pytest.mark.parametrize("tool", ["python", "jq"])
def test_standard_tools_find_the_same_digest(tmp_path: Path, tool: str) -> None:
    """With a name that is not ASCII, too."""
    path = tmp_path / "ana.json"
    path.write_bytes(exam_json.written(replace(done(), user="josé", seed="turma é 3 “x” \\ /")))
    if tool == "jq":
        if not shutil.which("jq"):
            pytest.skip("jq is not installed")
        rest = subprocess.run(["jq", "-cjS", "del(.sha256)", path], capture_output=True, check=True).stdout
    else:
        found = json.loads(path.read_text())
        del found["sha256"]
        rest = json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert hashlib.sha256(rest).hexdigest() == json.loads(path.read_text())["sha256"]


def test_a_changed_document_is_found_out() -> None:
    content = exam_json.written(done())
    better = content.replace(b'"open"', b'"solved"').replace(b'"true": false', b'"true": true')
    assert better != content
    with pytest.raises(exam_json.Changed):
        exam_json.parse(better)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("minutes", "50"),
        ("minutes", 1.5),
        ("starts", "x"),
        ("values", {"a": 1}),
        ("exercises", {}),
        ("exercises", [{"id": "x"}]),
        ("over", "somehow"),
        ("seat", None),
        ("sha256", 1),
        ("user", "\ud800"),
        ("begun", ""),
        ("begun", "yesterday"),
        ("begun", "2026-03-02"),
        ("begun", "2026-3-2T10:00:00Z"),
        ("begun", "2026-03-02T10:00:00"),
        ("begun", "2026-03-02T10:00:00+02:00"),
        ("date", None),
        ("date", "9999-99-99T10:00:00Z"),
    ],
)
def test_what_is_no_exam_is_a_value_error(field: str, value: object) -> None:
    found = {**exam_json.document(done()), field: value}
    if field not in ("sha256", "user"):
        found["sha256"] = exam_json.digest(found)
    with pytest.raises(ValueError):
        exam_json.parse(json.dumps(found).encode())


def test_the_growing_file_names_no_cause() -> None:
    """The student can read it. What is solved, and an exam that is over, name everything."""
    paper = Paper(exam("leaky-name"), lambda _: None)
    paper.begin()
    paper.look(look("leaky-name", "drawer"))
    assert b"drawer" not in exam_json.written(paper.exam)
    assert json.loads(exam_json.written(paper.exam))["exercises"][0]["facts"][2]["id"] is None
    paper.close(Over.TIME)
    assert b"drawer" in exam_json.written(paper.exam)
    solved = Paper(exam("leaky-name"), lambda _: None)
    solved.look(look("leaky-name", "*"))
    assert b"drawer" in exam_json.written(solved.exam)


def test_junit_has_a_case_for_each_fact_and_the_digest() -> None:
    whole = done()
    own, leaky = ElementTree.fromstring(exam_file.junit(whole))
    assert (own.get("failures"), leaky.get("tests"), leaky.get("failures")) == ("0", "3", "2")
    properties = {one.get("name"): one.get("value") for one in leaky.iter("property")}
    assert properties["sha256"] == exam_json.document(whole)["sha256"]
    assert properties["seat"] == "ana"


def test_a_digest_is_read_aloud_in_groups() -> None:
    assert grouped("0123456789abcdef") == "01234567 89abcdef"
    assert len(grouped("0" * 64)) < 78


# --- the file ---


def begun(path: Path, **more: object) -> Exam:
    some = replace(exam(**more), begun=BEGUN)  # type: ignore[arg-type]
    exam_file.save(path, some)
    return some


def refused(path: Path, wanted: Exam) -> str:
    with pytest.raises(UsageError) as caught:
        exam_file.before(path, wanted)
    return caught.value.key


def test_a_new_file_is_nobodys_exam(tmp_path: Path) -> None:
    path = tmp_path / "ana.json"
    assert exam_file.before(path, exam()) is None
    assert not list(tmp_path.iterdir()), "nothing is written yet"
    exam_file.save(path, replace(exam(), begun=BEGUN))
    assert path.stat().st_mode & 0o777 == 0o600, "a neighbour still sits at it"


def test_the_same_exam_is_gone_on_with(tmp_path: Path) -> None:
    """With all that was reached, and with the names of its facts, which the file did not have."""
    path = tmp_path / "ana.json"
    paper = Paper(exam(), lambda one: exam_file.save(path, one))
    paper.begin()
    paper.turn_to(1)
    paper.look(look("leaky-name", "machine drawer"))
    found = exam_file.before(path, exam())
    assert found
    assert [(fact.id, fact.true) for fact in found.answers[1].facts] == [
        ("machine", True),
        ("container", False),
        ("drawer", True),
    ]
    assert found.begun == paper.exam.begun
    again = Paper(found, lambda _: None)
    again.begin()
    assert (again.exam.begun, len(again.exam.starts)) == (paper.exam.begun, 2)


@pytest.mark.parametrize(
    "other",
    [
        exam(*reversed(TASKS)),
        exam("own-name"),
        exam(seed="class 4"),
        exam(seat="bia"),
        exam(minutes=51),
        exam(values={"hostname": "x"}),
    ],
)
def test_another_exam_is_not_written_over(tmp_path: Path, other: Exam) -> None:
    begun(tmp_path / "ana.json")
    assert refused(tmp_path / "ana.json", other) == "exam-other"


def test_an_exam_that_is_over_is_not_begun_again(tmp_path: Path) -> None:
    whole = done()
    exam_file.save(tmp_path / "ana.json", whole)
    with pytest.raises(UsageError) as caught:
        exam_file.before(tmp_path / "ana.json", exam())
    assert caught.value.key == "exam-over"
    assert caught.value.values["digest"] == exam_json.document(whole)["sha256"]


def test_junit_that_could_not_be_written_at_the_end_is_written_later(tmp_path: Path) -> None:
    """The exam is over all the same, and a file that is there stays."""
    path, xml = tmp_path / "ana.json", tmp_path / "ana.xml"
    exam_file.save(path, done())
    for _ in range(2):
        with pytest.raises(UsageError) as caught:
            exam_file.before(path, exam(), xml)
        assert caught.value.key == "exam-over"
    assert xml.read_text() == exam_file.junit(done_in(path))
    xml.write_text("mine")
    with pytest.raises(UsageError):
        exam_file.before(path, exam(), xml)
    assert xml.read_text() == "mine"


def done_in(path: Path) -> Exam:
    return exam_json.parse(path.read_bytes())


def test_what_somebody_wrote_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    """Between the first look and Enter, or during the exam; not by way of a link either."""
    path, link = tmp_path / "ana.json", tmp_path / "link.xml"
    path.write_text("mine")
    link.symlink_to(tmp_path / "nowhere")
    for write, there in ((exam_file.begin, path), (exam_file.save_junit, path), (exam_file.save_junit, link)):
        with pytest.raises(UsageError) as caught:
            write(there, done())
        assert caught.value.key == "exam-there"
    assert (path.read_text(), sorted(tmp_path.iterdir())) == ("mine", [path, link])
    exam_file.begin(tmp_path / "new.json", done())
    assert (tmp_path / "new.json").stat().st_mode & 0o777 == 0o600
    with pytest.raises(RunnerError) as refused:
        exam_file.begin(tmp_path / "no" / "x.json", done())
    assert refused.value.key == "not-written"


def test_where_files_need_a_name_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not every file system has files without one."""
    monkeypatch.setattr("runner.host.files.os.O_TMPFILE", os.O_DIRECTORY)
    path = tmp_path / "ana.json"
    exam_file.begin(path, done())
    before = path.read_bytes()
    with pytest.raises(UsageError):
        exam_file.begin(path, exam())
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"{}", b"notes of mine", b'{"schema": "semdocker/exam/2"}'])
def test_what_is_there_is_not_written_over(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ana.json"
    path.write_bytes(content)
    assert refused(path, exam()) == "exam-there"
    with pytest.raises(UsageError):
        exam_file.free(path)
    assert path.read_bytes() == content


def test_places_that_could_not_be_written_are_refused_early(tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "link.json").symlink_to(tmp_path / "nowhere")
    assert refused(tmp_path / "folder.json", exam()) == "exam-there"
    assert refused(tmp_path / "link.json", exam()) == "exam-there"
    assert refused(tmp_path / "no" / "x.json", exam()) == "report-folder"
    for length in (400, 255, 240):  # the last two have a name that is not too long, but could not be written whole
        assert refused(tmp_path / f"{'x' * (length - 5)}.json", exam()) == "not-written"
    if os.geteuid():
        tmp_path.chmod(0o500)
        assert refused(tmp_path / "ana.json", exam()) == "not-written"
        tmp_path.chmod(0o700)


@pytest.mark.root
def test_behind_sudo_it_is_the_person_s_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where they may not write, or read, root does not either; and that is told before anything is asked."""
    with tempfile.TemporaryDirectory(prefix="semdocker-test-") as name:
        _behind_sudo(Path(name), monkeypatch)


def _behind_sudo(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    who = login.Person("nobody", 65534, 65534, base, base, behind_sudo=True)
    monkeypatch.setattr(login, "person", lambda: who)
    theirs, ours = base / "theirs", base / "ours"
    for folder in (base, theirs, ours):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
    os.chown(theirs, 65534, 65534)
    assert exam_file.before(theirs / "ana.json", exam()) is None
    begun(theirs / "ana.json")
    assert (theirs / "ana.json").stat().st_uid == 65534
    exam_file.begin(theirs / "new.json", exam())
    assert (theirs / "new.json").stat().st_uid == 65534
    with pytest.raises(UsageError):
        exam_file.begin(theirs / "new.json", exam())
    assert exam_file.before(theirs / "ana.json", exam())
    assert refused(ours / "ana.json", exam()) == "not-written"
    (theirs / "secret.json").write_text("root's")
    (theirs / "secret.json").chmod(0o600)
    assert refused(theirs / "secret.json", exam()) == "not-written"


# --- the clock ---


def test_the_clock_runs_from_the_beginning_whatever_happened_since() -> None:
    def ago(seconds: float) -> str:
        return (datetime.now(UTC) - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def left(begun: float, saved: float, spent: float = 0) -> float:
        some = exam(minutes=30, begun=ago(begun), date=ago(saved))
        return exam_clock.left(replace(some, answers=tuple(replace(one, seconds=spent / 2) for one in some.answers)))

    assert 1199 <= left(600, 600) + 1 <= 1202
    assert left(7200, 7200) == 0
    assert left(-7200, -7200) == 1800, "a calendar that was set back gives no more than the whole time"
    assert left(-7200, -7200 - 1200) == 600, "and no more than what was left when the exam was saved"
    assert left(-7200, -7200, spent=1500) == 300, "and nothing of what was spent, if the exam was saved since"


def test_little_time_is_told_once() -> None:
    clock = Clock(0.5)
    assert (clock.said(), clock.warnings()) == ("under 1 min left", [])
    clock = Clock(301)
    clock._end -= 2
    assert clock.warnings() == ["5 min left"]
    assert clock.warnings() == []
    clock._end -= 241
    assert clock.warnings() == ["under 1 min left"]


def test_the_end_of_the_time_comes_into_whatever_waits() -> None:
    clock = Clock(1.2)
    began = time.monotonic()
    with pytest.raises(TimeOver), signals.ending(clock.left):
        time.sleep(60)
    assert time.monotonic() - began < 10
    with pytest.raises(TimeOver), signals.ending(clock.left):
        pytest.fail("no time was left")
    with signals.ending(lambda: 1.0):
        pass
    time.sleep(1.1)  # nothing rings after the block
