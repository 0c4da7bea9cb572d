"""One lesson's life: snapshot, lab, steps, checks, undo, rollback, snapshot. Drivers call it; it never prints.

run = LessonRun(course, lesson, values, seat, lock)
run.start()                          # machine looked at, lab open, needed lessons prepared
result = run.perform(step, emit)     # typed for real, checked against the kernel
run.step_back(emit)                  # the last step undone for real
rollback = run.finish()              # always; compares the machine with how it was
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from runner.checks import registry
from runner.course import prediction
from runner.course.render import Values, render, rendered
from runner.lab import effects, lab, seats, snapshot
from runner.lab.terminal import AT_ONCE, INTERRUPT, Ended, Typist
from runner.records.course import Check, Course, Effect, Lesson, Step
from runner.records.errors import RunnerError
from runner.records.results import (
    CheckResult,
    CommandResult,
    Outcome,
    Prediction,
    Rollback,
    StepResult,
    Trouble,
    did_as_told,
    worst,
)

Emit = Callable[[str], None]
BIND = 1.0  # seconds in which a program that a step starts must appear


def silent(_: str) -> None:
    """An `emit` for what nobody is to see."""


class LessonRun:
    """A lesson in progress, and the machine's state from before it."""

    def __init__(self, course: Course, lesson: Lesson, values: Values, seat: str, lock: int) -> None:
        self.course = course
        self.lesson = lesson
        self.values = values
        self.version = values["cgroup_version"]
        self.done: list[Step] = []
        self.size = (80, 24)
        self.term = "dumb"
        self._seat = seat
        self._lock = lock
        self._base = Path(values["root"]).parent
        self._hostname = socket.gethostname()
        self._before = snapshot.take(self._base, seats.journal_of(seat))
        self._lab: lab.Lab | None = None
        self._mount = ""
        self._names: set[str] = {str(self._base)}

    # --- the lab ---

    @property
    def lab(self) -> lab.Lab:
        assert self._lab is not None, "start() comes first"
        return self._lab

    def resize(self, columns: int, lines: int) -> None:
        """The terminal of this lab, and of those that replace it, has that many."""
        self.size = (columns, lines)
        if self._lab:
            self._lab.terminal.resize(columns, lines)

    def start(self) -> None:
        """Open the lab and prepare what the lesson needs. Raises Unfit or RunnerError; `finish` still applies."""
        self._lab = lab.Lab.open(self._seat, self._lock, self._base, self.size, self.term, lesson=self.lesson.id)
        self.lab.tell(hostname=self._hostname, values=dict(self.values), **self._told())
        for step in self._before_first():
            self._replay(step)

    def _before_first(self) -> Iterator[Step]:
        """What is done before the first step, without a word."""
        for needed in map(self.course.lesson, self.lesson.needs):
            yield from map(needed.step, needed.leaves)

    def _told(self) -> dict[str, str]:
        """What other terminals are told of where the lesson stands."""
        steps = self.lesson.steps
        return {"step": steps[len(self.done)].id if len(self.done) < len(steps) else ""}

    def tell(self) -> None:
        """Let other terminals know which step is next."""
        self.lab.tell(**self._told())

    def finish(self) -> Rollback:
        """Take the lab away and compare the machine with how it was."""
        started = time.monotonic()
        rollback = self._close()
        found = snapshot.compare(self._before, snapshot.take(self._base, seats.journal_of(self._seat), self._mount))
        named = {(left.area, left.what.partition(" (")[0]) for left in rollback.leftovers}  # there with who is in it
        new = [leftover for leftover in found if (leftover.area, leftover.what) not in named]
        mine = tuple(leftover for leftover in new if snapshot.ours(leftover, self._names))
        others = tuple(leftover for leftover in new if leftover not in mine)
        leftovers = rollback.leftovers + mine
        return replace(rollback, leftovers=leftovers, noticed=others, seconds=time.monotonic() - started)

    def _close(self) -> Rollback:
        if self._lab is None:
            return seats.recover(self._seat)
        self._mount = self._lab.mount
        self._names |= effects.claims(self._lab.journal.effects())
        rollback, self._lab = self._lab.close(), None
        return rollback

    def interrupt(self) -> None:
        """Ctrl-C for what runs in the lab."""
        with suppress(Ended):
            self.lab.terminal.write(INTERRUPT)

    # --- steps ---

    def perform(self, step: Step, emit: Emit, typist: Typist = AT_ONCE) -> StepResult:
        """Type the step's command, then look at its checks (only when the command did as it should).

        Raises Withdrawn when the typist does: then nothing ran.
        """
        started = time.monotonic()
        command = self.type(step, emit, typist)
        outcome = Outcome.PASSED if did_as_told(step, command) else Outcome.FAILED
        results: tuple[CheckResult, ...] = ()
        if outcome is Outcome.PASSED:
            self.done.append(step)
            results = tuple(self.look(step, command))
            outcome = worst(result.outcome for result in results)
        if outcome is Outcome.PASSED:
            self.tell()
        predicted = self._predicted(step, command)
        return StepResult(step.id, command, outcome, results, time.monotonic() - started, predicted)

    def type(self, step: Step, emit: Emit, typist: Typist = AT_ONCE) -> CommandResult:
        """The step's command in the live terminal, with its lasting effects journalled first."""
        text = self.command(step)
        if not self.is_at(step.at):
            return CommandResult(text, None, "", 0.0, Trouble.ELSEWHERE, step.at)
        intents = [self._reserve(effect) for effect in step.creates]
        enters = step.enters is not None
        result = self.lab.terminal.run(
            text, timeout=step.timeout, limit=step.output, emit=emit, new_shell=enters, typist=typist
        )
        return self._settle(step, result, intents)

    def _settle(self, step: Step, result: CommandResult, intents: Sequence[int]) -> CommandResult:
        """After the command: claim what it made, name what it started."""
        for effect, intent in zip(step.creates, intents, strict=True):
            self._claim(effect, intent)
        return result if result.trouble else self._bind(step, result)

    def perform_typed(
        self, step: Step, hand_over: Callable[[], CommandResult | None], *, wait: bool = True
    ) -> StepResult | None:
        """Let the student do the step in the live terminal, by any route; None when nothing was done.

        The effect counts, not the words: with checks, they decide; without, the way the command ended.
        `wait`: give the checks their time.
        """
        started = time.monotonic()
        if not self.is_at(step.at):
            missed = CommandResult(self.command(step), None, "", 0.0, Trouble.ELSEWHERE, step.at)
            return StepResult(step.id, missed, Outcome.FAILED)
        intents = [self._reserve(effect) for effect in step.creates]
        typed = hand_over()
        if typed is None:
            return None
        command = self._settle(step, replace(typed, command=self.command(step)), intents)
        results = () if command.trouble else tuple(self.look(step, command, wait))
        told = Outcome.PASSED if did_as_told(step, command) else Outcome.FAILED
        outcome = worst(result.outcome for result in results) if results else told
        if outcome is Outcome.PASSED:
            self.done.append(step)
            self.tell()
        predicted = self._predicted(step, command)
        return StepResult(step.id, command, outcome, results, time.monotonic() - started, predicted)

    def _predicted(self, step: Step, command: CommandResult) -> Prediction | None:
        """What the machine says to the question that the student was asked."""
        if step.predict is None:
            return None
        return Prediction(step.predict.kind, prediction.answer(step.predict, command, self.lab.places))

    def command(self, step: Step) -> str:
        """What is typed for this step on this machine."""
        return render(step.run.on(self.version), self.values).rstrip("\n")

    def look(self, step: Step, command: CommandResult | None, wait: bool = True) -> list[CheckResult]:
        """The step's checks, now, or as soon as they pass within their time."""
        scene = registry.Scene(self.lab.places, command, self._hostname)
        judge = registry.await_check if wait else registry.evaluate
        began = time.monotonic()  # they wait side by side, not one after another
        return [judge(self._rendered(check, time.monotonic() - began), scene) for check in step.checks]

    def _rendered(self, check: Check, waited: float) -> Check:
        return replace(check, params=rendered(check.params, self.values), within=max(0.0, check.within - waited))

    def is_at(self, place: str) -> bool:
        """Whether the terminal is in the shell of that name."""
        return self._lab is not None and self._lab.is_at(place)

    def _bind(self, step: Step, result: CommandResult) -> CommandResult:
        """Give names to the shell that was entered and to the programs that were started."""
        if step.enters and result.exit == 0:
            if self.is_at(step.at):
                return replace(result, trouble=Trouble.ELSEWHERE, exit=None, detail=step.enters)
            try:
                self.lab.bind(step.enters, self.lab.terminal.foreground())
            except Ended:
                return replace(result, trouble=Trouble.LOST, exit=None)
        deadline = time.monotonic() + BIND
        for name, text in step.binds.items():
            while not self.lab.bind_command(name, render(text, self.values)) and time.monotonic() < deadline:
                time.sleep(registry.POLL)
        return result

    def _reserve(self, effect: Effect) -> int:
        """Journal what the step is about to make that outlives the lab's processes."""
        if effect.kind == "cgroup":
            return effects.reserve_group(self.lab.journal, render(str(effect.value), self.values))
        return effects.reserve_controllers(self.lab.journal, tuple(effect.value))

    def _claim(self, effect: Effect, intent: int) -> None:
        if effect.kind == "cgroup":
            effects.claim_group(self.lab.journal, intent, render(str(effect.value), self.values))

    # --- back, and ahead ---

    def skip_to(self, id: str) -> None:
        """Do everything that is left before a step without a word. Raises RunnerError."""
        for step in self.lesson.steps[len(self.done) :]:
            if step.id == id:
                break
            self._replay(step)
            self.done.append(step)
        self.tell()

    def step_back(self) -> CommandResult | None:
        """Undo the last step for real: by its own commands, or by a fresh lab and a silent replay up to before it.

        Gives the undo command that did not work, when the replay had to do its job.
        """
        step = self.done.pop()
        if step.undo.replay:
            self.restart()
            return None
        self.tell()
        for undo in step.undo.commands:
            text = render(undo.on(self.version), self.values)
            result = self.lab.terminal.run(text, timeout=step.timeout, limit=step.output, emit=silent)
            if result.trouble or (result.exit != 0 and text != "exit"):
                self.restart()  # the undo did not work as its author thought: the surer way
                return result
        return None

    def restart(self) -> None:
        """A fresh lab, and everything that was done, done again without a word."""
        steps, self.done = self.done, []
        rollback = self._close()
        if not rollback.clean:
            raise RunnerError("dirty", count=len(rollback.leftovers))
        self.start()
        for step in steps:
            self._replay(step)
            self.done.append(step)
        self.tell()

    def _replay(self, step: Step) -> None:
        command = self.type(step, silent)
        if not did_as_told(step, command):
            detail = command.trouble or command.output.strip()[-200:]
            raise RunnerError("prepare-failed", step=step.id, command=command.command, detail=detail)
        if step.binds:
            self.look(step, command)  # what it started needs a moment; its checks tell when it is there
