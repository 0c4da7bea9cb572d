"""The records that travel through the program: the course, as its authors wrote it, key by key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from runner.records.errors import Fault
from runner.records.spec import (
    Either,
    Integer,
    Key,
    ListOf,
    MapOf,
    Named,
    Number,
    Record,
    Spec,
    Text,
    key,
    record,
    shape,
)

# --- shapes that many keys have -----------------------------------------------------------------

NAME = r"[a-z][a-z0-9-]{0,39}"
ID = Text(pattern=NAME, form="form-id")
LANGUAGE = r"[a-z]{2}"

# A tab typed into an interactive shell would ask it for completions.
COMMAND = Text(template=True, pattern=r"[^\t]*", form="form-command")
PROSE = Text(template=True)
LINE = Text(template=True, pattern=r"[^\n]*", form="form-line")
HEADING = Text(pattern=r"[^\n{}]*", form="form-heading")  # the catalogue shows it without knowing any variable


class Dual(NamedTuple):
    """A command or a text with one form per cgroup version; both are the same where it makes no difference."""

    v1: str
    v2: str

    def on(self, version: str) -> str:
        return self.v1 if version == "v1" else self.v2

    @property
    def differs(self) -> bool:
        return self.v1 != self.v2

    @classmethod
    def of(cls, value: str | Mapping[str, str]) -> Dual:
        """Make it of one text or of one for each version. A block scalar ends with a newline that nobody means."""
        v1, v2 = (value, value) if isinstance(value, str) else (value["v1"], value["v2"])
        return cls(v1.strip("\n"), v2.strip("\n"))


def pair(form: Spec) -> Record:
    """Return the shape of one form for each cgroup version."""
    return Record({"v1": Key(form), "v2": Key(form)})


def dual(form: Spec) -> Either:
    """Return the shape of one form for both cgroup versions, or one for each."""
    return Either((form, pair(form)), Dual.of)


# --- lesson.yaml --------------------------------------------------------------------------------


@record()
class Check:
    """One claim about the machine: a kind from `checks`, its parameters, and how long to wait for it."""

    kind: str
    params: Mapping[str, Any]
    within: float = key(Number(0, 60), "Seconds to wait for it to become true.", default=1.0)

    @classmethod
    def of(cls, **values: Any) -> Check:
        """Make it of the parameters by the name of the kind, with `within` or without."""
        (kind,) = values.keys() - {"within"}
        return cls(kind, values.pop(kind), **values)


@record()
class Fails:
    """A step that is meant to fail: with this exit status (any but 0 if None), saying this."""

    exit: int | None = key(Integer(1, 255), "The exit status; any but 0 when not given.", default=None)
    says: str | None = key(Text(template=True), "What the message must have in it.", default=None)


@dataclass(frozen=True)
class Undo:
    """How to take a step back: commands; none when the step changes nothing; or by replaying the lesson."""

    commands: tuple[Dual, ...] = ()
    replay: bool = False

    @classmethod
    def of(cls, value: str | Mapping[str, str] | tuple[Dual, ...]) -> Undo:
        if value == "nothing":
            return cls()
        if value == "replay":
            return cls(replay=True)
        return cls(value if isinstance(value, tuple) else (Dual.of(value),))


@record()
class Predict:
    """What the student guesses before the step runs, and the place whose PID it is."""

    kind: str = key(
        Named("guess"),
        "What is guessed: `text` (what is printed), `lines` (how many), `exit` (the status), `fails` (yes or no), "
        "`pid` (a number).",
    )
    of: str | None = key(ID, "For `pid`: the place whose PID on the host is guessed.", default=None)


@dataclass(frozen=True)
class Sabotage:
    """What breaks a fact that the step's checks look at: typed after the step, or instead of its command."""

    command: Dual
    instead: bool = False

    @classmethod
    def of(cls, *, after: Dual | None = None, instead: Dual | None = None) -> Sabotage:
        command = after or instead
        assert command
        return cls(command, instead is not None)


