"""The reports say what happened, in forms that programs read, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from runner.engine import run_report
from runner.records.errors import RunnerError, UsageError
from runner.records.results import (
    CheckResult,
    CommandResult,
    Finding,
    Leftover,
    LessonResult,
    Missing,
    Outcome,
    Prediction,
    Rollback,
    StepResult,
    Trouble,
)

GOOD = CheckResult("file", (Finding("file.type", "file", "file", Outcome.PASSED, "/x"),))
BAD = CheckResult("namespace", (Finding("namespace.pid", "≠ 5", "5\x1b[2J", Outcome.FAILED),))
LOST = CheckResult("cgroup", (Finding("cgroup", "", "no hierarchy", Outcome.COULD_NOT_CHECK),))
RESULTS = (
    LessonResult(
        "one",
        Outcome.FAILED,
        1.23456,
        (
            StepResult("a", CommandResult("true", 0, "", 0.1), Outcome.PASSED, (GOOD,), 0.2, Prediction("exit", "0")),
            StepResult("b", CommandResult("x <&> y", 0, "", 0.1), Outcome.FAILED, (GOOD, BAD), 0.2),
            StepResult("c", CommandResult("z", None, "", 0.1, Trouble.TIMEOUT), Outcome.FAILED),
            StepResult("d", CommandResult("w", 0, "", 0.1), Outcome.COULD_NOT_CHECK, (LOST,)),
        ),
        Rollback((Leftover("files", "/containers/x", "rm /containers/x"),)),
    ),
    LessonResult("two", Outcome.SKIPPED, 0.0, missing=(Missing("tool.ps", "absent", "apt-get install procps"),)),
)


def test_the_document() -> None:
    document = json.loads(run_report.json_text(RESULTS, "pt", "maria"))
    assert document["schema"] == "semdocker/report/1"
    assert document["lang"] == "pt"
    assert set(document["host"]) == {"name", "kernel", "distribution", "cgroup_version", "arch", "python"}
    one, two = document["lessons"]
    assert (one["id"], one["outcome"], one["seconds"]) == ("one", "failed", 1.235)
    a, b, c, d = one["steps"]
    assert (a["id"], a["command"], a["exit"], a["outcome"], a["seconds"]) == ("a", "true", 0, "passed", 0.2)
    assert (a["prediction"], b["prediction"]) == ({"kind": "exit", "answer": "0"}, None)
    assert b["checks"][1] == {
        "kind": "namespace",
        "fact": "namespace.pid",
        "outcome": "failed",
        "expected": "≠ 5",
        "observed": "5\x1b[2J",
        "source": "",
    }
    assert (c["exit"], c["trouble"]) == (None, "timeout")
    assert d["outcome"] == d["checks"][0]["outcome"] == "could_not_check"
    assert one["rollback"]["clean"] is False
    assert one["rollback"]["leftovers"][0]["what"] == "/containers/x"
    assert two["outcome"] == "skipped"
    assert two["missing"][0]["capability"] == "tool.ps"
    assert two["rollback"] == {
        "clean": True,
        "leftovers": [],
        "noticed": [],
        "restored": [],
        "sealed": [],
        "guarded": True,
        "seconds": 0,
    }


def test_junit() -> None:
    root = Xml.fromstring(run_report.junit(RESULTS))
    one, two = root.findall("testsuite")
    counts = {name: one.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "5", "failures": "3", "errors": "1", "skipped": "0"}
    cases = {case.get("name"): case for case in one}
    assert list(cases["a"]) == []
    message = cases["b"].find("failure").get("message")  # type: ignore[union-attr]
    assert message is not None
    assert "x <&> y" in message
    assert "expected ≠ 5, observed 5\\x1b[2J" in message
    assert "/containers/x" in str(cases["rollback"].find("failure").get("message"))  # type: ignore[union-attr]
    assert two.get("skipped") == "1"
    assert "tool.ps: absent" in str(two[0][0].get("message"))


@pytest.mark.parametrize("name", ["r.json", "r.xml", "R.JSON"])
def test_written_whole_and_alone(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("old")
    run_report.accepts(path)
    run_report.write(path, RESULTS, "en", "default")
    assert path.read_text().startswith(("{", "<?xml"))
    assert path.stat().st_mode & 0o777 == 0o644
    assert [file.name for file in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["r.txt", "r", "r.json.gz", "missing/r.json"])
def test_refused_before_anything_runs(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        run_report.accepts(tmp_path / name)


def test_a_report_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "r.json").mkdir()
    with pytest.raises(RunnerError) as caught:
        run_report.write(tmp_path / "r.json", RESULTS, "en", "default")
    assert caught.value.key == "not-written"
    assert [file.name for file in tmp_path.iterdir()] == ["r.json"]


def test_no_report_is_no_file() -> None:
    run_report.accepts(None)
    run_report.write(None, RESULTS, "en", "default")
