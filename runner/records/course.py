"""The records of the course, as its authors wrote it. Each field that stands in a file is declared here as a key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from runner.records.errors import Fault
from runner.records.shapes import Either, Integer, Key, ListOf, MapOf, Named, Number, Record, Text, key, record, shape
from runner.records.texts import COMMAND, HEADING, ID, LANGUAGE, LINE, NAME, Dual, dual, pair
from runner.records.words import LessonWords

if TYPE_CHECKING:
    from runner.records.exercise import Exercise

# --- lesson.yaml --------------------------------------------------------------------------------

BESIDE_THE_KIND = frozenset({"within", "sentence"})  # the keys of a check that are not its kind


@record()
class Check:
    """One claim about the machine: a kind from `runner/checks`, its parameters, and how long to wait for it."""

    kind: str
    params: Mapping[str, Any]
    within: float = key(Number(0, 60), "Seconds to wait for it to become true.", default=1.0)
    sentence: str = key(
        ID,
        "The name of a sentence under `evidence` in the words, which tells people what is checked: for an expression "
        "that nobody should have to read.",
        default="",
    )

    @classmethod
    def of(cls, **values: Any) -> Check:
        """Make it from the keys in the file: the name of the kind with its parameters, and perhaps more."""
        (kind,) = values.keys() - BESIDE_THE_KIND
        return cls(kind, values.pop(kind), **values)


@record()
class Fails:
    """How a step that is meant to fail must fail. Without an exit status, any but 0 will do."""

    exit: int | None = key(Integer(1, 255), "The exit status; any but 0 when not given.", default=None)
    says: str | None = key(Text(template=True), "What the message must have in it.", default=None)


@dataclass(frozen=True)
class Undo:
    """How to step back: by commands (none, when the step changes nothing), or by replaying the lesson."""

    commands: tuple[Dual, ...] = ()
    replay: bool = False

    @classmethod
    def of(cls, value: str | Mapping[str, str] | tuple[Dual, ...]) -> Undo:
        """Make it from what the file says: `nothing`, `replay`, one command, or a list of commands."""
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
    """A command that breaks what the step made. It is typed after the step, or in place of its command."""

    command: Dual
    instead: bool = False

    @classmethod
    def of(cls, *, after: Dual | None = None, instead: Dual | None = None) -> Sabotage:
        """Make it from the one key in the file."""
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
    """One step of a lesson, without its words."""

    id: str = key(ID, "The step's name; its words stand under it.")
    at: str = key(
        ID,
        "The shell it is typed in: `host`, which stays open beside all others, or a place that an earlier step "
        "`enters`.",
        default="host",
    )
    run: Dual = key(dual(COMMAND), "What is typed.")
    enters: str | None = key(
        ID,
        "The name of the new shell, when the command starts one. It must be a bash; started from the host, it has a "
        "terminal of its own.",
        default=None,
    )
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
    keeps: tuple[Check, ...] = key(
        ListOf(Named("kept-check"), minimum=1),
        "Facts that are true before the step and must be so after it, of any kind but `output`. A sabotage may make "
        "them false.",
        default=(),
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

    @property
    def facts(self) -> tuple[Check, ...]:
        """Return all that must be true after the step: what it makes true, and what it keeps."""
        return (*self.checks, *self.keeps)

    @property
    def enters_namespaces(self) -> bool:
        """Tell whether the shell that is entered has other namespaces, as the checks say."""
        kinds = (check.params for check in self.checks if check.kind == "namespace")
        return any(params.get("of") == self.enters and params.get("differ") for params in kinds)

    @property
    def leaves_nothing(self) -> bool:
        """Tell whether nothing of the step stays, as its undo says: it only looks around, or fails."""
        return self.undo == Undo() and not self.enters and not self.binds

    @property
    def only_prints(self) -> bool:
        """Tell whether nothing but the output of its command shows that the step was done."""
        return all(check.kind == "output" for check in self.checks)

    @property
    def by_effect(self) -> bool:
        """Tell whether the step is known by more than the texts that its own command prints."""
        return any(check.kind != "output" or "agrees_with" in check.params for check in self.checks)


def _one_or_more(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


# A question is answered by choosing, by typing a few words, or by typing a number.
ANSWERED = ("choices", "accepts", "number")


@record(exactly_one=(ANSWERED,))
class Question:
    """One question of the quiz, without its words."""

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


ENGINES = ("docker", "oci", "kubernetes")


@record(at_least_one=(ENGINES,))
class EngineWord:
    """What engines and their files call what one step builds by hand. Podman's words are those of Docker."""

    step: str = key(ID, "The step that builds it.")
    docker: str | None = key(HEADING, "What Docker and Podman call it: an option, an instruction.", default=None)
    oci: str | None = key(HEADING, "What it is called in the files of the OCI.", default=None)
    kubernetes: str | None = key(HEADING, "What it is called in a Pod of Kubernetes.", default=None)
    see: tuple[str, ...] = key(ListOf(ID, minimum=1), "Other lessons that are about the same.", default=())


