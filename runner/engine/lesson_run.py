"""One lesson's life: which steps are done, forward, back and anywhere else, each for real. Nothing is printed.

with seat.lesson(lesson, view.rolled_back) as run:    # the lab is open, needed lessons are prepared
    result = run.perform(step, emit)                  # typed for real, checked against the kernel
    run.step_back()                                   # the last step undone for real
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from runner.course import prediction, shell_words
from runner.course.render import Values, render
from runner.engine.lab_run import UNSEEN, Emit, LabRun, Typed, Window, silent
from runner.host import kernel
from runner.lab.pseudo_terminal import Ended
from runner.lab.terminal import Terminal
from runner.records.course import Course, Lesson, Step
from runner.records.results import (
    CheckResult,
    CommandResult,
    Outcome,
    Prediction,
    StepResult,
    Trouble,
    did_as_told,
    did_its_job,
    worst,
)

NOT_COMPARED = Prediction("", None)


class LessonRun(LabRun):
    """A lesson in progress. Its steps are done in order; only this class changes which of them are."""

    def __init__(  # noqa: PLR0917 -- what a run needs
        self, course: Course, lesson: Lesson, values: Values, seat: str, lock: int, window: Window = UNSEEN
    ) -> None:
        super().__init__(course, lesson, values, seat, lock, window)
        self._done = 0
        self._seen: tuple[Step | None, int] = None, 0  # how many facts of a step were true at the last look
        self.disturbed = False  # whether the lab may be other than the steps that are done leave it
        self._left_in: dict[int, Path] = {}  # where each shell, by its PID, was when a step was done in it

    @property
    def done(self) -> tuple[Step, ...]:
        """Return the steps that are done, in order."""
        return self.lesson.steps[: self._done]

    @property
    def current(self) -> Step | None:
        """Return the step that comes next; None when all are done."""
        return self.lesson.steps[self._done] if self._done < len(self.lesson.steps) else None

    def _prepared(self) -> Iterator[Step]:
        for needed in map(self.course.lesson, self.lesson.needs):
            yield from map(needed.step, needed.leaves)

    def _position(self) -> dict[str, Any]:
        step, titles = self.current, {}
        for language, words in self.lesson.words.items():
            title = render(words.steps[step.id].title, self.values) if step else ""
            titles[language] = {"lesson": words.title, "step": title}
        looked_at, true = self._seen
        facts = {"true": true if step and looked_at is step else 0, "facts": len(step.facts) if step else 0}
        steps = {"done": self._done, "steps": len(self.lesson.steps)}
        return {"step": step.id if step else "", "titles": titles, **steps, **facts}

    # --- one step ---

    def perform(self, step: Step, emit: Emit) -> StepResult:
        """Do the step: type its command, run it, look at its checks (only when the command did as it should)."""
        return self.go(self.type(step, emit))

    def go(self, typed: Typed) -> StepResult:
        """Run what was typed for a step, and judge it."""
        started = time.monotonic()
        return self.conclude(typed.step, self.follow(typed), started)

    def conclude(self, step: Step, command: CommandResult, started: float) -> StepResult:
        """Judge the command of a step, which has ended."""
        outcome = Outcome.PASSED if did_as_told(step, command) else Outcome.FAILED
        results: tuple[CheckResult, ...] = ()
        if outcome is Outcome.PASSED:
            results = tuple(self.look(step, command))
            outcome = worst(result.outcome for result in results)
            self._note(step, results)
        self._count(outcome)
        return self._result(step, command, results, outcome, started)

    def perform_typed(
        self,
        step: Step,
        hand_over: Callable[[Terminal], CommandResult | None],
        *,
        meant: bool = True,
        terminal: Terminal | None = None,
        slip: Callable[[], bool] = bool,
    ) -> StepResult | None:
        """Let the student do the step in its live terminal or in another, by any route; None when nothing was done.

        The effect counts, not the words: checks of the machine decide. Where there are none but of what was printed,
        the way the command ended counts, too.
        `meant`: the student set out to do the step. Then the checks get their time, and a failure disturbs the lab;
        somebody who only looks around may do the step on the way. For `slip` see `judge`.
        """
        started = time.monotonic()
        if not self.is_ready(step):
            self.disturbed = self.disturbed or meant
            missed = CommandResult(self.command(step), None, "", 0.0, Trouble.ELSEWHERE, step.at)
            return StepResult(step.id, missed, Outcome.FAILED)
        if meant:
            self._forget_earlier_try(step)
        terminal = terminal or self.terminal(step)
        typed = hand_over(terminal)
        return self.judge(step, typed, terminal, meant=meant, slip=slip(), started=started) if typed else None

    def judge(
        self,
        step: Step,
        typed: CommandResult,
        terminal: Terminal,
        *,
        meant: bool,
        slip: bool = False,
        started: float | None = None,
    ) -> StepResult:
        """Look whether what the student typed has done the step; for `meant` see `perform_typed`. `slip`: it is the
        step's own command but for a word or two; where that is meant to fail, it may have failed because of them.
        """
        command = self.bind(step, terminal, replace(typed, command=self.command(step)), wait=meant)
        results = () if command.trouble else tuple(self.look(step, command, meant))
        if results:
            self._note(step, results)
        outcomes = [result.outcome for result in results]
        if step.only_prints or not results:  # A message may stand in the output of a command that failed, too.
            did = did_as_told if slip else did_its_job
            outcomes.append(Outcome.PASSED if did(step, command) else Outcome.FAILED)
        outcome = worst(outcomes)
        if meant or outcome is Outcome.PASSED or self.has_entered(step):
            self._count(outcome)
        judged = self._result(step, command, results, outcome, started or time.monotonic() - typed.seconds)
        return judged if self._answers_the_question(step, typed) else replace(judged, prediction=NOT_COMPARED)

    def has_entered(self, step: Step) -> bool:
        """Tell whether the shell that a step enters is there: by the step, or by a try that may lack something."""
        return step.enters is not None and self.lab.is_at(step.enters)

    def is_inside(self, step: Step) -> bool:
        """Tell whether the terminal that was used last is in the shell that a step enters."""
        inside = self.lab.terminal_of(step.enters) if step.enters and self.has_entered(step) else None
        return inside is self.current_terminal

    def _answers_the_question(self, step: Step, typed: CommandResult) -> bool:
        """Tell whether the question about a step was about what the student typed. Another command may do the step, and
        print something else.
        """
        if step.predict is None or step.predict.kind == "pid" or not typed.command:
            return True
        return shell_words.split(typed.command) == shell_words.split(self.command(step))

    def glance(self, step: Step) -> list[CheckResult]:
        """Look at the checks of the next step once, while nothing is typed for it."""
        results = self.look(step, None, wait=False)
        self._note(step, results)
        return results

    def reenter(self, terminal: Terminal) -> bool:
        """Give the place of the next step to the shell in the foreground of a terminal, if it is one of that kind: the
        student has left the place, and has entered it anew by hand. What was true after the step that entered it must
        be true again. Return whether it is.
        """
        step = self.current
        earlier = [*self._prepared(), *self.done] if step else []
        entry = next((one for one in reversed(earlier) if step and one.enters == step.at), None)
        if entry is None or entry.enters is None or not self._is_strange(terminal):
            return False
        with suppress(Ended):
            shell = kernel.identity(terminal.foreground())
            checks = [check for check in entry.facts if check.kind != "output"]
            there = {**self.lab.places, entry.enters: shell} if shell else {}
            if there and all(self.look_at(one, None, places=there).outcome is Outcome.PASSED for one in checks):
                self.lab.bind(entry.enters, terminal)
                return True
        return False

    def _note(self, step: Step, results: Sequence[CheckResult]) -> None:
        """Let other terminals know, if it is news, how many facts of a step are true."""
        seen = step, sum(result.outcome is Outcome.PASSED for result in results)
        if seen != self._seen:
            self._seen = seen
            self.tell()

    def _count(self, outcome: Outcome) -> None:
        """Take a step that passed as done; one that did not pass has left the lab in a state that nobody knows."""
        self.disturbed = outcome is not Outcome.PASSED
        if not self.disturbed:
            self._done += 1
            self.tell()
            if standing := _standing(self.current_terminal):
                shell, self._left_in[shell] = standing

    def _result(
        self, step: Step, command: CommandResult, results: tuple[CheckResult, ...], outcome: Outcome, started: float
    ) -> StepResult:
        return StepResult(step.id, command, outcome, results, time.monotonic() - started, self._answer(step, command))

    def _answer(self, step: Step, command: CommandResult) -> Prediction | None:
        """Return what the machine says to the question that the student was asked."""
        if step.predict is None:
            return None
        return Prediction(step.predict.kind, prediction.answer(step.predict, command, self.lab.places))

    # --- back, and ahead ---

    def skip_to(self, id: str) -> None:
        """Do everything that is left before a step without a word. Raises RunnerError."""
        self._catch_up([step.id for step in self.lesson.steps].index(id))

    def _catch_up(self, count: int) -> None:
        """Do the steps up to this number without a word.

        What leaves nothing is left out, for it may take its time: a ping that nobody answers. But a step that only
        looks may look at what the ones right before it, which leave nothing else, have moved: counters.
        """
        steps = self.lesson.steps
        kept = count
        if count < len(steps) and steps[count].leaves_nothing:
            while kept > self._done and steps[kept - 1].leaves_nothing:
                kept -= 1
        for number in range(self._done, count):
            if number >= kept or not steps[number].leaves_nothing:
                self.replay(steps[number])
            self._done += 1
        self.tell()

    def step_back(self) -> CommandResult | None:
        """Undo the last step for real: by its own commands, or by a fresh lab and a silent replay up to before it.

        In a disturbed lab the step is only taken off: `restart` makes the lab anew.
        Return the undo command that did not work, when the replay had to do its job.
        """
        self._done -= 1
        step = self.lesson.steps[self._done]
        if self.disturbed:
            return None
        if step.undo.replay:
            self.restart()
            return None
        self.tell()
        for undo in step.undo.commands:
            text = render(undo.on(self.version), self.values)
            terminal = self.lab.terminal_of(step.enters or step.at)
            result = terminal.run(text, timeout=step.timeout, limit=step.output, emit=silent)
            if result.trouble or (result.exit != 0 and text != "exit"):
                self.restart()  # the undo did not work as its author thought: the surer way
                return result
        return None

    def restart(self, keep: int | None = None) -> None:
        """Make a fresh lab in which the first `keep` steps are done, or all that were; done again without a word."""
        count, self._done = self._done if keep is None else keep, 0
        self._seen = None, 0
        self._reopen()
        self.disturbed = False
        self._catch_up(count)

    def go_to(self, number: int) -> None:
        """Go to the step of this number, from 1: what it needs is done without a word, what is too much is undone."""
        if self.disturbed or number <= self._done:
            self.restart(min(number - 1, self._done))
        self.skip_to(self.lesson.steps[number - 1].id)

    @property
    def astray(self) -> bool:
        """Tell whether the next step cannot simply be typed: the lab is disturbed, or its terminal is elsewhere."""
        return self.disturbed or (self.current is not None and not self.is_ready(self.current))

    @property
    def strayed(self) -> tuple[str, str] | None:
        """Return the directory of the shell, and the one in which the steps so far left it; None when it is that."""
        if not (standing := _standing(self.current_terminal)):
            return None
        shell, here = standing
        there = self._left_in.get(shell, here)
        return (_seen_by(shell, here), _seen_by(shell, there)) if here != there else None

    def condition(self) -> object:
        """Return where the terminals are and which checks so far are true: equal as long as nobody breaks anything."""
        looks = [look for step in self.done for look in self.look(step, None, wait=False)]
        return [_standing(terminal) for terminal in self.lab.terminals], [look.outcome for look in looks]


def _standing(terminal: Terminal) -> tuple[int, Path] | None:
    """Return the program in the foreground of a terminal, and its directory; None when the terminal's shell is gone."""
    with suppress(Ended, OSError):
        shell = terminal.foreground()
        return shell, Path(f"/proc/{shell}/cwd").readlink()
    return None


def _seen_by(shell: int, path: Path) -> str:
    """Return a path as a process has it that may have another root."""
    with suppress(OSError, ValueError):
        return f"/{path.relative_to(Path(f'/proc/{shell}/root').readlink())}".removesuffix(".")
    return str(path)
