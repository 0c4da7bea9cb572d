"""`semdocker grade` from outside."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from runner.records.errors import ExitStatus
from runner.records.grade import REQUIREMENTS
from tests.support.command import semdocker


@pytest.mark.parametrize(("language", "points"), [("en", "Points: 100"), ("pt", "Pontos: 100")])
def test_the_contract(language: str, points: str) -> None:
    page = semdocker("grade", "--list", "--lang", language)
    assert page.returncode == ExitStatus.OK
    assert points in page.stdout
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
