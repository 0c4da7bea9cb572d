"""The records of what happened when the course ran."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from runner.records.course import Fails, Step

ABSENT, PRESENT = "absent", "present"  # what is observed of a thing that may not be there
NOT_REGULAR = "not a regular file"  # what is observed of what is not read: a FIFO would let us wait for ever
NO_ANSWER = "no answer in time"  # what is observed of a thing that holds up whoever looks


class Outcome(StrEnum):
    """How something ended. Checks, steps, lessons and courses all use these words."""

    PASSED = "passed"
    FAILED = "failed"
    COULD_NOT_CHECK = "could_not_check"
    SKIPPED = "skipped"


class Trouble(StrEnum):
    """Why a command has no exit status of its own."""

    TIMEOUT = "timeout"  # It ran past its time and was interrupted.
    FLOOD = "flood"  # It printed more than its limit and was interrupted.
    UNFINISHED = "unfinished"  # The shell waits for the rest of the line.
    LOST = "lost"  # The terminal is gone or does not answer.
    NOT_BASH = "not-bash"  # Something else than a bash waits for input there: it could not be followed.
    RUNNING = "running"  # It still runs; it was left alone.
    ELSEWHERE = "elsewhere"  # The terminal is not where the step belongs, so nothing was typed.


@dataclass(frozen=True)
class CommandResult:
    """One command that was typed into the terminal. `exit` is None when there was trouble."""

    command: str
    exit: int | None
    output: str
    seconds: float
    trouble: Trouble | None = None
    detail: str = ""


@dataclass(frozen=True)
class Finding:
    """One fact of a check: what was expected, what was observed, and the file where it was read (`source`)."""

    fact: str  # e.g. "namespace.pid"
    expected: str
    observed: str
    outcome: Outcome
    source: str = ""


@dataclass(frozen=True)
class CheckResult:
    """What one check found, and how long it took."""

    kind: str
    findings: tuple[Finding, ...]
    seconds: float = 0.0

    @property
    def outcome(self) -> Outcome:
        """Return the worst outcome of the findings."""
        return worst(finding.outcome for finding in self.findings)

    @property
    def missing(self) -> tuple[Finding, ...]:
        """Return the findings that did not pass."""
        return tuple(finding for finding in self.findings if finding.outcome is not Outcome.PASSED)


@dataclass(frozen=True)
class Prediction:
    """The machine's answer to what the student guessed. It is None when the machine gave no answer."""

    kind: str
    answer: str | None


@dataclass(frozen=True)
class StepResult:
    """How one step ended."""

    id: str
    command: CommandResult
    outcome: Outcome
    checks: tuple[CheckResult, ...] = ()
    seconds: float = 0.0
    prediction: Prediction | None = None


@dataclass(frozen=True)
class Leftover:
    """Something of ours that is still on the machine, and the command that removes it."""

    area: str  # One of mounts, cgroups, processes, links, files, hostname and so on.
    what: str
    remove: str
    change: str = ""  # "came" or "gone": it was not there before, or is there no more; empty where it is another now.


@dataclass(frozen=True)
class Rollback:
    """What putting the machine back left, saw and restored."""

    leftovers: tuple[Leftover, ...] = ()  # We made these.
    noticed: tuple[Leftover, ...] = ()  # Somebody else may have made these, by hand or with another program.
    restored: tuple[str, ...] = ()  # Values of the host that were put back, e.g. "hostname".
    guarded: bool = True  # False when the guardian was killed: it alone knows what left the lab's groups and mounts.
    seconds: float = 0.0
    sealed: tuple[str, ...] = ()  # What is the machine's was mounted in the lab, and made read-only there at once.

    @property
    def clean(self) -> bool:
        return not self.leftovers


@dataclass(frozen=True)
class Missing:
    """A capability that this machine lacks. `fix` is the command that gives it, or empty when no command does.

    `cause` names the sentence that explains it, where what was observed does not speak for itself.
    """

    capability: str
    observed: str
    fix: str = ""
    cause: str = ""


@dataclass(frozen=True)
class Answer:
    """What `doctor` says of one capability."""

    capability: str
    outcome: Outcome
    lacks: Missing | None = None


@dataclass(frozen=True)
class LessonResult:
    """How one lesson ended."""

    id: str
    outcome: Outcome
    seconds: float
    steps: tuple[StepResult, ...] = ()
    rollback: Rollback = Rollback()
    missing: tuple[Missing, ...] = ()  # The lesson was skipped because these are missing.


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the worst outcome: a failure is worse than a fact that could not be read."""
    present = set(outcomes)
    return next((bad for bad in (Outcome.FAILED, Outcome.COULD_NOT_CHECK) if bad in present), Outcome.PASSED)


def did_as_told(step: Step, command: CommandResult) -> bool:
    """Say whether the command ended as the lesson says. A step that is meant to fail succeeds by failing that way."""
    if command.trouble:
        return False
    if step.fails:
        return _failed_as_told(step.fails, command)
    # The exit status of a shell is that of the last command typed in it, so it says nothing about `exit` itself.
    return command.exit == 0 or command.command == "exit"


def did_its_job(step: Step, command: CommandResult) -> bool:
    """Say whether a command, perhaps another than the step's, ended as the lesson says.

    Where it is meant to fail, any failure will do: other programs have other numbers for it.
    """
    return did_as_told(step, command) or (step.fails is not None and bool(command.exit) and not command.trouble)


def _failed_as_told(fails: Fails, command: CommandResult) -> bool:
    right_exit = command.exit == fails.exit if fails.exit is not None else command.exit != 0
    return right_exit and (fails.says is None or fails.says in command.output)
