"""Grades as documents for programs: JSON with a schema, JUnit XML, and CSV with a row for each script."""

from __future__ import annotations

import csv
import io
from collections.abc import Container, Iterator, Sequence
from typing import Any

from runner.engine.junit import Case, Suite, xml
from runner.messages import documents, safe_text
from runner.messages.catalog import text
from runner.records.grade import REQUIREMENTS, TOTAL, Grade, Verdict
from runner.records.results import Finding, Outcome

SCHEMA = "semdocker/grade/1"
COLUMNS = ("script", "points", "of", "percent", "seconds", "seed", "sha256", "trouble")


def json_text(grades: Sequence[Grade], language: str, lessons: Container[str]) -> str:
    """`lessons` are the ids of those that the course has: no other is named."""
    scripts = [_script(grade, lessons) for grade in grades]
    return safe_text.json_text({**documents.heading(SCHEMA, language), "of": TOTAL, "scripts": scripts})


def _script(grade: Grade, lessons: Container[str]) -> dict[str, Any]:
    return {
        "script": grade.script,
        "sha256": grade.digest,
        "seed": grade.seed,
        "seconds": round(grade.seconds, 3),
        "trouble": grade.trouble or None,
        "points": grade.points,
        "requirements": [_requirement(verdict, lessons) for verdict in grade.verdicts],
    }


def _requirement(verdict: Verdict, lessons: Container[str]) -> dict[str, Any]:
    wanted = verdict.requirement
    return {
        "id": wanted.id,
        "title": text(f"grade.title.{wanted.id}"),
        "outcome": verdict.outcome.value,
        "points": verdict.earned,
        "of": wanted.points,
        "lesson": wanted.lesson if wanted.lesson in lessons else None,
        "look": text(f"grade.look.{wanted.id}"),
        "faults": [_finding(one) for one in verdict.faults],
    }


def _finding(one: Finding) -> dict[str, str]:
    return {
        "fact": one.fact,
        "outcome": one.outcome.value,
        "expected": one.expected,
        "observed": one.observed,
        "source": one.source,
    }


def junit(grades: Sequence[Grade]) -> str:
    """Return a test suite for each script, with a test case for each requirement."""
    return xml("semdocker grade", [Suite(grade.script, [*_cases(grade)], grade.seconds) for grade in grades])


def _cases(grade: Grade) -> Iterator[Case]:
    for verdict in grade.verdicts:
        yield Case(verdict.requirement.id, verdict.outcome, "; ".join(map(_sentence, verdict.faults)))
    if grade.trouble:
        yield Case("grade", Outcome.COULD_NOT_CHECK, grade.trouble)


def _sentence(one: Finding) -> str:
    return f"{one.fact}: expected {one.expected}, observed {one.observed}"


def csv_text(grades: Sequence[Grade]) -> str:
    """Return a row for each script: its points in all, and those of each requirement."""
    held = io.StringIO()
    names = [requirement.id for requirement in REQUIREMENTS]
    rows = csv.DictWriter(held, [*COLUMNS, *names], restval="", lineterminator="\n")
    rows.writeheader()
    for grade in grades:
        values = (
            *(grade.script, grade.points, TOTAL, round(100 * grade.points / TOTAL, 1), round(grade.seconds, 1)),
            *(grade.seed, grade.digest, grade.trouble),
        )
        row = dict(zip(COLUMNS, map(_cell, values), strict=True))
        rows.writerow({**row, **{verdict.requirement.id: verdict.earned for verdict in grade.verdicts}})
    return held.getvalue().encode(errors="backslashreplace").decode()


def _cell(value: object) -> object:
    return safe_text.no_formula(safe_text.line(value)) if isinstance(value, str) else value
