"""The page that documents our JSON says of each document what is in it, and the documents keep to it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from runner import __version__
from runner.engine import run_report
from runner.lab.xray import XRay
from runner.messages import documents
from runner.teacher import class_export, grade_report
from runner.verbs import prove
from tests.support.collected_class import hand_in
from tests.support.command import CHECKOUT, semdocker
from tests.support.practiser import SEAT, Practiser

HEADING = {*documents.heading("x")}
OF_THE_COURSE = {"schema", "lang"}
NAMES = re.compile(r"`(\w+)`")


def page() -> str:
    whole = (CHECKOUT / "CONTRIBUTING.md").read_text()
    return whole.partition("## I want to read the JSON documents")[2].partition("\n## ")[0]


def documented() -> Mapping[str, set[str]]:
    """Return the fields of each document, as the tables name them."""
    found = {}
    for schema, rows in re.findall(
        r"^\| `(semdocker/[\w-]+/\d)` \| \|\n\|---\|---\|\n((?:\|.*\n)+)", page(), re.MULTILINE
    ):
        firsts = [row.split(" | ")[0] for row in rows.splitlines()]
        found[schema] = HEADING | {name for first in firsts for name in NAMES.findall(first)}
    for schema, rest in re.findall(r"^\| `(semdocker/[\w-]+/\d)` \| `[^`]*` \| (.*) \|$", page(), re.MULTILINE):
        found[schema] = OF_THE_COURSE | {*NAMES.findall(re.sub(r"\([^)]*\)", "", rest))}
    return found


def agrees(document: dict[str, Any]) -> None:
    """What the table does not name must be `lang`, which is only where there are words."""
    assert {*document} - {"lang"} == documented()[document["schema"]] - {"lang"}


def test_every_document_is_on_the_page() -> None:
    code = "".join(path.read_text() for path in (CHECKOUT / "runner").rglob("*.py"))
    written = {
        *re.findall(r"semdocker/[a-z-]+/\d", code),
        "semdocker/lesson/1",
        "semdocker/exercise/1",
        "semdocker/map/1",
    }
    assert {*documented(), "semdocker/progress/1", "semdocker/seat/1"} == written


def test_a_heading_says_where_it_comes_from() -> None:
    found = documents.heading("semdocker/x/1", "pt")
    assert (found["schema"], found["version"], found["lang"]) == ("semdocker/x/1", __version__, "pt")
    assert abs(datetime.fromisoformat(found["date"]).timestamp() - datetime.now(UTC).timestamp()) < 5
    assert found["host"] == Path("/proc/sys/kernel/hostname").read_text().strip()


@pytest.mark.parametrize(
    "words",
    [
        "list",
        "glossary",
        "practice --list",
        "show chroot",
        "show own-name",
        "show --map",
        "lint",
        "report",
        "reset --yes chroot",
        "class report class",
        "class init machines pc01=maria",
        "new mine",
    ],
)
def test_what_anybody_can_ask_for(words: str, tmp_path: Path, course: Any) -> None:
    hand_in(tmp_path / "class", course, 1)
    done = semdocker(*words.split(), "--json", cwd=tmp_path, XDG_STATE_HOME=str(tmp_path))
    agrees(json.loads(done.stdout))


def test_what_is_written_of_runs_grades_proofs_and_classes() -> None:
    for text in (
        run_report.json_text((), "en", "maria"),
        grade_report.json_text((), "en", ()),
        class_export.json_text((), "en"),
        json.dumps(prove.document([], "en")),
    ):
        agrees(json.loads(text))
    assert {one.name for one in fields(XRay)} | HEADING == documented()["semdocker/xray/1"]


@pytest.mark.root
@pytest.mark.parametrize("verb", ["status", "cleanup", "doctor"])
def test_what_root_can_ask_for(verb: str) -> None:
    agrees(json.loads(semdocker(verb, "--json").stdout))


@pytest.mark.root
def test_what_is_told_of_a_lab() -> None:
    learner = Practiser("own-name")
    found = json.loads(semdocker("check", "--json", "--seat", SEAT).stdout)
    agrees(found)
    assert (found["seat"], found["user"], found["exercise"]) == (SEAT, "root", "own-name")
    learner.leave()
