"""A lesson or an exercise as a document for programs: all that its page shows, and only what was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass
from typing import Any

from runner.course.render import Values, render
from runner.records.course import Lesson, Question
from runner.records.exercise import Exercise
from runner.records.texts import Dual
from runner.records.words import QuestionWords

ANSWERS = ("reasons", "right", "wrong", "remarks")  # the words of a question that give its answer away


def lesson_document(lesson: Lesson, language: str, values: Values, *, answers: bool, notes: bool) -> dict[str, Any]:
    words = lesson.words[language]
    own = _filled(words, values)
    told, asked = own.pop("steps"), own.pop("quiz")
    without = () if notes else ("notes",)
    steps = [
        {
            "id": step.id,
            "at": step.at,
            "command": _filled(step.run, values).rstrip("\n"),
            "fails": step.fails is not None,
            **{name: value for name, value in told[step.id].items() if name not in without},
        }
        for step in lesson.steps
    ]
    quiz = [_question(one, words.quiz[one.id], asked[one.id], values, answers=answers) for one in lesson.quiz]
    head = {"id": lesson.id, "cgroup_version": values["cgroup_version"], "minutes": lesson.minutes}
    return {**head, "needs": lesson.needs, "requires": lesson.requires, **own, "steps": steps, "quiz": quiz}


def map_document(lessons: Sequence[Lesson], language: str, values: Values) -> dict[str, Any]:
    """Return what engines call what these lessons build by hand."""
    words = [
        {
            "lesson": lesson.id,
            "title": _filled(lesson.words[language].steps[one.step].title, values),
            "command": _filled(lesson.step(one.step).run, values).rstrip("\n"),
            **{name: value for name, value in asdict(one).items() if value},
        }
        for lesson in lessons
        for one in lesson.engines
    ]
    whole = [
        {"lesson": lesson.id, "text": _filled(said, values)}
        for lesson in lessons
        if (said := lesson.words[language].docker_run)
    ]
    return {"words": words, "docker_run": whole}


def _question(
    one: Question, words: QuestionWords, told: dict[str, Any], values: Values, *, answers: bool
) -> dict[str, Any]:
    if not answers:
        told = {name: value for name, value in told.items() if name not in ANSWERS}
    # The choices stand in the order in which they are shown.
    choices = {"choices": {choice: told["choices"][choice] for choice in one.choices}} if words.choices else {}
    right = {name: _filled(getattr(one, name), values) for name in ("answer", "accepts", "number", "tolerance")}
    given = {name: value for name, value in right.items() if value} if answers else {}
    return {"id": one.id, **told, **choices, **given}


def exercise_document(exercise: Exercise, language: str, values: Values, *, answers: bool) -> dict[str, Any]:
    own = _filled(exercise.words[language], values)
    told = own.pop("facts")
    facts = [{"id": fact.id, "cause": fact.cause, **told[fact.id]} for fact in exercise.facts]
    if answers:
        own["solution"] = [command.rstrip("\n") for command in _filled(exercise.fix, values)]
    else:
        del own["explain"]
    head = {"id": exercise.id, "cgroup_version": values["cgroup_version"], "minutes": exercise.minutes}
    return {**head, "lesson": exercise.lesson, "broken": exercise.broken, **own, "facts": facts}


def _filled(value: Any, values: Values) -> Any:
    """Return words with their variables filled in. Words for two cgroup versions become those for this one; what is
    empty is left out."""
    if isinstance(value, str):
        return render(value, values)
    if isinstance(value, Dual):
        return render(value.on(values["cgroup_version"]), values)
    if is_dataclass(value):
        pairs = {field.name: getattr(value, field.name) for field in fields(value) if field.name != "partly"}
        return {name: _filled(inner, values) for name, inner in pairs.items() if inner}
    if isinstance(value, Mapping):
        return {name: _filled(inner, values) for name, inner in value.items()}
    return [_filled(inner, values) for inner in value] if isinstance(value, tuple) else value
