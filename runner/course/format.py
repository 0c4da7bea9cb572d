"""The format of each kind of file: the keys of the records, the kinds of check, and the lists of other rooms."""

from __future__ import annotations

from dataclasses import replace

from runner.checks.registry import KINDS
from runner.course import dangerous_commands, prediction, render
from runner.host import kernel
from runner.records.course import Check, Course, Lesson
from runner.records.exercise import Exercise, ExerciseWords
from runner.records.shapes import Choice, Either, Key, ListOf, MapOf, Named, Record, Spec, Text, shape
from runner.records.texts import ID, LANGUAGE, NAME
from runner.records.words import LessonWords

VERSION = "1"


def _checks(*without: str) -> Record:
    """Return the shape of one check, without these kinds and keys."""
    kinds = {name: Key(kind.PARAMS, kind.MEANING, None) for name, kind in KINDS.items() if name not in without}
    more = {name: key for name, key in shape(Check).fields.items() if name not in without}
    return Record({**kinds, **more}, exactly_one=(tuple(kinds),), make=Check.of)


CHECK = _checks()
# Nobody knows which command a student will type, so a fact does not look at output. Facts are looked at again and
# again, so none waits.
FACT_CHECK = _checks("output", "within", "sentence")

NAMED: dict[str, Spec] = {
    "check": CHECK,
    "fact-check": FACT_CHECK,
    "guess": Choice(prediction.KINDS),
    "kept-check": _checks("output"),  # before the step there is no output of it
    "hazard": Choice(dangerous_commands.HAZARDS),
    "namespace": Choice(tuple(kernel.NAMESPACES)),
    "type": Choice(tuple(render.TYPES)),
}


def _whole(spec: Spec) -> Spec:
    """Return a shape in which every `Named` is replaced by the shape that it names."""
    match spec:
        case Named():
            return NAMED[spec.name]
        case Record():
            return _record(spec)
        case ListOf():
            return replace(spec, item=_whole(spec.item))
        case MapOf():
            return replace(spec, value=_whole(spec.value))
        case Either():
            return replace(spec, options=tuple(map(_whole, spec.options)))
    return spec


def _record(spec: Record) -> Record:
    return replace(spec, fields={name: replace(key, shape=_whole(key.shape)) for name, key in spec.fields.items()})


COURSE, LESSON, WORDS = (_record(shape(cls)) for cls in (Course, Lesson, LessonWords))
EXERCISE, EXERCISE_WORDS = (_record(shape(cls)) for cls in (Exercise, ExerciseWords))


# --- files, with the keys that no record has -----------------------------------------------------

_FORMAT = {"format": Key(Choice((VERSION,)), "The version of the format.")}
_DIGEST = Text(pattern=r"[0-9a-f]{8}")
_TRANSLATED = Record(
    {
        "from": Key(Text(pattern=LANGUAGE), "The language this was translated from."),
        "lesson": Key(_DIGEST, "The digest of title, goal, intro and end."),
        "steps": Key(MapOf(NAME, _DIGEST), "The digest of each step."),
        "quiz": Key(MapOf(NAME, _DIGEST), "The digest of each question."),
    }
)
_VARIABLES = COURSE.fields["variables"].shape
assert isinstance(_VARIABLES, MapOf)

# The keys are the names that the reference and the schemas give to the kinds of file.
FILES: dict[str, Record] = {
    "course": replace(COURSE, fields={**_FORMAT, **COURSE.fields}),
    "lesson": replace(LESSON, fields={**_FORMAT, **LESSON.fields}),
    "words": replace(
        WORDS,
        fields={
            **WORDS.fields,
            "translated": Key(
                _TRANSLATED,
                "What each part of the source said when this translation was last found right, as a digest. "
                "`semdocker lint --accept` writes it; `lint` then names every part whose source changed since.",
                None,
            ),
        },
    ),
    "exercise": replace(EXERCISE, fields={**_FORMAT, **EXERCISE.fields}),
    "exercise-words": EXERCISE_WORDS,
    # An instructor's own course chooses and orders lessons, sets variables and declares new ones.
    "syllabus": Record(
        {
            **_FORMAT,
            "title": COURSE.fields["title"],
            "lessons": Key(
                ListOf(ID, minimum=1),
                "The lessons of this course in order, built-in ones and one's own; all when not given.",
                None,
            ),
            "variables": Key(
                replace(_VARIABLES, value=Either((Text(), _VARIABLES.value))),
                "Other values for the course's variables, or new variables with `type` and `default`.",
                None,
            ),
        }
    ),
}
