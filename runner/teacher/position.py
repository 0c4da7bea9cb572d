"""Where a lesson stands for whoever gives it, how it gets somewhere else, and whether the lab still is where it was."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from runner.engine.lesson_run import LessonRun
from runner.lab.terminal import Ended
from runner.records.course import Step


class Position:
    """A lesson's steps are done in order; `stale` says that the lab cannot be trusted and is to be made afresh."""

    def __init__(self, run: LessonRun) -> None:
        self.run = run
        self.stale = False

    @property
    def step(self) -> Step | None:
        """The step that comes next; None when all are done."""
        done, steps = len(self.run.done), self.run.lesson.steps
        return steps[done] if done < len(steps) else None

    @property
    def astray(self) -> bool:
        """Whether the terminal is not where the next step belongs, or worse."""
        step = self.step
        return self.stale or (step is not None and not self.run.is_at(step.at))

    def settle(self) -> None:
        """A lab as the steps that are done leave it, silently. Raises RunnerError."""
        self.run.restart()
        self.stale = False

    def missed(self, step: Step) -> None:
        """The step ran and did not do as it should: it is not done."""
        self.run.done = [done for done in self.run.done if done is not step]
        self.stale = True

    def back(self) -> None:
        """The last step undone for real."""
        if self.stale:
            self.run.done.pop()
        else:
            self.run.step_back()

    def go(self, number: int) -> None:
        """To the step of this number, from 1; what it needs is done without a word, what is too much is undone."""
        if number <= len(self.run.done):
            del self.run.done[number - 1 :]
            self.stale = True
        if self.stale:
            self.settle()
        self.run.skip_to(self.run.lesson.steps[number - 1].id)

    def facts(self) -> object:
        """Where the terminal is, and which of the checks so far are true: equal as long as nobody breaks anything."""
        with suppress(Ended, OSError):
            shell = self.run.lab.terminal.foreground()
            looks = [look for step in self.run.done for look in self.run.look(step, None, wait=False)]
            return shell, Path(f"/proc/{shell}/cwd").readlink(), [look.outcome for look in looks]
        return None
