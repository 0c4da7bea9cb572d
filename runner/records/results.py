"""The records of what happened when the course ran, in one vocabulary."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from runner.records.course import Fails, Step


class Outcome(StrEnum):
    """The one vocabulary of results."""

    PASSED = "passed"
    FAILED = "failed"
    COULD_NOT_CHECK = "could_not_check"
    SKIPPED = "skipped"


class Trouble(StrEnum):
    """Why a command has no exit status of its own."""

    TIMEOUT = "timeout"  # ran past its time and was interrupted
    FLOOD = "flood"  # printed more than its bound and was interrupted
    UNFINISHED = "unfinished"  # the shell waits for the rest of the line
    LOST = "lost"  # the terminal is gone or does not answer
    RUNNING = "running"  # left alone before it ended
    ELSEWHERE = "elsewhere"  # the terminal is not where the step belongs; nothing was typed


@dataclass(frozen=True)
class CommandResult:
    """One command typed into the terminal. `exit` is None when there was trouble."""

    command: str
    exit: int | None
    output: str
    seconds: float
    trouble: Trouble | None = None
    detail: str = ""


@dataclass(frozen=True)
class Finding:
    """One fact of a check: what was expected, what was observed, and the file that tells."""

    fact: str  # e.g. "namespace.pid"
    expected: str
    observed: str
    outcome: Outcome
    source: str = ""


@dataclass(frozen=True)
class CheckResult:
    kind: str
    findings: tuple[Finding, ...]
    seconds: float = 0.0

    @property
    def outcome(self) -> Outcome:
        """The worst of the findings."""
        return worst(finding.outcome for finding in self.findings)


@dataclass(frozen=True)
class Prediction:
    """What the machine answered where the student was to guess; None when it gave no answer."""

    kind: str
    answer: str | None


@dataclass(frozen=True)
class StepResult:
    id: str
    command: CommandResult
    outcome: Outcome
    checks: tuple[CheckResult, ...] = ()
    seconds: float = 0.0
    prediction: Prediction | None = None


@dataclass(frozen=True)
class Leftover:
    """Something of ours that is still on the machine, and the command that removes it."""

    area: str  # mounts, cgroups, processes, links, files, hostname, ...
    what: str
    remove: str


@dataclass(frozen=True)
class Rollback:
    leftovers: tuple[Leftover, ...] = ()  # ours
    noticed: tuple[Leftover, ...] = ()  # differences that may be anybody's: made by hand, or by another program
    restored: tuple[str, ...] = ()  # host values put back, e.g. "hostname"
    seconds: float = 0.0

    @property
    def clean(self) -> bool:
        return not self.leftovers


@dataclass(frozen=True)
class Missing:
    """A capability this machine lacks: its name, what was observed, the command that fixes it (may be empty)."""

    capability: str
    observed: str
    fix: str = ""


@dataclass(frozen=True)
class LessonResult:
    id: str
    outcome: Outcome
    seconds: float
    steps: tuple[StepResult, ...] = ()
    rollback: Rollback = Rollback()
    missing: tuple[Missing, ...] = ()  # why it was skipped


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """A failure weighs more than a fact that could not be read."""
    found = set(outcomes)
    return next((one for one in (Outcome.FAILED, Outcome.COULD_NOT_CHECK) if one in found), Outcome.PASSED)


def did_as_told(step: Step, command: CommandResult) -> bool:
    """Whether the command ended as the lesson says: a failure on purpose that fails as told is a success."""
    if command.trouble:
        return False
    if step.fails:
        return _failed_as_told(step.fails, command)
    # a shell's own exit status is that of the last command typed in it, which tells nothing
    return command.exit == 0 or command.command == "exit"


def _failed_as_told(fails: Fails, command: CommandResult) -> bool:
    right_exit = command.exit == fails.exit if fails.exit is not None else command.exit != 0
    return right_exit and (fails.says is None or fails.says in command.output)
