"""The document of an exam: it is read as it was written, and its digest tells whether it was changed."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from runner.learner import exam_json
from runner.learner.exam_paper import Paper
from runner.learner.exam_screen import grouped
from runner.records.exam import Over
from tests.support.exams import done, exam, look


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


def test_a_digest_is_read_aloud_in_groups() -> None:
    assert grouped("0123456789abcdef") == "01234567 89abcdef"
    assert len(grouped("0" * 64)) < 78
