"""An exam that somebody could have written, and looks at its facts."""

from __future__ import annotations

from runner.learner.exam_paper import Paper
from runner.records.exam import Exam, Over, unanswered
from runner.records.exercise import FactResult
from runner.records.results import CheckResult, Finding, Outcome
from tests.support.collected_class import exercises

TASKS = ("own-name", "leaky-name")
BEGUN = "2026-03-02T10:00:00Z"


def exam(*tasks: str, seed: str = "class 3", seat: str = "ana", **more: object) -> Exam:
    answers = tuple(unanswered(exercises()[id]) for id in tasks or TASKS)
    asked = {"user": "ana", "values": {"hostname": "box-3fa2"}, "minutes": 50, "date": BEGUN, **more}
    return Exam(version="1.0.0", host="lab-3", seat=seat, seed=seed, answers=answers, **asked)  # type: ignore[arg-type]


def look(exercise: str, true: str) -> list[FactResult]:
    """Return what a look found: the facts named in one string are true, or all of "*"."""
    found = []
    for fact in exercises()[exercise].facts:
        passed = true == "*" or fact.id in true
        finding = Finding("x", "", "", Outcome.PASSED if passed else Outcome.FAILED)
        found.append(FactResult(fact.id, (CheckResult("x", (finding,)),), fact.cause))
    return found


def done() -> Exam:
    """Return an exam that was handed in: the first exercise is solved, and one fact of the second is true."""
    paper = Paper(exam(), lambda _: None)
    paper.begin()
    paper.turn_to(0)
    paper.look(look("own-name", "*"))
    paper.turn_to(1)
    paper.look(look("leaky-name", "machine"))
    paper.put_down()
    paper.close(Over.HANDED_IN)
    return paper.exam
