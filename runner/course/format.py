"""What may stand in course.yaml, lesson.yaml and the words beside it, declared once."""

from __future__ import annotations

from functools import cache

from runner.course import prediction
from runner.course.dangerous_commands import HAZARDS
from runner.course.render import TYPES
from runner.host import kernel
from runner.records.spec import Choice, Either, Integer, ListOf, MapOf, Number, Record, Spec, Text

VERSION = "1"

NAME = r"[a-z][a-z0-9-]{0,39}"
ID = Text(pattern=NAME, form="form-id")
LANGUAGE = r"[a-z]{2}"

# A tab typed into an interactive shell would ask it for completions.
COMMAND = Text(template=True, pattern=r"[^\t]*", form="form-command")
PROSE = Text(template=True)
LINE = Text(template=True, pattern=r"[^\n]*", form="form-line")
HEADING = Text(pattern=r"[^\n{}]*", form="form-heading")  # the catalogue shows it without knowing any variable


def _pair(form: Spec) -> Record:
    """One form per cgroup version."""
    return Record({"v1": form, "v2": form}, required=("v1", "v2"))


def _dual(form: Spec) -> Either:
    """The same for both cgroup versions, or one form each."""
    return Either((form, _pair(form)))


VARIABLE = r"[a-z][a-z0-9_]{0,39}"
DECLARATION = Record({"type": Choice(tuple(TYPES)), "default": Text()}, required=("type", "default"))

COURSE = Record(
    {
        "format": Choice((VERSION,)),
        "title": MapOf(LANGUAGE, HEADING),
        "variables": MapOf(VARIABLE, DECLARATION),
    },
    required=("format", "title", "variables"),
)

# An instructor's own course: which lessons in which order, and other values for variables (or variables of its own).
SYLLABUS = Record(
    {
        "format": Choice((VERSION,)),
        "title": MapOf(LANGUAGE, HEADING),
        "lessons": ListOf(ID, minimum=1),
        "variables": MapOf(VARIABLE, Either((Text(), DECLARATION))),
    },
    required=("format", "title"),
)

EFFECT = Record(
    {
        "cgroup": Text(template=True, pattern=TYPES["name"], form="form-name"),
        "controllers": ListOf(Choice(("cpu", "memory", "pids")), minimum=1),
    },
    one_of=(("cgroup", "controllers"),),
    only_one=(("cgroup", "controllers"),),
)

# One of these says how a question is answered: by choosing, by a short answer, by a number.
ANSWERED = ("choices", "accepts", "number")
QUESTION = Record(
    {
        "id": ID,
        "choices": ListOf(ID, minimum=2),
        "answer": Either((ID, ListOf(ID, minimum=1))),
        "accepts": ListOf(_dual(LINE), minimum=1),
        "number": Number(-1e12, 1e12),
        "tolerance": Number(0, 1e12),
    },
    required=("id",),
    one_of=(ANSWERED,),
    only_one=(ANSWERED,),
)

# What the student guesses before the step runs; the answers are found in `prediction`.
PREDICT = Record({"kind": Choice(prediction.KINDS), "of": ID}, required=("kind",))

# What breaks a fact that the step's checks look at: typed when the step has passed, or instead of its command.
SABOTAGE = Record(
    {"after": _dual(COMMAND), "instead": _dual(COMMAND)},
    one_of=(("after", "instead"),),
    only_one=(("after", "instead"),),
)


@cache
def check() -> Record:
    """One kind of check with its parameters, and how long to wait for it."""
    from runner.checks.registry import KINDS

    kinds = {name: kind.PARAMS for name, kind in KINDS.items()}
    return Record({**kinds, "within": Number(0, 60)}, one_of=(tuple(kinds),), only_one=(tuple(kinds),))


@cache
def step() -> Record:
    return Record(
        {
            "id": ID,
            "at": ID,
            "run": _dual(COMMAND),
            "enters": ID,
            "binds": MapOf(NAME, COMMAND),
            "fails": Record({"exit": Integer(1, 255), "says": Text(template=True)}),
            "timeout": Number(0.1, 600),
            "output": Integer(1, 1 << 24),
            "creates": ListOf(EFFECT),
            "checks": ListOf(check()),
            "predict": PREDICT,
            "sabotage": ListOf(SABOTAGE, minimum=1),
            "undo": Either((COMMAND, ListOf(_dual(COMMAND), minimum=1), _pair(COMMAND))),
            "allow": ListOf(Choice(HAZARDS), minimum=1),
        },
        required=("id", "run", "undo"),
    )


