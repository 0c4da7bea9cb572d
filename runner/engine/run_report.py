"""The results of a run as documents for programs: JSON with a schema, and JUnit XML."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from runner.engine.junit import Case, Suite, xml
from runner.host import login
from runner.messages import documents, safe_text
from runner.records.errors import UsageError
from runner.records.results import CheckResult, Leftover, LessonResult, Outcome, StepResult

SCHEMA = "semdocker/report/1"
FORMATS = (".json", ".xml")


def accepts(path: Path | None) -> None:
    """Refuse a report that could not be written, before anything runs."""
    if path is None:
        return
    if path.suffix.lower() not in FORMATS:
        raise UsageError("report-extension", path=str(path))
    in_a_folder(path)


def ends_in(endings: Sequence[str], path: Path) -> None:
    """Refuse another kind of file than the one that we write: a slip would write over it. And see `in_a_folder`."""
    if path.suffix.lower() not in endings:
        raise UsageError("wrong-ending", path=str(path), ending=endings[0])
    in_a_folder(path)


def in_a_folder(path: Path) -> None:
    """Refuse a file in a folder that does not exist, before anything runs."""
    if not path.parent.is_dir():
        raise UsageError("report-folder", path=str(path.parent))


def write(path: Path | None, results: Sequence[LessonResult], language: str, seat: str) -> None:
    """Write the report that was asked for, in the form its extension names; whole or not at all."""
    if path is None:
        return
    text = junit(results) if path.suffix.lower() == ".xml" else json_text(results, language, seat)
    login.write(path, text.encode())


def emit(results: Sequence[LessonResult], language: str, seat: str) -> None:
    """Write the JSON report to standard output, for --json."""
    sys.stdout.write(json_text(results, language, seat))


def json_text(results: Sequence[LessonResult], language: str, seat: str) -> str:
    return safe_text.json_text(document(results, language, seat))


def document(results: Sequence[LessonResult], language: str, seat: str) -> dict[str, Any]:
    """Return the document. Its `host` says more than the name, for a result depends on the machine."""
    made = documents.heading(SCHEMA, language)
    return {
        **made,
        "host": {"name": made["host"], **host()},
        "seat": seat,
        "user": login.person().name,
        "lessons": [_lesson(result) for result in results],
    }


def host() -> dict[str, str]:
    """Say what this machine is, for whoever reads the results elsewhere."""
    from runner.host import cgroups

    release = {}
    if Path("/etc/os-release").exists() or Path("/usr/lib/os-release").exists():
        release = platform.freedesktop_os_release()
    return {
        "kernel": platform.release(),
        "distribution": release.get("PRETTY_NAME", ""),
        "cgroup_version": cgroups.read().course_version,
        "arch": platform.machine(),
        "python": platform.python_version(),
    }


def _lesson(result: LessonResult) -> dict[str, Any]:
    return {
        "id": result.id,
        "outcome": result.outcome.value,
        "seconds": round(result.seconds, 3),
        "missing": [
            {"capability": lacks.capability, "observed": lacks.observed, "fix": lacks.fix} for lacks in result.missing
        ],
        "steps": [_step(step) for step in result.steps],
        "rollback": {
            "clean": result.rollback.clean,
            "leftovers": _differences(result.rollback.leftovers),
            "noticed": _differences(result.rollback.noticed),
            "restored": list(result.rollback.restored),
            "sealed": list(result.rollback.sealed),
            "guarded": result.rollback.guarded,
            "seconds": round(result.rollback.seconds, 3),
        },
    }


def _differences(found: Sequence[Leftover]) -> list[dict[str, str]]:
    return [asdict(left) for left in found]


def _step(step: StepResult) -> dict[str, Any]:
    return {
        "id": step.id,
        "command": step.command.command,
        "exit": step.command.exit,
        "trouble": step.command.trouble.value if step.command.trouble else None,
        "outcome": step.outcome.value,
        "seconds": round(step.seconds, 3),
        "checks": [finding for result in step.checks for finding in _findings(result)],
        "prediction": step.prediction and {"kind": step.prediction.kind, "answer": step.prediction.answer},
    }


def _findings(result: CheckResult) -> list[dict[str, Any]]:
    """Return one entry for each fact; its kind is that of its check."""
    return [
        {
            "kind": result.kind,
            "fact": finding.fact,
            "outcome": finding.outcome.value,
            "expected": finding.expected,
            "observed": finding.observed,
            "source": finding.source,
        }
        for finding in result.findings
    ]


def junit(results: Sequence[LessonResult]) -> str:
    """Return a test suite for each lesson, with a test case for each step; a skipped lesson is one skipped case."""
    return xml("semdocker", [Suite(result.id, [*_cases(result)], result.seconds) for result in results])


def _cases(result: LessonResult) -> Iterator[Case]:
    for step in result.steps:
        yield Case(step.id, step.outcome, _blame(step), step.seconds)
    extra = _beyond_steps(result)
    if extra:
        yield extra


def _beyond_steps(result: LessonResult) -> Case | None:
    """Tell what no step tells: why the lesson was skipped, or what its rollback left behind."""
    if result.outcome == Outcome.SKIPPED:
        lacking = "; ".join(f"{lacks.capability}: {lacks.observed}" for lacks in result.missing)
        return Case("requires", Outcome.SKIPPED, lacking, 0)
    if not result.rollback.clean:
        return Case("rollback", Outcome.FAILED, "; ".join(left.what for left in result.rollback.leftovers), 0)
    if result.outcome != Outcome.PASSED and all(step.outcome == Outcome.PASSED for step in result.steps):
        return Case("lesson", result.outcome, "", 0)
    return None


def _blame(step: StepResult) -> str:
    command = step.command
    ended = f"trouble: {command.trouble.value}" if command.trouble else f"exit: {command.exit}"
    facts = [
        f"{finding.fact}: expected {finding.expected}, observed {finding.observed}"
        for result in step.checks
        for finding in result.findings
        if finding.outcome != Outcome.PASSED
    ]
    return "; ".join([f"command: {command.command}", ended, *facts])