# --- lessons and the course ---------------------------------------------------------------------


@record(kw_only=True)
class Lesson:
    """A lesson: its steps, its quiz, and its words in every language. Its number is 0 when the course leaves it out."""

    number: int
    directory: Path  # where its files are
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
    folder: str | None = key(
        ID,
        "The name of a directory of the student's own: `/root/NAME` in the lab, `{{ folder }}` in commands and texts. "
        "With `learn` and `practice` it is kept on the disk from one lab to the next, so no step may write over a file "
        "that is there already. Otherwise, and in broken exercises, it is empty at first. Exercises have that of their "
        "lesson.",
        default=None,
    )
    steps: tuple[Step, ...] = key(
        ListOf(shape(Step), minimum=1), "The steps, in order. Each is typed into one live terminal."
    )
    quiz: tuple[Question, ...] = key(ListOf(shape(Question), minimum=1), "Questions after the lesson.")
    engines: tuple[EngineWord, ...] = key(
        ListOf(shape(EngineWord), minimum=1), "What real engines call what the steps build: `show --map`.", default=()
    )
    words: Mapping[str, LessonWords]  # The key is the language.

    def step(self, id: str) -> Step:
        """Return the step of that id. Raises KeyError when there is none."""
        return {step.id: step for step in self.steps}[id]

    def sign(self, place: str) -> str:
        """Return how the prompt of a place ends: `#` where its user is root in there, else `$`; the checks tell it."""
        checks = (check for step in self.steps if step.enters == place for check in step.checks)
        who = [check.params for check in checks if check.kind == "credentials" and check.params.get("of") == place]
        users = [str(one.get("uid_inside", one.get("uid", "0"))) for one in who]
        return "#" if all(user.split()[0] == "0" for user in users) else "$"


@record()
class Variable:
    """A variable of the course: what values it may have, and its value when nobody sets another."""

    type: str = key(
        Named("type"), "What values it may have; no type admits a blank or anything that the shell would obey."
    )
    default: str = key(Text(), "The value where nobody sets another with `--set`.")


class Source(NamedTuple):
    """A file that was read: who owned it then, and its mode."""

    path: Path
    owner: int
    mode: int


class Origin(NamedTuple):
    """A folder of lessons from elsewhere: the ids of its lessons and exercises, and the digest of all their files."""

    folder: Path
    lessons: tuple[str, ...]
    digest: str
    exercises: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()


@record()
class Part:
    """A part of the course: some of its lessons, with a name that stands for all of them."""

    id: str = key(ID, "The part's name, as it is typed: `semdocker run NAME` runs all its lessons.")
    title: Mapping[str, str] = key(MapOf(LANGUAGE, HEADING), "Its title in each language.")
    lessons: tuple[str, ...] = key(ListOf(ID, minimum=1), "Its lessons.")


@record()
class Course:
    """All lessons in order, and the variables that their commands may use."""

    title: Mapping[str, str] = key(
        MapOf(LANGUAGE, HEADING),
        "The course's title in each language. The first language is the source of the others.",
    )
    variables: Mapping[str, Variable] = key(
        MapOf(r"[a-z][a-z0-9_]{0,39}", shape(Variable)),
        "What commands and words may use as `{{ name }}`. The runner needs `root` (a path) and `cgroup` (a name).",
    )
    lessons: tuple[Lesson, ...]
    parts: tuple[Part, ...] = key(
        ListOf(shape(Part), minimum=1),
        "The parts of the course. No lesson is in two; those that are in none come last.",
        default=(),
    )
    # The course does not list these lessons, but lessons that it lists may need them.
    others: tuple[Lesson, ...] = ()
    origins: tuple[Origin, ...] = ()
    exercises: tuple[Exercise, ...] = ()  # only those from elsewhere: the built-in ones are read when they are needed
    left_out: tuple[str, ...] = ()  # lessons and exercises from elsewhere that have faults, and that nobody wanted
    # These are faults in translations that are optional. A translation with a fault is not used.
    warnings: tuple[Fault, ...] = ()

    def lesson(self, id: str) -> Lesson:
        """Return the lesson of that id, listed or not. Raises KeyError when there is none."""
        return {lesson.id: lesson for lesson in (*self.others, *self.lessons)}[id]

    @property
    def sections(self) -> tuple[tuple[Part | None, tuple[Lesson, ...]], ...]:
        """Return all lessons by the part they are in; those in none stand last, under None. No part is empty."""
        named = {id for part in self.parts for id in part.lessons}
        rest = tuple(lesson for lesson in self.lessons if lesson.id not in named)
        parts = ((part, tuple(lesson for lesson in self.lessons if lesson.id in part.lessons)) for part in self.parts)
        return tuple((part, lessons) for part, lessons in (*parts, (None, rest)) if lessons)
