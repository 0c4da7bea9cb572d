"""The output of `lint`: lines for people, annotations for GitHub, or a JSON document."""

from __future__ import annotations

from typing import TextIO

from runner.author.lint import WARNINGS, Report
from runner.messages import safe_text
from runner.messages.catalog import text
from runner.records.errors import Fault
from runner.screen.error_page import gathered
from runner.screen.face import Face


def show_report(face: Face, report: Report) -> None:
    for fault in gathered(report.faults):
        place: dict[str, str | float] = {"file": fault.file, "line": fault.line, "column": fault.column}
        if fault.key in WARNINGS:
            face.say(text("lint.warning", sentence=sentence(fault), **place), "warn")
        else:
            face.say(text("fault", sentence=sentence(fault), **place), "bad")
    lessons = text("lint.lessons", count=report.lessons)
    if not report.faults:
        face.say(text("lint.clean", lessons=lessons), "good")
        return
    errors, warnings = (text(f"lint.{name}", count=getattr(report, name)) for name in ("errors", "warnings"))
    face.gap()
    face.say(text("lint.found", lessons=lessons, errors=errors, warnings=warnings))
    face.say(text("lint.reference"), "dim")


def show_accepted(face: Face, files: list[str]) -> None:
    for name in files:
        face.say(text("lint.accepted", file=name))
    if not files:
        face.say(text("lint.accepted-already"))


def write_annotations(stream: TextIO, report: Report) -> None:
    """Write the faults as annotations for GitHub Actions.

    The form is that of https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    for fault in report.faults:
        level = "warning" if fault.key in WARNINGS else "error"
        place = f"file={_property(fault.file)},line={fault.line},col={fault.column}"
        stream.write(f"::{level} {place}::{_data(sentence(fault))}\n")


def document(report: Report, language: str) -> str:
    faults = [
        {
            "file": fault.file,
            "line": fault.line,
            "column": fault.column,
            "severity": "warning" if fault.key in WARNINGS else "error",
            "key": fault.key,
            "message": sentence(fault),
        }
        for fault in report.faults
    ]
    counts = {"lessons": report.lessons, "errors": report.errors, "warnings": report.warnings}
    whole = {"schema": "semdocker/lint/1", "lang": language, **counts, "faults": faults}
    return safe_text.json_text(whole)


def accepted(files: list[str], language: str) -> str:
    document = {"schema": "semdocker/accept/1", "lang": language, "files": files}
    return safe_text.json_text(document)


def sentence(fault: Fault) -> str:
    """Return what a fault says, on one line and without its place."""
    return safe_text.line(text(fault.key, **fault.values))


def _data(words: str) -> str:
    return words.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(words: str) -> str:
    return _data(safe_text.line(words)).replace(":", "%3A").replace(",", "%2C")
