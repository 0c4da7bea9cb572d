"""What may stand in course.yaml, lesson.yaml and the words beside it, declared once."""

from __future__ import annotations

from functools import cache

from runner import prediction
from runner.render import TYPES
from runner.spec import Choice, Either, Integer, ListOf, MapOf, Number, Record, Spec, Text

VERSION = "1"

# What a lesson may require of the machine; besides these, `tool.NAME`.
CAPABILITIES = (
    "root",
    *(f"namespace.{kind}" for kind in ("mount", "pid", "uts", "ipc", "net", "user")),
    *(f"cgroup.{controller}" for controller in ("cpu", "memory", "pids")),
    *(f"mount.{fstype}" for fstype in ("tmpfs", "sysfs", "devpts")),
    "mknod",
)
TOOL = r"tool\.[a-z0-9][a-z0-9.+_-]*"

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


COURSE = Record(
    {
        "format": Choice((VERSION,)),
        "title": MapOf(LANGUAGE, HEADING),
        "variables": MapOf(
            r"[a-z][a-z0-9_]{0,39}",
            Record({"type": Choice(tuple(TYPES)), "default": Text()}, required=("type", "default")),
        ),
    },
    required=("format", "title", "variables"),
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


@cache
def check() -> Record:
    """One kind of check with its parameters, and how long to wait for it."""
    from runner.checks import KINDS

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
            "undo": Either((COMMAND, ListOf(_dual(COMMAND), minimum=1), _pair(COMMAND))),
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

WORDS = Record(
    {
        "title": HEADING,
        "goal": HEADING,
        "intro": _dual(PROSE),
        "steps": MapOf(NAME, STEP_WORDS),
        "quiz": MapOf(NAME, QUESTION_WORDS),
        "end": _dual(PROSE),
    },
    required=("title", "goal", "intro", "steps", "quiz", "end"),
)