SABOTAGE = Record(
    {
        "after": Key(dual(COMMAND), "A command that is typed after the step.", None),
        "instead": Key(dual(COMMAND), "A command that is typed in place of the step's own.", None),
    },
    exactly_one=(("after", "instead"),),
    make=Sabotage.of,
)


@record(kw_only=True)
class Step:
    id: str = key(ID, "The step's name; its words stand under it.")
    at: str = key(ID, "The shell it is typed in: `host`, or a place that an earlier step `enters`.", default="host")
    run: Dual = key(dual(COMMAND), "What is typed.")
    enters: str | None = key(ID, "The name of the new shell, when the command starts one.", default=None)
    binds: Mapping[str, str] = key(
        MapOf(NAME, COMMAND),
        "Names for processes that the step starts, each with the exact command line to find it by.",
        default_factory=dict,
    )
    fails: Fails | None = key(
        shape(Fails), "The step is meant to fail; it passes only if it does, in this way.", default=None
    )
    timeout: float = key(Number(0.1, 600), "Seconds until the command is interrupted.", default=10.0)
    output: int = key(Integer(1, 1 << 24), "Bytes it may print before it is interrupted.", default=65536)
    checks: tuple[Check, ...] = key(
        ListOf(Named("check")), "Facts of the kernel that are false before the step and true after it.", default=()
    )
    predict: Predict | None = key(
        shape(Predict), "The student guesses before the step runs; the machine answers.", default=None
    )
    sabotage: tuple[Sabotage, ...] = key(
        ListOf(SABOTAGE, minimum=1),
        "What breaks what the step made; only `prove` types it, and a check must turn red.",
        default=(),
    )
    undo: Undo = key(
        Either((COMMAND, ListOf(dual(COMMAND), minimum=1), pair(COMMAND)), Undo.of),
        "How to step back: commands, typed where the step was; `nothing` when it changed nothing; `replay` to go back "
        "to a clean machine and repeat the steps before.",
    )
    allow: tuple[str, ...] = key(
        ListOf(Named("hazard"), minimum=1), "Dangerous things that this step does on purpose (see the end).", default=()
    )