@cache
def lesson() -> Record:
    return Record(
        {
            "format": Choice((VERSION,)),
            "id": ID,
            "minutes": Integer(1, 600),
            "requires": ListOf(Text()),
            "needs": ListOf(ID),
            "leaves": ListOf(ID),
            "steps": ListOf(step(), minimum=1),
            "quiz": ListOf(QUESTION, minimum=1),
        },
        required=("format", "id", "minutes", "requires", "steps", "quiz"),
    )


STEP_WORDS = Record(
    {
        "title": LINE,
        "explain": _dual(PROSE),
        "flags": MapOf(r"\S.*", PROSE),
        "after": _dual(PROSE),
        "hints": ListOf(PROSE, minimum=1),
        "why": _dual(PROSE),
        "notes": _dual(PROSE),
        "predict": Record({"ask": _dual(PROSE), "why": _dual(PROSE)}, required=("ask", "why")),
    },
    required=("title", "explain", "hints"),
)

QUESTION_WORDS = Record(
    {
        "ask": PROSE,
        "choices": MapOf(NAME, PROSE),
        "reasons": MapOf(NAME, PROSE),
        "right": _dual(PROSE),
        "wrong": _dual(PROSE),
        "remarks": MapOf(r"\S.*", _dual(PROSE)),
    },
    required=("ask",),
)

DIGEST = Text(pattern=r"[0-9a-f]{8}")

# What the source said when this translation was last found right; `lint --accept` writes it.
TRANSLATED = Record(
    {"from": Text(pattern=LANGUAGE), "lesson": DIGEST, "steps": MapOf(NAME, DIGEST), "quiz": MapOf(NAME, DIGEST)},
    required=("from", "lesson", "steps", "quiz"),
)

WORDS = Record(
    {
        "title": HEADING,
        "goal": HEADING,
        "intro": _dual(PROSE),
        "steps": MapOf(NAME, STEP_WORDS),
        "quiz": MapOf(NAME, QUESTION_WORDS),
        "end": _dual(PROSE),
        "translated": TRANSLATED,
    },
    required=("title", "goal", "intro", "steps", "quiz", "end"),
)


# --- exercises: practice on what the lessons teach ----------------------------------------------

_FIND = ("root", "namespace", "program", "command")
FINDER = Record(
    {
        "root": Text(template=True, pattern=r"/.*", form="form-path"),
        "namespace": ListOf(Choice(tuple(kernel.NAMESPACES)), minimum=1),
        "program": Text(pattern=r"[^/\s]+"),
        "command": COMMAND,
    },
    one_of=(_FIND,),
)
COMMANDS = ListOf(_dual(COMMAND), minimum=1)


@cache
def fact() -> Record:
    """A fact's checks; `output` is not among them, for nobody knows which command the student will type."""
    looked = check()
    kinds = tuple(name for name in looked.one_of[0] if name != "output")
    fields = {name: spec for name, spec in looked.fields.items() if name in kinds}
    one = Record(fields, one_of=(kinds,), only_one=(kinds,))
    return Record({"id": ID, "checks": ListOf(one, minimum=1)}, required=("id", "checks"))


@cache
def exercise() -> Record:
    typed = step().fields
    broken = {name: typed[name] for name in ("at", "run", "enters", "binds", "fails", "timeout", "creates")}
    return Record(
        {
            "format": Choice((VERSION,)),
            "id": ID,
            "lesson": ID,
            "minutes": Integer(1, 600),
            "requires": ListOf(Text()),
            "start": ListOf(Record({"lesson": ID, "steps": ListOf(ID, minimum=1)}, required=("lesson",))),
            "breaks": ListOf(Record(broken, required=("run",)), minimum=1),
            "creates": ListOf(EFFECT),
            "places": MapOf(NAME, FINDER),
            "facts": ListOf(fact(), minimum=1),
            "fix": COMMANDS,
            "also": COMMANDS,
            "wrong": ListOf(COMMANDS, minimum=2),
        },
        required=("format", "id", "lesson", "minutes", "requires", "facts", "fix", "also", "wrong"),
    )


EXERCISE_WORDS = Record(
    {
        "title": HEADING,
        "goal": PROSE,
        "story": PROSE,
        "symptom": PROSE,
        "facts": MapOf(NAME, Record({"title": LINE, "why": PROSE}, required=("title", "why"))),
        "hints": ListOf(PROSE, minimum=2),
        "explain": PROSE,
    },
    required=("title", "facts", "hints", "explain"),
    one_of=(("goal", "story"),),
    only_one=(("goal", "story"),),
)


def documents() -> dict[str, Record]:
    """Every kind of file there is, by the name that the reference and the schemas have for it."""
    return {
        "course": COURSE,
        "lesson": lesson(),
        "words": WORDS,
        "exercise": exercise(),
        "exercise-words": EXERCISE_WORDS,
        "syllabus": SYLLABUS,
    }
