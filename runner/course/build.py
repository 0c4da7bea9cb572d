"""Makes the frozen records of the course out of values that have been found right."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runner.messages.language import ByLanguage
from runner.records.course import (
    Check,
    Course,
    Dual,
    Effect,
    Fails,
    Lesson,
    LessonWords,
    Predict,
    PredictWords,
    Question,
    QuestionWords,
    Sabotage,
    Step,
    StepWords,
    Undo,
    Variable,
)
from runner.records.exercise import Exercise, ExerciseWords, Fact, FactWords, Finder, Start

Values = Mapping[str, Any]


def course(value: Values, lessons: tuple[Lesson, ...], **more: Any) -> Course:
    """`more` are the other fields of a Course."""
    variables = {name: Variable(name, item["type"], item["default"]) for name, item in value["variables"].items()}
    return Course(ByLanguage(value["title"]), variables, lessons, **more)


def lesson(folder: Path, number: int, value: Values, words: Mapping[str, Values]) -> Lesson:
    return Lesson(
        number=number,
        id=value["id"],
        folder=folder,
        minutes=value["minutes"],
        requires=value["requires"],
        needs=value.get("needs", ()),
        leaves=value.get("leaves", ()),
        steps=tuple(_step(step) for step in value["steps"]),
        quiz=tuple(_question(question) for question in value["quiz"]),
        words=ByLanguage({language: _words(text) for language, text in words.items()}),
    )


def _dual(value: str | Values) -> Dual:
    """Block scalars end with a newline that nobody means."""
    if isinstance(value, str):
        return Dual(value.strip("\n"), value.strip("\n"))
    return Dual(value["v1"].strip("\n"), value["v2"].strip("\n"))


def _dual_or_none(value: str | Values | None) -> Dual | None:
    return None if value is None else _dual(value)


def _step(value: Values) -> Step:
    fails = value.get("fails")
    predict = value.get("predict")
    return Step(
        id=value["id"],
        run=_dual(value["run"]),
        undo=_undo(value["undo"]),
        at=value.get("at", "host"),
        enters=value.get("enters"),
        binds=value.get("binds", {}),
        fails=None if fails is None else Fails(fails.get("exit"), fails.get("says")),
        timeout=value.get("timeout", 10.0),
        output=value.get("output", 65536),
        creates=_effects(value),
        checks=tuple(_check(check) for check in value.get("checks", ())),
        predict=None if predict is None else Predict(predict["kind"], predict.get("of")),
        sabotage=tuple(_sabotage(item) for item in value.get("sabotage", ())),
    )


def _sabotage(value: Values) -> Sabotage:
    ((form, command),) = value.items()
    return Sabotage(_dual(command), instead=form == "instead")


def _effects(value: Values) -> tuple[Effect, ...]:
    return tuple(Effect(kind, what) for effect in value.get("creates", ()) for kind, what in effect.items())


def _check(value: Values) -> Check:
    kind = next(name for name in value if name != "within")
    return Check(kind, value[kind], value.get("within", 1.0))


def _undo(value: str | Values | tuple[str | Values, ...]) -> Undo:
    if value == "nothing":
        return Undo()
    if value == "replay":
        return Undo(replay=True)
    commands = value if isinstance(value, tuple) else (value,)
    return Undo(tuple(_dual(command) for command in commands))


def _question(value: Values) -> Question:
    answer = value.get("answer", ())
    return Question(
        id=value["id"],
        choices=value.get("choices", ()),
        answers=(answer,) if isinstance(answer, str) else answer,
        accepts=tuple(map(_dual, value.get("accepts", ()))),
        number=value.get("number"),
        tolerance=value.get("tolerance", 0.0),
    )


def _words(value: Values) -> LessonWords:
    return LessonWords(
        title=value["title"],
        goal=value["goal"],
        intro=_dual(value["intro"]),
        end=_dual(value["end"]),
        steps={id: _step_words(step) for id, step in value["steps"].items()},
        quiz={id: _question_words(question) for id, question in value["quiz"].items()},
    )


def _question_words(value: Values) -> QuestionWords:
    return QuestionWords(
        ask=value["ask"],
        choices=value.get("choices", {}),
        reasons=value.get("reasons", {}),
        right=_dual_or_none(value.get("right")),
        wrong=_dual_or_none(value.get("wrong")),
        remarks={answer: _dual(words) for answer, words in value.get("remarks", {}).items()},
    )


def _step_words(value: Values) -> StepWords:
    predict = value.get("predict")
    return StepWords(
        title=value["title"],
        explain=_dual(value["explain"]),
        hints=value["hints"],
        flags=value.get("flags", {}),
        after=_dual_or_none(value.get("after")),
        why=_dual_or_none(value.get("why")),
        predict=None if predict is None else PredictWords(_dual(predict["ask"]), _dual(predict["why"])),
        notes=_dual_or_none(value.get("notes")),
    )


# --- exercises --------------------------------------------------------------------------------


def exercise(folder: Path, value: Values, words: Mapping[str, Values]) -> Exercise:
    return Exercise(
        id=value["id"],
        folder=folder,
        lesson=value["lesson"],
        minutes=value["minutes"],
        requires=value["requires"],
        start=tuple(Start(entry["lesson"], entry.get("steps")) for entry in value.get("start", ())),
        breaks=tuple(_break(number, entry) for number, entry in enumerate(value.get("breaks", ()), 1)),
        creates=_effects(value),
        places={name: Finder(**finder) for name, finder in value.get("places", {}).items()},
        facts=tuple(Fact(one["id"], tuple(_check(check) for check in one["checks"])) for one in value["facts"]),
        fix=_commands(value["fix"]),
        also=_commands(value["also"]),
        wrong=tuple(_commands(way) for way in value["wrong"]),
        words=ByLanguage({language: _exercise_words(text) for language, text in words.items()}),
    )


def _break(number: int, value: Values) -> Step:
    return _step({**value, "id": f"break-{number}", "undo": "replay"})


def _commands(value: tuple[str | Values, ...]) -> tuple[Dual, ...]:
    return tuple(_dual(command) for command in value)


def _exercise_words(value: Values) -> ExerciseWords:
    return ExerciseWords(
        title=value["title"],
        goal=value.get("goal", ""),
        story=value.get("story", ""),
        symptom=value.get("symptom", ""),
        facts={id: FactWords(one["title"], one["why"]) for id, one in value["facts"].items()},
        hints=value["hints"],
        explain=value["explain"],
    )
