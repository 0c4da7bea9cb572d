"""Make the frozen records of the course from values that `check_shapes` has accepted, as their declarations say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from runner.course import format, render
from runner.course.drafts import PARTLY, Understood
from runner.messages.language import ByLanguage
from runner.records.course import Course, Lesson
from runner.records.exercise import Exercise
from runner.records.shapes import Either, ListOf, MapOf, Record, Spec

Words = Mapping[str, Understood]  # The key is the language.


def course(value: Understood, lessons: tuple[Lesson, ...], **more: Any) -> Course:
    """Make a course. `more` are the fields that do not stand in its file."""
    fields = _fields(format.COURSE, value)
    parts = tuple(replace(part, title=ByLanguage(part.title)) for part in fields["parts"])
    return Course(**{**fields, "title": ByLanguage(fields["title"]), "parts": parts}, lessons=lessons, **more)


def lesson(folder: Path, number: int, value: Understood, words: Words) -> Lesson:
    """Make a lesson from the values of its files. Its number is its place in the course."""
    name = value.get("folder")
    value, words = render.with_folder(value, name), render.with_folder(words, name)
    return Lesson(directory=folder, number=number, **_fields(format.LESSON, value), words=_words(format.WORDS, words))


def exercise(folder: Path, value: Understood, words: Words, lesson: Lesson) -> Exercise:
    """Make an exercise of a lesson from the values of its files. Each step that breaks something gets its own id."""
    value, words = render.with_folder(value, lesson.folder), render.with_folder(words, lesson.folder)
    made = Exercise(directory=folder, **_fields(format.EXERCISE, value), words=_words(format.EXERCISE_WORDS, words))
    breaks = (replace(step, id=f"{step.id}-{number}") for number, step in enumerate(made.breaks, 1))
    return replace(made, breaks=tuple(breaks))


def _words(spec: Record, words: Words) -> ByLanguage[Any]:
    return ByLanguage(
        {language: replace(made(spec, value), partly=value.get(PARTLY, False)) for language, value in words.items()}
    )


def _fields(spec: Record, value: Understood) -> dict[str, Any]:
    """Return the fields of a record. Keys that only the file has, such as `format`, are left out."""
    keys = spec.fields
    return {name: made(keys[name].shape, inner) for name, inner in value.items() if name in keys}


def made(spec: Spec, value: Any) -> Any:
    """Return what a value stands for, as its declaration says: a record, a tuple, a mapping, or the value itself."""
    if isinstance(spec, Either):
        inner = value if isinstance(value, str) else made(_written(spec, value), value)
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


def _written(spec: Either, value: tuple[Any, ...] | Understood) -> Spec:
    """Return the one of its shapes in which the value was written."""
    form = Record if isinstance(value, dict) else ListOf
    return next(option for option in spec.options if isinstance(option, form))
