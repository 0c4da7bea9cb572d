"""The proof of one step: its checks must be red before it, green after it, and red again after sabotage and undo.

Nothing is printed. Everything that is not as it should be becomes a Doubt.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain

from runner.engine.lab_run import silent
from runner.engine.lesson_run import LessonRun
from runner.records.course import Check, Sabotage, Step, Undo
from runner.records.results import CheckResult, CommandResult, Outcome, StepResult, Trouble, did_as_told

SETTLE = 1.0  # seconds that a check has to turn red after a sabotage or an undo
STILL = 0.1  # seconds after which it must still be red, because a check may only be slow to turn green
POLL = 0.02  # seconds
TAIL = 200  # characters of output quoted

# Before its step runs, a check of output must be red for one of these: no output, or output that is not its own.
NOTHING = CommandResult("", 0, "", 0.0)
ANYTHING = CommandResult("", 0, "".join(f"semdocker {number}\n" for number in range(30)), 0.0)


@dataclass(frozen=True)
class Doubt:
    """One thing that is not as it should be. `key` says what, as "green-before".

    `check` is the number and kind of a step's check, or the id of an exercise's fact. `trouble` is that of a command
    that did not come to its end, and `limit` the seconds or bytes that it had.
    """

    key: str
    check: str = ""
    fact: str = ""
    expected: str = ""
    observed: str = ""
    source: str = ""
    trouble: str = ""
    limit: float = 0


@dataclass(frozen=True)
class Stage:
    """One part of a step's proof, and the command that was typed in it.

    `name` is "before", "instead", "step", "after", "undo", "kept" (there is nothing to undo) or "again"; for an
    exercise "prepared", "mended" or "mistaken".
    """

    name: str
    doubts: tuple[Doubt, ...] = ()
    command: str = ""


@dataclass(frozen=True)
class StepProof:
    """All stages of the proof of one step, or of one way through an exercise."""

    lesson: str  # or the exercise
    number: int  # the number of the Round
    step: str
    stages: tuple[Stage, ...]
    goes_on: bool = True  # False when the step did not pass, so that later steps cannot be tried
    exercise: bool = False

    @property
    def proven(self) -> bool:
        return not any(stage.doubts for stage in self.stages)


class Trial:
    """Tries one step as the round of this number does: 0 only does it, 1 tries it in every way, and 2 goes forth and
    back as a student does."""

    def __init__(self, run: LessonRun, step: Step, number: int) -> None:
        self._run = run
        self._step = step
        self._number = number
        self._stages: list[Stage] = []
        self._weak: set[str] = set()  # checks that were green before the step; more doubts about them would be no news

    def proof(self) -> StepProof:
        goes_on = self._try()
        return StepProof(self._run.lesson.id, self._number, self._step.id, tuple(self._stages), goes_on)

    def _refresh(self) -> None:
        """Make a fresh lab, as it is before the step."""
        self._run.restart(self._run.lesson.steps.index(self._step))

    def _try(self) -> bool:
        """Try what belongs to the round. Return whether the step is done in the end."""
        sabotages = self._step.sabotage if self._number == 1 else ()
        self._before()
        for sabotage in sabotages:
            if sabotage.instead:
                self._instead(sabotage)
        result = self._perform("step")
        if result is None or not self._goes_back():
            return result is not None
        for sabotage in sabotages:
            if not sabotage.instead:
                if not self._is_done():
                    return False
                self._after(sabotage, result.command)
        # The fresh lab that a sabotage leaves is what an undo by replay makes, too.
        if not self._step.undo.replay and not self._is_done():
            return False
        self._undo()
        return self._perform("again") is not None

    def _goes_back(self) -> bool:
        """Tell whether the step is undone and done again: once is enough where nothing is undone."""
        return self._number == 1 or (self._number > 1 and not self._step.leaves_nothing)

    def _is_done(self) -> bool:
        """Do the step if the lab is as before it. Return whether it is done."""
        return self._run.current is not self._step or self._perform("step") is not None

    def _perform(self, stage: str) -> StepResult | None:
        """Do the step as a student would; None when it does not pass."""
        result = self._run.perform(self._step, silent)
        doubts = _not_passed(self._step, result)
        if doubts or stage not in (one.name for one in self._stages):
            self._stages.append(Stage(stage, doubts, result.command.command))
        return result if result.outcome is Outcome.PASSED else None

    def _before(self) -> None:
        if self._step.checks:
            doubts = self._not_red("green-before")
            self._stages.append(Stage("before", doubts))
            self._weak = {doubt.check for doubt in doubts}

    def _not_red(self, key: str) -> tuple[Doubt, ...]:
        """Return a doubt for every check that is not red although its step is not done, and for all that the step
        keeps if it is not true all the while."""
        doubts: list[Doubt] = []
        for number, check in enumerate(self._step.facts, 1):
            result = self._run.look_at(check, NOTHING)
            if number > len(self._step.checks):
                doubts += _quoted("kept-red", number, result) if result.outcome is not Outcome.PASSED else []
            elif not _is_red(result) and not _is_red(self._run.look_at(check, ANYTHING)):
                doubts += _quoted(key if result.outcome is Outcome.PASSED else "unseen", number, result)
        return self._news(doubts)

    def _news(self, doubts: Iterable[Doubt]) -> tuple[Doubt, ...]:
        return tuple(doubt for doubt in doubts if doubt.check not in self._weak)

    def _instead(self, sabotage: Sabotage) -> None:
        """Run a sabotage instead of the step's own command, then make a fresh lab."""
        command = self._run.carry_out(replace(self._step, run=sabotage.command, fails=None))
        self._stages.append(Stage("instead", self._seen(command, command), command.command))
        self._refresh()

    def _after(self, sabotage: Sabotage, command: CommandResult) -> None:
        """Run a sabotage after the step, then make a fresh lab."""
        undo, timeout = Undo(), self._step.timeout
        step = Step(id="sabotage", run=sabotage.command, undo=undo, at=self._run.current_place, timeout=timeout)
        typed = self._run.carry_out(step)
        self._stages.append(Stage("after", self._seen(typed, command), typed.command))
        self._refresh()

    def _seen(self, typed: CommandResult, judged: CommandResult) -> tuple[Doubt, ...]:
        """Return no doubt if the sabotage worked and at least one check is red because of it."""
        if typed.trouble or (typed.exit != 0 and typed.command != "exit"):
            return (_ended("sabotage-failed", self._step, "0", typed),)
        deadline = time.monotonic() + SETTLE
        while not any(self._stays_red(check, judged) for check in self._step.facts):
            if time.monotonic() > deadline:
                results = self._run.look(self._step, judged, wait=False)
                green = (_quoted("green-sabotaged", number, one) for number, one in enumerate(results, 1))
                return self._news(chain.from_iterable(green))
            time.sleep(POLL)
        return ()

    def _stays_red(self, check: Check, command: CommandResult) -> bool:
        """Tell whether a check is red, and still is a moment later."""
        if not _is_red(self._run.look_at(check, command)):
            return False
        time.sleep(STILL)
        return _is_red(self._run.look_at(check, command))

    def _undo(self) -> None:
        if failed := self._undone():
            doubt = _ended("undo-failed", self._step, "0", failed)
            self._stages.append(Stage("undo", (doubt,), failed.command))
            return
        deadline = time.monotonic() + SETTLE
        while (doubts := self._not_red("green-undone")) and time.monotonic() < deadline:
            time.sleep(POLL)
        self._stages.append(Stage("kept" if self._step.undo == Undo() else "undo", doubts))
        if doubts:
            self._refresh()  # remains of the step must not disturb the next try

    def _undone(self) -> CommandResult | None:
        """Undo the step, unless the lab is as before it. Return the command that did not work."""
        if self._run.current is self._step:
            return None
        if not self._step.undo.replay:
            return self._run.step_back()
        self._refresh()
        return None


