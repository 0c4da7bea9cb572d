"""The file of an exam, which is nobody else's and is written over by nobody; and the JUnit file beside it."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from runner.host import login
from runner.learner import exam_file, exam_json
from runner.learner.exam_paper import Paper
from runner.records.errors import RunnerError, UsageError
from runner.records.exam import Exam
from tests.support.exams import BEGUN, TASKS, done, exam, look


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


def test_junit_has_a_case_for_each_fact_and_the_digest() -> None:
    whole = done()
    own, leaky = ElementTree.fromstring(exam_file.junit(whole))
    assert (own.get("failures"), leaky.get("tests"), leaky.get("failures")) == ("0", "3", "2")
    properties = {one.get("name"): one.get("value") for one in leaky.iter("property")}
    assert properties["sha256"] == exam_json.document(whole)["sha256"]
    assert properties["seat"] == "ana"


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
