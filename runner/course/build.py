"""Makes the frozen records of the course out of values that have been found right, as their declarations say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from runner.course import format
from runner.course.documents import Understood
from runner.messages.language import ByLanguage
from runner.records.course import Course, Lesson
from runner.records.exercise import Exercise
from runner.records.spec import Either, ListOf, MapOf, Record, Spec

Words = Mapping[str, Understood]  # by language


def course(value: Understood, lessons: tuple[Lesson, ...], **more: Any) -> Course:
    """Make a course; `more` are those of its fields that do not stand in its file."""
    made = _fields(format.COURSE, value)
    return Course(**{**made, "title": ByLanguage(made["title"])}, lessons=lessons, **more)


def lesson(folder: Path, number: int, value: Understood, words: Words) -> Lesson:
    return Lesson(folder=folder, number=number, **_fields(format.LESSON, value), words=_words(format.WORDS, words))


def exercise(folder: Path, value: Understood, words: Words) -> Exercise:
    made = Exercise(folder=folder, **_fields(format.EXERCISE, value), words=_words(format.EXERCISE_WORDS, words))
    breaks = (replace(step, id=f"{step.id}-{number}") for number, step in enumerate(made.breaks, 1))
    return replace(made, breaks=tuple(breaks))


def _words(spec: Record, words: Words) -> ByLanguage[Any]:
    return ByLanguage({language: made(spec, value) for language, value in words.items()})


def _fields(spec: Record, value: Understood) -> dict[str, Any]:
    """Return the fields of a record; keys that only its file has are left out."""
    keys = spec.fields
    return {name: made(keys[name].shape, inner) for name, inner in value.items() if name in keys}


def made(spec: Spec, value: Any) -> Any:
    """Return what a value stands for by its declaration."""
    if isinstance(spec, Either):
        inner = value if isinstance(value, str) else made(_meant(spec, value), value)
        return spec.make(inner) if spec.make else inner
    if isinstance(value, tuple):
        assert isinstance(spec, ListOf)
        return tuple([made(spec.item, inner) for inner in value])
    if not isinstance(value, dict):
        return value
    if isinstance(spec, Record):
        return spec.make(**_fields(spec, value))
    assert isinstance(spec, MapOf)
    return {name: made(spec.value, inner) for name, inner in value.items()}


def _meant(spec: Either, value: tuple[Any, ...] | Understood) -> Spec:
    """Return the form that was written."""
    form = Record if isinstance(value, dict) else ListOf
    return next(option for option in spec.options if isinstance(option, form))