def _is_red(result: CheckResult) -> bool:
    return result.outcome is Outcome.FAILED


def _quoted(key: str, number: int, result: CheckResult) -> list[Doubt]:
    check = f"{number} {result.kind}"
    return [
        Doubt(key, check, finding.fact, finding.expected, finding.observed, finding.source)
        for finding in result.findings
    ]


def _not_passed(step: Step, result: StepResult) -> tuple[Doubt, ...]:
    """Return why a step did not pass: its command did not end as told, or its facts are false."""
    if not did_as_told(step, result.command):
        expected = "0"
        if step.fails:
            exit = "≠ 0" if step.fails.exit is None else str(step.fails.exit)
            expected = f"{exit}: {step.fails.says}" if step.fails.says else exit
        return (_ended("not-as-told", step, expected, result.command),)
    return tuple(
        doubt
        for number, one in enumerate(result.checks, 1)
        for doubt, finding in zip(_quoted("not-green", number, one), one.findings, strict=True)
        if finding.outcome is not Outcome.PASSED
    )


def _ended(key: str, step: Step, expected: str, command: CommandResult) -> Doubt:
    limit = step.output if command.trouble == Trouble.FLOOD else step.timeout
    trouble = command.trouble or ""
    return Doubt(key, fact="exit", expected=expected, observed=ending(command), trouble=trouble, limit=limit)


def ending(command: CommandResult) -> str:
    """Return how a command ended, and the last TAIL characters of its output."""
    tail = " ".join(command.output.split())[-TAIL:]
    ended = command.trouble.value if command.trouble else str(command.exit)
    return f"{ended}: {tail}" if tail else ended
