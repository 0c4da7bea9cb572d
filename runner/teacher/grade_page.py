"""The screen of `grade`: what each script does not do, with what was expected and seen, and the points."""

from __future__ import annotations

from collections.abc import Container, Sequence
from pathlib import Path

from runner.messages.catalog import label, text
from runner.records.grade import NO_TIME, REQUIREMENTS, TOTAL, Grade, Verdict
from runner.records.results import ABSENT, Outcome
from runner.screen.duration import duration
from runner.screen.evidence import details
from runner.screen.face import Face


def contract(face: Face, lessons: Container[str]) -> None:
    """Show what an engine must do, and the points. `lessons` are the ids of those that the course has."""
    face.prose(text("grade.contract"))
    rows = [
        (text(f"grade.title.{one.id}"), str(one.points), one.lesson if one.lesson in lessons else "")
        for one in REQUIREMENTS
    ]
    face.heading(text("grade.requirements"))
    face.table([text("grade.requirements"), text("grade.points"), text("grade.lesson")], rows)
    face.gap()
    face.say(f"{text('grade.points')}: {TOTAL}")
    face.prose(text("grade.isolates-nothing"))


def result(face: Face, grade: Grade, lessons: Container[str]) -> None:
    """Show one script's grade: what it lost, whole, and what it met as a number."""
    face.heading(Path(grade.script).name)
    if grade.trouble:
        face.say(text("grade.not-graded", reason=grade.trouble), "bad")
        return
    lost = [verdict for verdict in grade.verdicts if verdict.outcome is not Outcome.PASSED]
    nothing_ran = any(verdict.requirement.id == "runs" for verdict in lost)
    for verdict in lost:
        folded = nothing_ran and verdict.requirement.id != "runs" and _says_nothing(verdict)
        _lost(face, verdict, lessons, whole=not folded)
    face.say(text("grade.met", count=len(grade.verdicts) - len(lost)))
    told = text("grade.result", points=grade.points, total=TOTAL, seed=grade.seed)
    face.say(f"{told} · {duration(grade.seconds)}", "bad" if lost else "good")


def _says_nothing(verdict: Verdict) -> bool:
    """Tell whether all that was seen is that nothing was there to be looked at."""
    return all(finding.observed in (ABSENT, "", NO_TIME) for finding in verdict.faults)


def _lost(face: Face, verdict: Verdict, lessons: Container[str], *, whole: bool) -> None:
    wanted = verdict.requirement
    title = text(f"grade.title.{wanted.id}")
    face.evidence(verdict.outcome, text("grade.line", title=title, count=wanted.points), [])
    if not whole:
        return
    for finding in verdict.faults:
        origin = f" · {finding.source}" if finding.source else ""
        face.say(f"    {label(finding.fact)}: {', '.join(details(finding))}{origin}")
    look = text(f"grade.look.{wanted.id}")
    known = wanted.lesson in lessons
    face.say(f"    {text('grade.look', look=look, lesson=wanted.lesson) if known else look}", "dim")


def _named(grade: Grade) -> str:
    """Return the ids of what a script lost."""
    lost = [one.requirement.id for one in grade.verdicts if one.outcome is not Outcome.PASSED]
    return text("grade.everything") if len(lost) == len(grade.verdicts) else " ".join(lost)


def summary(face: Face, grades: Sequence[Grade]) -> None:
    """Show the table of a class."""
    head = [text("grade.script"), text("grade.points"), text("table.seconds"), text("grade.lost")]
    rows = [
        [Path(one.script).name, f"{one.points}/{TOTAL}", duration(one.seconds), one.trouble or _named(one)]
        for one in grades
    ]
    full = sum(grade.full for grade in grades)
    face.heading(text("course.summary"))
    face.table(head, rows)
    face.gap()
    face.say(text("grade.all", count=len(grades), full=full), "good" if full == len(grades) else "bad")