def _one_or_more(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


ANSWERED = ("choices", "accepts", "number")  # by choosing, by a short answer, by a number


@record(exactly_one=(ANSWERED,))
class Question:
    id: str = key(ID, "The question's name; its words stand under it.")
    choices: tuple[str, ...] = key(ListOf(ID, minimum=2), "Names of the choices, in the order to show.", default=())
    answer: tuple[str, ...] = key(
        Either((ID, ListOf(ID, minimum=1)), _one_or_more),
        "The right choice, or all of them when several are.",
        default=(),
    )
    accepts: tuple[Dual, ...] = key(
        ListOf(dual(LINE), minimum=1),
        "Answers that are right when typed; capitals, blanks and a final slash make no difference.",
        default=(),
    )
    number: float | None = key(Number(-1e12, 1e12), "The number that is right.", default=None)
    tolerance: float = key(Number(0, 1e12), "How far from it an answer may be.", default=0.0)


# --- the words of a lesson ----------------------------------------------------------------------


@record()
class PredictWords:
    ask: Dual = key(dual(PROSE), "The question; nothing before it may give the answer away.")
    why: Dual = key(dual(PROSE), "Why the machine answers so, said after the step.")


@record(kw_only=True)
class StepWords:
    title: str = key(LINE, "The step's title.")
    explain: Dual = key(dual(PROSE), "What the step does and why, said before the command is shown. Markdown.")
    flags: Mapping[str, str] = key(
        MapOf(r"\S.*", PROSE), "The options of the command, each with its meaning.", default_factory=dict
    )
    after: Dual | None = key(
        dual(PROSE), "What was seen, said after the step. A step that fails on purpose needs it.", default=None
    )
    hints: tuple[str, ...] = key(
        ListOf(PROSE, minimum=1), "From a nudge to almost the answer; never the command itself."
    )
    why: Dual | None = key(dual(PROSE), "For those who ask why.", default=None)
    notes: Dual | None = key(dual(PROSE), "For whoever teaches the lesson; students do not see them.", default=None)
    predict: PredictWords | None = key(shape(PredictWords), "The words of the guess.", default=None)


@record()
class QuestionWords:
    """Choices with their reasons; or, for a typed answer, why it is right, why not, and remarks on known wrong ones."""

    ask: str = key(PROSE, "The question.")
    choices: Mapping[str, str] = key(MapOf(NAME, PROSE), "Each choice in words.", default_factory=dict)
    reasons: Mapping[str, str] = key(
        MapOf(NAME, PROSE), "For each choice, why it is right or wrong.", default_factory=dict
    )
    right: Dual | None = key(dual(PROSE), "What is said of a right answer that was typed.", default=None)
    wrong: Dual | None = key(dual(PROSE), "What is said of any other.", default=None)
    remarks: Mapping[str, Dual] = key(
        MapOf(r"\S.*", dual(PROSE)),
        "What is said of particular wrong answers instead, by the answer.",
        default_factory=dict,
    )


@record()
class LessonWords:
    """A lesson in one language."""

    title: str = key(HEADING, "The lesson's title in the catalogue; no variables.")
    goal: str = key(HEADING, "What the student will have done, in one sentence; no variables.")
    intro: Dual = key(dual(PROSE), "What is said before the first step.")
    steps: Mapping[str, StepWords] = key(MapOf(NAME, shape(StepWords)), "The words of each step, by its `id`.")
    quiz: Mapping[str, QuestionWords] = key(
        MapOf(NAME, shape(QuestionWords)), "The words of each question, by its `id`."
    )
    end: Dual = key(dual(PROSE), "What is said after the last step.")


# --- lessons and the course ---------------------------------------------------------------------


@record(kw_only=True)
class Lesson:
    number: int
    folder: Path
    id: str = key(ID, "The lesson's name, as in its folder after the number.")
    minutes: int = key(Integer(1, 600), "How long a student takes, about.")
    requires: tuple[str, ...] = key(
        ListOf(Text()), "What the machine must offer; a lesson that lacks something is skipped and says why."
    )
    needs: tuple[str, ...] = key(
        ListOf(ID),
        "Earlier lessons whose results this one builds on; they are prepared silently.",
        default=(),
    )
    leaves: tuple[str, ...] = key(
        ListOf(ID), "The steps that prepare what later lessons need from this one.", default=()
    )
    steps: tuple[Step, ...] = key(
        ListOf(shape(Step), minimum=1), "The steps, in order. Each is typed into one live terminal."
    )
    quiz: tuple[Question, ...] = key(ListOf(shape(Question), minimum=1), "Questions after the lesson.")
    words: Mapping[str, LessonWords]  # by language

    def step(self, id: str) -> Step:
        return next(step for step in self.steps if step.id == id)


@record()
class Variable:
    type: str = key(
        Named("type"), "What values it may have; no type admits a blank or anything that the shell would obey."
    )
    default: str = key(Text(), "The value where nobody sets another with `--set`.")


class Origin(NamedTuple):
    """A folder of lessons from elsewhere: its lessons, and the digest of all that was read there."""

    folder: Path
    lessons: tuple[str, ...]
    digest: str


@record()
class Course:
    title: Mapping[str, str] = key(
        MapOf(LANGUAGE, HEADING),
        "The course's title in each language. The first language is the source of the others.",
    )
    variables: Mapping[str, Variable] = key(
        MapOf(r"[a-z][a-z0-9_]{0,39}", shape(Variable)),
        "What commands and words may use as `{{ name }}`. The runner needs `root` (a path) and `cgroup` (a name).",
    )
    lessons: tuple[Lesson, ...]
    others: tuple[Lesson, ...] = ()  # which the course does not list; they may be needed by those it does
    origins: tuple[Origin, ...] = ()
    warnings: tuple[Fault, ...] = ()  # in words that nobody must have written; they are not used

    def lesson(self, id: str) -> Lesson:
        return next(lesson for lesson in (*self.lessons, *self.others) if lesson.id == id)
