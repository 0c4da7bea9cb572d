"""`semdocker grade` from outside."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from runner.records.errors import ExitStatus, RunnerError
from runner.records.grade import REQUIREMENTS
from runner.records.options import Options
from runner.verbs import grade
from tests.support.command import semdocker


@pytest.mark.parametrize(
    ("language", "points", "nothing"),
    [
        ("en", "Points: 100", "gets no points: it has made no container."),
        ("pt", "Pontos: 100", "não ganha ponto nenhum: ele não fez um contêiner."),
    ],
)
def test_the_contract(language: str, points: str, nothing: str) -> None:
    page = semdocker("grade", "--list", "--lang", language)
    assert page.returncode == ExitStatus.OK
    assert points in page.stdout
    assert nothing in " ".join(page.stdout.split())
    assert "mydocker run" in page.stdout
    assert len([line for line in page.stdout.splitlines() if re.search(r"  [1-6]( |$)", line)]) == len(REQUIREMENTS)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--seconds", "0", "x.sh"],
        ["--csv", "/no/such/folder/x.csv", "x.sh"],
        ["--junit", "/no/such/folder/x.xml", "x.sh"],
        ["--seed", "x", "x.sh"],
    ],
)
def test_wrong_words_are_refused(arguments: list[str]) -> None:
    assert semdocker("grade", *arguments).returncode == ExitStatus.USAGE


@pytest.mark.root
def test_a_file_that_is_not_there_is_refused() -> None:
    done = semdocker("grade", "/no/such/script")
    assert done.returncode == ExitStatus.USAGE
    assert "/no/such/script" in done.stderr


@pytest.mark.root
def test_a_class_is_graded_and_written_down(tmp_path: Path) -> None:
    scripts = []
    for name in ("ana", "bia"):
        scripts.append(tmp_path / f"{name}.sh")
        scripts[-1].write_text("#!/bin/sh\nexit 0\n")
    reports = ["--csv", str(tmp_path / "class.csv"), "--junit", str(tmp_path / "class.xml"), "--json"]
    done = semdocker("grade", "--seed", "5", "--seconds", "1", "--seat", "teacher", *reports, *map(str, scripts))
    assert done.returncode == ExitStatus.FAILED, done.stderr
    document = json.loads(done.stdout)
    assert document["schema"] == "semdocker/grade/1"
    assert [(Path(one["script"]).name, one["points"], one["seed"]) for one in document["scripts"]] == [
        ("ana.sh", 0, 5),
        ("bia.sh", 0, 6),
    ]
    rows = list(csv.DictReader((tmp_path / "class.csv").read_text().splitlines()))
    assert [Path(row["script"]).name for row in rows] == ["ana.sh", "bia.sh"]
    assert len(ElementTree.parse(tmp_path / "class.xml").getroot()) == 2
    assert "ana.sh" in done.stderr


@pytest.mark.root
@pytest.mark.parametrize("error", [RunnerError("lab-failed", detail="no room"), ValueError("no room")])
def test_a_lab_that_does_not_open_is_told_and_the_class_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    asked: list[str] = []

    def refuse(_: object, script: Path, *__: object) -> Iterator[None]:
        asked.append(script.name)
        raise error
        yield

    monkeypatch.setattr("runner.teacher.grade.grading", refuse)
    scripts = [tmp_path / name for name in ("ana.sh", "bia.sh")]
    for script in scripts:
        script.write_text("#!/bin/sh\n")
    options = Options(plain=True, json=True, seat="teacher")
    assert grade.begin(options, scripts, None, None, 1, 10.0) == ExitStatus.FAILED
    assert asked == ["ana.sh", "bia.sh"]
    document = json.loads(capsys.readouterr().out)
    assert ["no room" in one["trouble"] for one in document["scripts"]] == [True, True]
    assert [one["points"] for one in document["scripts"]] == [0, 0]
